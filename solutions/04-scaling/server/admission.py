"""Admission: when too many are inside already, the next is told so at once, and waits nowhere."""

import io
import json
import threading

# A queue without an end turns too much work into long waits for everybody. So many may be inside, working or
# waiting for the database: enough for a burst, and few enough that the last of them is answered in time.
MOST_INSIDE = 128


class Admission:
    """Lets so many requests in at once, and answers 503 to the rest; a layer around the application."""

    def __init__(self, app, longest_body, most=MOST_INSIDE):
        self.app = app
        self.longest_body = longest_body
        self.room = threading.Semaphore(most)

    def __call__(self, environ, start_response):
        # Before there is a place to take: a sender may be slow, or stop in the middle.
        if not self.body_came(environ):
            return refuse(start_response, "400 BAD REQUEST", "The body ended too early.")
        if not self.room.acquire(blocking=False):
            more = ("Retry-After", "1")
            return refuse(start_response, "503 SERVICE UNAVAILABLE", "The server is busy. Please try again.", more)
        try:
            # Answers are short and complete, so nobody is still inside once one is returned.
            return self.app(environ, start_response)
        finally:
            self.room.release()

    def body_came(self, environ):
        """Wait for the body, at most one byte more than is allowed, and tell whether all of it came."""
        length = environ.get("CONTENT_LENGTH", "")
        if length or "HTTP_TRANSFER_ENCODING" in environ:
            wanted = self.longest_body + 1
            body = environ["wsgi.input"].read(wanted)
            environ["wsgi.input"] = io.BytesIO(body)
            return not length.isdecimal() or len(body) >= min(int(length), wanted)
        return True


def refuse(start_response, status, sentence, *more_headers):
    body = json.dumps({"error": sentence}).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *more_headers])
    return [body]
