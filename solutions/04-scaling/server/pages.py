"""Kept pages: `GET /messages` is answered from memory as long as nothing was stored since."""

import threading

from . import store

# A page may hold a hundred long messages. So many pages of at most so many bytes are kept: 16 MiB.
MOST_PAGES = 256
LONGEST_PAGE = 64 * 1024


class KeptPages:
    """Keeps whole answers, by what was asked and by the version of the messages; a layer around the application.

    The version is read before the page is made. So a page may be newer than the version that it is kept under,
    and never older: a slow reader puts its page where nobody looks any more. The version lies in the database, so
    it is the same for every thread and every process.
    """

    def __init__(self, app, database):
        self.app = app
        self.database = database
        self.pages = {}
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != "/messages" or environ["REQUEST_METHOD"] != "GET":
            return self.app(environ, start_response)
        key = store.version(self.database), environ["QUERY_STRING"]
        page = self.pages.get(key)
        if page is None:
            return self.make(key, environ, start_response)
        headers, body = page
        start_response("200 OK", headers)
        return [body]

    def make(self, key, environ, start_response):
        """Let the application make a page, and keep it unless it is a refusal or very long."""
        started = []
        parts = self.app(environ, lambda *status_and_headers: started.append(status_and_headers))
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = started[-1][:2]
        if status.startswith("200") and len(body) <= LONGEST_PAGE:
            self.keep(key, (headers, body))
        start_response(*started[-1])
        return [body]

    def keep(self, key, page):
        with self.lock:
            self.pages[key] = page
            while len(self.pages) > MOST_PAGES:
                # The first key is the oldest.
                del self.pages[next(iter(self.pages))]
