"""The command `kit`; also `python -m grader`.

A learner's folder may be where Python looks for modules: by PYTHONPATH, or as the folder of `python -m grader`. It may
hold a `json.py`, which the kit must not import. So this module imports only what Python has loaded before it.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from grader.session.runner import Session

USAGE, FAULT, INTERRUPTED = 2, 3, 130
OTHER_PATHS = ("PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR")
"""The variables that say where Python looks for modules."""


def main() -> None:
    """Run the command and exit. An error is one sentence and an exit status."""
    _import_nothing_of_others()
    if sys.platform == "win32":
        sys.exit("kit: Windows itself is not supported. In WSL (type: wsl --install) everything works.")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    sys.exit(_run())


def _import_nothing_of_others() -> None:
    """Begin again without the variables that lead to other people's modules; leave this folder out of the search."""
    if sys.flags.ignore_environment:
        return
    if any(name in os.environ for name in OTHER_PATHS):
        kept = {name: value for name, value in os.environ.items() if name not in OTHER_PATHS}
        os.execve(sys.executable, [sys.executable, "-P", "-m", "grader", *sys.argv[1:]], kept)  # noqa: S606
    if __name__ == "__main__" and not sys.flags.safe_path:
        del sys.path[0]


def _begin_session() -> "Session | None":
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
