"""Answers everything with one page of 20 messages, made beforehand."""

import json
from collections.abc import Callable, Iterable

MESSAGE = {
    "text": "Who brings the map? abcdefghijklmnop",
    "created_at": "2026-01-02T03:04:05.123456Z",
    "reply_to": None,
    "author": None,
    "source": "api",
}
PAGE = json.dumps({"messages": [{"id": number, **MESSAGE} for number in range(20)], "next": "b2xkZXI6MQ"}).encode()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(PAGE)))]


def app(_environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer any request."""
    start_response("200 OK", HEADERS)
    return [PAGE]
