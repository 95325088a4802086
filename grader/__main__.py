"""The command `kit`; also `python -m grader`.

A learner's folder may be where Python looks for modules: by PYTHONPATH, or as the folder of `python -m grader`. It may
hold a `json.py`, which the kit must not import. So this module imports only what Python has loaded before it.
"""

import gc
import os
import sys
from _signal import SIG_IGN, SIGINT, default_int_handler, getsignal, signal  # type: ignore[import-not-found]

TYPE_CHECKING = False  # the modules typing and signal take too long to import before Ctrl-C is prepared for
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

    from grader.session.process import Session

FAILED, USAGE, FAULT, UNDECIDED, INTERRUPTED = 1, 2, 3, 4, 130
LAST_LINES = 3
COLLECTED_AFTER = 100_000
"""How many new objects Python waits for until it looks for garbage; else imports alone make it look 80 times."""
OTHER_PATHS = ("PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR")
"""The variables that say where Python looks for modules."""
STOPPED = "kit: stopped."


def _stop_at_once(_signal: int, _frame: "FrameType | None") -> "NoReturn":
    """End on Ctrl-C while modules are still being imported: there is nothing to clean up yet."""
    os.write(2, f"{STOPPED}\n".encode())
    os._exit(INTERRUPTED)


if getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, _stop_at_once)  # first of all, as Ctrl-C may come at any moment


def main() -> None:
    """Run the command and exit. An error is one sentence and an exit status."""
    gc.set_threshold(COLLECTED_AFTER)
    _import_nothing_of_others()
    if sys.platform == "win32":
        sys.exit("kit: Windows itself is not supported. In WSL (type: wsl --install) everything works.")
    _open_closed_streams()
    _show_letters()
    status = _run()
    _ignore_ctrl_c()
    gc.freeze()  # at its end, Python would look through everything once more
    sys.exit(status)


def _open_closed_streams() -> None:
    """Open the null device in place of a standard stream that the shell has closed, as with `2>&-`.

    Otherwise the next file that is opened would take the stream's place.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, so this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _show_letters() -> None:
    """Write letters in place of marks that the terminal can't show."""
    from grader.text import letters

    letters.register()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=letters.HANDLER)


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
    from grader.session.process import Session

    return Session()


def _run() -> int:
    """Run the command, and return its exit status. On Ctrl-C it ends what it started."""
    try:
        os.getcwd()  # noqa: PTH109 - only to learn whether it exists
    except FileNotFoundError:
        print("kit: This folder is gone; it was removed meanwhile. Go to another one first: cd", file=sys.stderr)
        return USAGE
    try:
        if getsignal(SIGINT) is _stop_at_once:
            signal(SIGINT, default_int_handler)
        return _command()
    except KeyboardInterrupt:
        _ignore_ctrl_c()
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED


def _ignore_ctrl_c() -> None:
    """Ignore a second Ctrl-C: the command ends anyway, and Python would print a traceback."""
    signal(SIGINT, SIG_IGN)


def _command() -> int:
    session = _begin_session()
    import click

    from grader.cli import cli
    from grader.errors import CheckException, KitError, ProjectError

    try:
        status = cli.main(prog_name="kit", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        raise KeyboardInterrupt from None
    except (KitError, ProjectError, CheckException) as error:
        return _said(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except OSError as error:
        return _disk_is_full(error) or _own_fault(error)
    except Exception as error:  # noqa: BLE001 - a learner gets a traceback only with --verbose
        return _own_fault(error)
    return int(status or 0)


def _said(error: Exception) -> int:
    """Say an error in one sentence, with what a service printed before it failed, and return the exit status."""
    from grader.errors import Failed, KitError, ProjectError
    from grader.text.last_words import last_words

    sentence = str(error)
    if isinstance(error, Failed):
        sentence = f"{sentence[:1].upper()}{sentence[1:].removesuffix('.')}."
    print(f"kit: {sentence}", file=sys.stderr)
    if isinstance(error, Failed) and (printed := last_words(error.log, LAST_LINES)):
        print(f"It printed: {printed}", file=sys.stderr)
    if isinstance(error, KitError):
        return error.exit_status
    return FAILED if isinstance(error, (Failed, ProjectError)) else UNDECIDED


def _disk_is_full(error: OSError) -> int:
    """Say that the disk is full, if that is what an error means, and return the exit status; 0 for other errors."""
    import errno

    if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return 0
    place = f" where {error.filename} should be written" if error.filename else ""
    print(f"kit: The disk is full{place}.", file=sys.stderr)
    return FAULT


def _own_fault(error: Exception) -> int:
    """Report a fault of the kit; with --verbose, print its traceback too."""
    if {"-v", "--verbose"} & set(sys.argv):
        import traceback

        traceback.print_exception(error)
    print(f"kit: a fault of the kit's own: {type(error).__name__}: {error}. More with --verbose.", file=sys.stderr)
    return FAULT


if __name__ == "__main__":
    main()
