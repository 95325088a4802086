"""A server that records what a load test sends, in a process of its own.

It answers as a chat service does, each request after a short while, and every tenth one with status 500. It prints two
ports: that of the service, and another one at which every connection gets what was recorded so far, as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import gevent  # type: ignore[import-untyped]
from gevent.pywsgi import WSGIServer  # type: ignore[import-untyped]
from gevent.server import StreamServer  # type: ignore[import-untyped]

LARGEST = 64 * 1024
OTHERS_KEPT = 3
MESSAGE = {"id": 1, "text": "Who brings the map?", "created_at": "2026-05-04T10:00:00.125Z", "reply_to": None}
PAGE = {"messages": [MESSAGE | {"id": number} for number in range(20, 0, -1)], "next": None}
STATUSES = {200: "200 OK", 201: "201 Created", 400: "400 Bad Request", 404: "404 Not Found", 500: "500 Server Error"}


class Recorder:
    """Counts the requests, and answers them: the application of the server."""

    def __init__(self, fail_every: int, seconds: float) -> None:
        self.fail_every = fail_every
        self.seconds = seconds
        self.kinds: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.others: list[str] = []
        self.texts: set[bytes] = set()
        self.times: list[float] = []
        self.number = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, and count it."""
        self.number += 1
        now = time.monotonic()
        self.times = [*self.times[:1], now]
        status, answer = self._answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["wsgi.input"])
        if self.fail_every and self.number % self.fail_every == 0:
            status, answer = 500, {"error": "Every tenth request fails here."}
        gevent.sleep(self.seconds)
        self.statuses[status] += 1
        body = json.dumps(answer).encode()
        start_response(STATUSES[status], [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def report(self) -> dict[str, Any]:
        """Return what was recorded so far."""
        return {
            "kinds": dict(self.kinds),
            "failed": sum(count for status, count in self.statuses.items() if status >= 400),
            "others": self.others,
            "texts": len(self.texts),
            "times": self.times,
        }

    def _answer(self, method: str, path: str, stream: Any) -> tuple[int, dict[str, Any]]:
        body = stream.read(LARGEST + 1)
        if path.rstrip("/") == "/messages":
            if method == "GET":
                self.kinds["read"] += 1
                return 200, PAGE
            if method == "POST":
                return self._posted(body)
        self.kinds["other"] += 1
        if len(self.others) < OTHERS_KEPT and f"{method} {path}" not in self.others:
            self.others.append(f"{method} {path}"[:80])
        return (200, {}) if path == "/" else (404, {"error": "There is no such path."})

    def _posted(self, body: bytes) -> tuple[int, dict[str, Any]]:
        text = _text_in(body)
        if text is None:
            self.kinds["broken"] += 1
            return 400, {"error": "The body must be a JSON object with a text."}
        self.kinds["write"] += 1
        self.texts.add(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        return 201, MESSAGE | {"id": self.number, "text": text}


def _text_in(body: bytes) -> str | None:
    """Return the text of a new message; None where the body is too large or isn't one."""
    try:
        found = json.loads(body) if len(body) <= LARGEST else None
    except (ValueError, RecursionError):
        return None
    text = found.get("text") if isinstance(found, dict) else None
    return text if isinstance(text, str) and text.strip() else None


def main() -> None:
    """Listen on two ports, print them, and answer until the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fail-every", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0)
    options = parser.parse_args()
    recorder = Recorder(options.fail_every, options.seconds)

    def tell(connection: Any, _address: object) -> None:
        connection.sendall(json.dumps(recorder.report()).encode())

    service = WSGIServer(("127.0.0.1", 0), recorder, log=None, error_log=None)
    desk = StreamServer(("127.0.0.1", 0), tell)
    service.start()
    desk.start()
    print(service.server_port, desk.server_port, flush=True)
    gevent.get_hub().join()


if __name__ == "__main__":
    main()
