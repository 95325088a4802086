"""What is sent under load: the front page, reads, writes, and half of each."""

from __future__ import annotations

from typing import Any, NamedTuple


class Request(NamedTuple):
    """A kind of request. `{n}` in the body becomes other characters in each one; `success` are the good statuses."""

    name: str
    method: str
    path: str
    success: tuple[int, ...]
    body: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what the sender needs to know. Compression would measure the library that compresses."""
        headers = {"Accept-Encoding": "identity"} | ({"Content-Type": "application/json"} if self.body else {})
        return self._asdict() | {"headers": headers}


ROOT = Request("GET /", "GET", "/", (200,))
READ = Request("GET /messages", "GET", "/messages", (200,))
WRITE = Request("POST /messages", "POST", "/messages", (200, 201), '{"text": "Who brings the map? {n}"}')

WORKLOADS: dict[str, tuple[Request, ...]] = {
    "root": (ROOT,),
    "reads": (READ,),
    "writes": (WRITE,),
    "mixed": (READ, WRITE),
}


def reads(limit: int) -> tuple[Request, ...]:
    """Return reads of pages of `limit` messages."""
    return (READ._replace(path=f"/messages?limit={limit}"),)
