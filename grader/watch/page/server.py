"""The server of the page, on the loopback address, in threads of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from grader.course import Course
from grader.errors import MachineError
from grader.system.ports import LOOPBACK
from grader.watch.page import address
from grader.watch.page.app import Watched, application

READS_WITHIN = 20.0
"""Seconds after which the server drops a browser that sends nothing or reads nothing."""
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")


class _Handler(WSGIRequestHandler):
    timeout = READS_WITHIN

    def log(self, *_: Any) -> None:
        """Say nothing: the terminal belongs to the watch."""


@contextmanager
def serving(watch: Watched, course: Course, project: Path, *, open_browser: bool = False) -> Iterator[str]:
    """Serve the page of a watch, and give its URL. At the end, every open tab hears that the watch has ended.

    With `open_browser`, open it in the learner's browser as soon as the watch has something to tell, where there is a
    screen. Raises MachineError when no port can be had.
    """
    place = address.of(project)
    app, feed = application(watch, course, project, place)
    if open_browser and has_screen():
        watch.subscribe(_Opening(place.url))
    server = _listening(place.port, app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield place.url
    finally:
        feed.end()
        server.shutdown()
        server.server_close()
        thread.join()


def has_screen() -> bool:
    """Tell whether a browser with a window can be opened here. One without would take the terminal from the watch."""
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, SCREENS))


class _Opening:
    """Opens a page with the first call, in a thread, as some browsers take their time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_done = False

    def __call__(self, *_: object) -> None:
        if not self._is_done:
            self._is_done = True
            threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with contextlib.suppress(OSError, webbrowser.Error):  # the address stands in the terminal, too
            webbrowser.open(self._url)


def _listening(port: int, app: Flask) -> BaseWSGIServer:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(32)
        except OSError as error:
            raise MachineError(f"The page can't listen on port {port}: {error.strerror}. Try again.") from error
        server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_Handler, fd=listener.fileno())
    server.log = lambda *_: None  # type: ignore[method-assign]
    return server
