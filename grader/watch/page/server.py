"""The server of the page, on the loopback address, in threads of its own."""

from __future__ import annotations

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
def serving(watch: Watched, course: Course, project: Path) -> Iterator[str]:
    """Serve the page of a watch, and give its URL. At the end, every open tab hears that the watch has ended.

    Raises MachineError when no port can be had.
    """
    place = address.of(project)
    app, feed = application(watch, course, project, place)
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


def open_browser(url: str) -> bool:
    """Open the page in the learner's browser, where there is a screen. Return whether that was tried."""
    if not has_screen():
        return False
    threading.Thread(target=_open, args=(url,), daemon=True).start()
    return True


def has_screen() -> bool:
    """Tell whether a browser with a window can be opened here. One without would take the terminal from the watch."""
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, SCREENS))


def _open(url: str) -> None:
    try:
        webbrowser.open(url)
    except (OSError, webbrowser.Error):
        return  # the address stands in the terminal


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
