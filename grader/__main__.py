"""The command `kit`; also `python -m grader`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.session.runner import Session

USAGE, FAULT, INTERRUPTED = 2, 3, 130


def main() -> None:
    """Run the command and exit. An error is one sentence and an exit status."""
    if sys.platform == "win32":
        sys.exit("kit: Windows itself is not supported. In WSL (type: wsl --install) everything works.")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    sys.exit(_run())


def _begin_session() -> Session | None:
    """Start the process of the checks before the command line is read. It simply ends if the command line is wrong."""
    if sys.argv[1:2] != ["check"]:
        return None
    from grader.session import runner

    return runner.Session()


def _run() -> int:  # noqa: PLR0911 - a status for each way to end
    session = _begin_session()
    import click

    from grader.cli import cli
    from grader.errors import KitError, ProjectError

    try:
        status = cli.main(prog_name="kit", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        print("kit: stopped.", file=sys.stderr)
        return INTERRUPTED
    except KitError as error:
        print(f"kit: {error}", file=sys.stderr)
        return error.exit_status
    except ProjectError as error:
        print(f"kit: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except Exception as error:  # noqa: BLE001 - a learner gets a traceback only with --verbose
        return _own_fault(error)
    return int(status or 0)


def _own_fault(error: Exception) -> int:
    """Report a fault of the kit; with --verbose, print its traceback too."""
    if {"-v", "--verbose"} & set(sys.argv):
        import traceback

        traceback.print_exception(error)
    print(f"kit: a fault of the kit's own: {type(error).__name__}: {error}. More with --verbose.", file=sys.stderr)
    return FAULT


if __name__ == "__main__":
    main()
