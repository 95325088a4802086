"""`Server-Timing`: how long a request took in here, and how much of that it spent on the database."""

import threading
import time


class Spent(threading.local):
    """Seconds that this thread has spent on the database since its request began."""

    seconds = 0.0


_spent = Spent()


def add_database(seconds):
    """Note time that was spent waiting for the database, or inside it."""
    _spent.seconds += seconds


class ServerTiming:
    """Adds the header to every answer about messages; a layer around the application."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != "/messages":
            return self.app(environ, start_response)
        began = time.perf_counter()
        _spent.seconds = 0.0

        def start(status, headers, *exc_info):
            total = (time.perf_counter() - began) * 1000
            timing = f"db;dur={_spent.seconds * 1000:.3f}, total;dur={total:.3f}"
            return start_response(status, [*headers, ("Server-Timing", timing)], *exc_info)

        return self.app(environ, start)
