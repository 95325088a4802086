"""One connection of the flooder to a service: one request after the other, and what came for each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol

from geventhttpclient.response import HTTPParseError, HTTPResponse

HOST = "127.0.0.1"


@dataclass(slots=True)
class Order:
    """One request to send: its number, its kind, when it should be sent, when it could be, and when it was."""

    number: int
    kind: dict[str, Any]
    intended: float
    due: float
    sent: float


class Flood(Protocol):
    """What a connection tells about its requests."""

    def bytes_of(self, order: Order) -> bytes:
        """Write a request as bytes."""

    def count(self, order: Order | None, status: int, advice: str, trouble: str = "") -> None:
        """Count what came of a request; status 0 is no answer, because of this trouble."""

    def free(self, connection: Connection) -> None:
        """Take a connection back that can carry another request."""

    def lost(self, connection: Connection) -> None:
        """Forget a connection that has ended."""


class Connection(asyncio.Protocol):
    """One connection to the service: it carries one request at a time."""

    def __init__(self, run: Flood, first: Order) -> None:
        self.run = run
        self.order: Order | None = first
        self.answer = HTTPResponse()
        self.trouble = ""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request for which the connection was made."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.order is not None:
            self.send(self.order)

    def send(self, order: Order) -> None:
        """Send one request."""
        self.order = order
        self.answer = HTTPResponse(order.kind["method"])
        self.transport.write(self.run.bytes_of(order))

    def data_received(self, data: bytes) -> None:
        """Take a part of the answer."""
        try:
            self.answer.feed(data)
        except HTTPParseError as error:
            self.trouble = type(error).__name__
            self.transport.abort()
            return
        if self.answer.message_complete and self.answer.get_code() >= 200:
            self.answered()

    def answered(self) -> None:
        """Count an answer, and give the connection back."""
        closing = self.answer.should_close()
        self.run.count(self.order, self.answer.get_code(), str(self.answer.get("retry-after", "")))
        self.order = None
        if closing:
            self.transport.close()
        else:
            self.run.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Count the request that lost its connection; an answer without a length ends like this, too."""
        if self.order is not None and error is None and not self.trouble and self._ends_here():
            self.run.count(self.order, self.answer.get_code(), str(self.answer.get("retry-after", "")))
        self.run.count(self.order, 0, "", self.trouble)
        self.order = None
        self.run.lost(self)

    def _ends_here(self) -> bool:
        """Tell whether an answer is complete because the connection has ended."""
        if not self.answer.headers_complete:
            return False
        try:
            self.answer.feed(b"")
        except HTTPParseError:
            return False
        return bool(self.answer.message_complete)
