"""Running a learner's service for the learner: on a known port, with data that stays, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from grader import environment
from grader.errors import ProjectError, UsageError
from grader.port import is_free
from grader.process import how_it_ended
from grader.project import Project

GRACE = 10.0


def serve(project: Project, *, port: int, data: Path) -> int:
    """Run `migrate` and the server in the foreground and return the server's exit code.

    Ctrl-C is passed on as SIGTERM; what is still there after ten seconds is killed with its process group.
    """
    if not is_free(port):
        raise UsageError(f"Port {port} is taken by another program; choose another: kit serve --port {port + 1}")
    env = environment.for_server(project, port=port, data=data)
    if project.migrate and (code := _run(project.fill(project.migrate, port, data), project, env)):
        raise ProjectError(f"migrate ended with {how_it_ended(code)}.")
    return _run(project.fill(project.server, port, data), project, env)


def _run(argv: list[str], project: Project, env: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(argv, cwd=project.folder, env=env, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise ProjectError(f'"{argv[0]}" cannot be run: {error.strerror}.') from None
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(GRACE)
        return 0
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
