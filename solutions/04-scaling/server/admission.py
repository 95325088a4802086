"""Admission: when too many are inside already, the next is told so at once, and waits nowhere."""

import json
import threading

# A queue without an end turns too much work into long waits for everybody. So many may be inside, working or
# waiting for the database: enough for a burst, and few enough that the last of them is answered in time.
MOST_INSIDE = 64

BODY = json.dumps({"error": "The server is busy. Please try again."}).encode()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY))), ("Retry-After", "1")]


class Admission:
    """Lets so many requests in at once, and answers 503 to the rest; a layer around the application."""

    def __init__(self, app, most=MOST_INSIDE):
        self.app = app
        self.room = threading.Semaphore(most)

    def __call__(self, environ, start_response):
        if not self.room.acquire(blocking=False):
            start_response("503 SERVICE UNAVAILABLE", HEADERS)
            return [BODY]
        try:
            # The answers are short lists of bytes, so nobody is still inside once they are returned.
            return self.app(environ, start_response)
        finally:
            self.room.release()
