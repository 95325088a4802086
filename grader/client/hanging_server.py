"""A client that talks to a server which never answers, while other checks go on."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from grader.client import program
from grader.client.scripted_server import Answer, scripted
from grader.errors import Failed
from grader.project.config import Project

UNHEARD = "Is anybody there?"
"""What `send` says to a server that never answers."""
REPLYING = ("reply", "m-80", UNHEARD)
SHOWING = ("show", "m-80")


class HangingServer:
    """A client talking to a server that accepts everything and never answers."""

    def __init__(self, project: Project, arguments: tuple[str, ...]) -> None:
        self._server = scripted(Answer.silence())
        server = self._server.__enter__()
        try:
            self._running = program.Running(project, arguments, server.url)
        except Failed:
            self._server.__exit__(None, None, None)
            raise
        self._run: Future[program.Run] = Future()
        threading.Thread(target=self._wait, daemon=True).start()

    def result(self) -> program.Run:
        return self._run.result()

    def kill(self) -> None:
        self._running.kill()
        self._run.exception()

    def _wait(self) -> None:
        try:
            self._run.set_result(self._running.finish())
        except BaseException as found:  # noqa: BLE001 - whoever asks for the result gets it
            self._run.set_exception(found)
        finally:
            self._server.__exit__(None, None, None)
