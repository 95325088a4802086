"""A program in the foreground: a person sees what it prints, and Ctrl-C ends it with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grader.errors import ProjectError
from grader.system import interrupts
from grader.system.startable import cannot_run


def run(
    argv: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    *,
    on_ctrl_c: signal.Signals = signal.SIGTERM,
    grace: float = 10.0,
    within: float | None = None,
    beside: Callable[[subprocess.Popen[bytes]], None] = lambda _process: None,
) -> int | None:
    """Run a program until it ends, and return its exit code; None after Ctrl-C.

    After Ctrl-C the program gets the signal `on_ctrl_c` and `grace` seconds to end. A second Ctrl-C shortens them. Then
    its process group is killed. `beside` gets the program right after its start. Raises ProjectError with one sentence
    when the program can't be started, and TimeoutError when it hasn't ended `within` so many seconds: it ends then as
    after Ctrl-C.
    """
    process: subprocess.Popen[bytes] | None = None
    try:
        with interrupts.postponed():
            process = _start(argv, folder, env)
        beside(process)
        return process.wait(within)
    except KeyboardInterrupt:
        _let_end(process, on_ctrl_c, grace)
        return None
    except subprocess.TimeoutExpired:
        _let_end(process, on_ctrl_c, grace)
        raise TimeoutError from None
    finally:
        if process is not None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(argv, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise ProjectError(cannot_run(argv, folder, env.get("PATH"), error)) from None


def _let_end(process: subprocess.Popen[bytes] | None, number: signal.Signals, grace: float) -> None:
    if process is None:
        return
    process.send_signal(number)
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.wait(grace)


def hear_ends() -> None:
    """Treat SIGTERM and the end of the terminal as Ctrl-C, unless somebody ignores them.

    Otherwise the program would stay, as it has a session of its own.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
