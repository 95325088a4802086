"""The HTTP client of the checks: each request has a new connection, one deadline, and a limit for the body.

The kit has its own client, because the usual libraries set no deadline for a whole exchange, change unusual methods and
targets, and can't close only their own side of a connection.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from json import dumps
from typing import Any
from urllib.parse import quote, urlencode

from grader.errors import Failed, TooLate
from grader.http_client.exchange import Exchange, as_bytes, one_by_one, written
from grader.http_client.reader import Timed, plainly
from grader.http_client.reply import Replies, Reply
from grader.system.ports import LOOPBACK
from grader.text.shell import SHOWN_PORT, netcat, netcat_slowly
from grader.text.story import Story
from grader.text.values import shown

PATIENCE = 10.0
KEPT = "/?#[]@!$&'()*+,;=:%\"<>\\^`{|}"
"""The characters that a path keeps. Blanks and characters beyond ASCII are escaped, as HTTP doesn't allow them."""
AS_JSON = {"Content-Type": "application/json"}


class HttpClient:
    """Sends requests to one port, and keeps each of them as a line to paste. The story gets them as well."""

    def __init__(self, port: int, story: Story | None = None) -> None:
        self.port = port
        self.story = Story() if story is None else story
        self.exchanges: list[str] = []
        self.setting = ""
        """The beginning of each line to paste: what a shell has to do first, so that the request meets the same."""

    def get(self, path: str, **more: Any) -> Reply:
        return self.request("GET", path, **more)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: bytes = b"",
        json: Any = None,
        patience: float = PATIENCE,
        hang_up: bool = True,
    ) -> Reply:
        """Send one request and read its answer to the end of the stream.

        `json` is sent as a body in UTF-8, with its content type. A header that is None isn't sent. `patience` is the
        limit for everything together, in seconds. With `hang_up`, the client ends the connection as soon as the
        answer is complete, as other clients do. Without it, the server ends the connection, and then has to keep it
        in the state TIME_WAIT for some time.
        Raises Failed or TooLate, with one sentence, when no complete HTTP answer comes.
        """
        began = time.monotonic()
        if json is not None:
            body, headers = dumps(json, ensure_ascii=False).encode(), {**AS_JSON, **(headers or {})}
        target = quote(path, safe=KEPT) + ("?" + urlencode(params, quote_via=quote) if params else "")
        exchange = self._noted(written(self.port, method, target, headers or {}, body))
        return exchange.over(self.connect(patience, exchange.line), patience, began, hang_up=hang_up)

    def exchange(self, data: bytes, patience: float = PATIENCE) -> Reply:
        """Send the bytes of one request unchanged, and read its answer as `request` does."""
        exchange = self._noted(as_bytes(data, netcat(data, SHOWN_PORT)))
        return exchange.over(self.connect(patience, exchange.line), patience, time.monotonic())

    def exchange_in_pieces(self, pieces: Sequence[bytes], between: Callable[[], object]) -> Reply:
        """Send one request in pieces, call `between` before each piece but the first, and read the answer."""
        exchange = self._noted(as_bytes(b"".join(pieces), netcat_slowly(pieces, SHOWN_PORT)))
        connection = self.connect(PATIENCE, exchange.line)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces[:-1]:
            with contextlib.suppress(OSError):  # a server may refuse what it has read so far
                connection.sendall(piece)
            between()
        return replace(exchange, data=pieces[-1]).over(connection, PATIENCE, time.monotonic())

    def exchange_on_one(self, requests: Sequence[tuple[str, str, bytes]]) -> Replies:
        """Send requests on one connection: method, path and a body of JSON, each after the answer to the one before.

        A server may end the connection after any answer. The next request then gets a new connection.
        """
        kept = {"Connection": "keep-alive"}
        made = [
            written(self.port, one, path, {**kept, **(AS_JSON if body else {})}, body) for one, path, body in requests
        ]
        line = " --next ".join([made[0].line, *(one.line.removeprefix("curl ") for one in made[1:])])
        noted = self._noted(replace(made[0], line=line))
        exchanges = [noted, *(replace(one, line=noted.line) for one in made[1:])]
        return Replies(one_by_one(exchanges, lambda: self.connect(PATIENCE, noted.line), PATIENCE))

    def prepare(self, method: str, path: str, patience: float = PATIENCE) -> _Prepared:
        """Open a connection now and send the request later, so that many requests can be sent at the same moment."""
        return self._prepared(method, path, lambda line: self.connect(patience, line))

    def prepare_if_listening(self, method: str, path: str) -> _Prepared | None:
        """Open a connection as `prepare` does; return None when no program accepts it."""
        connection = socket.socket()
        connection.settimeout(PATIENCE)
        if connection.connect_ex((LOOPBACK, self.port)):
            connection.close()
            return None
        return self._prepared(method, path, lambda _: connection, told=False)

    def _prepared(
        self, method: str, path: str, connect: Callable[[str], socket.socket], *, told: bool = True
    ) -> _Prepared:
        exchange = self._noted(written(self.port, method, path, {}, b""), told=told)
        return _Prepared(exchange, connect(exchange.line))

    def _noted(self, exchange: Exchange, *, told: bool = True) -> Exchange:
        """Keep the line of a request, behind what a shell has to do first, and tell the story of it."""
        line = f"{self.setting}{exchange.line}"
        self.exchanges.append(line)
        deed = self.story.add(f"{exchange.method} {exchange.path} without an answer", line) if told else None
        return replace(exchange, line=line, deed=deed)

    def raw(self, data: bytes, patience: float = PATIENCE) -> None:
        """Open a connection, send bytes that need not be a valid request, and close the connection.

        The client ignores the answer. After the bytes it ends its own side, and gives the server a second to end the
        connection first.
        """
        self.exchanges.append(netcat(data, SHOWN_PORT))
        self.story.add(f"the bytes {shown(data)}" if data else "a connection without a byte")
        with self.connect(patience, self.exchanges[-1]) as connection, contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            Timed(connection, time.monotonic() + patience).await_end()

    def connect(self, patience: float, line: str) -> socket.socket:
        """Open a connection; raises TooLate or Failed, with `line` as the request to paste."""
        try:
            return socket.create_connection((LOOPBACK, self.port), timeout=patience)
        except TimeoutError:
            raise TooLate(f"no connection within {patience:.0f} s", expected="a connection", request=line) from None
        except OSError as error:
            raise Failed(f"no connection ({plainly(error)})", expected="a connection", request=line) from None


@dataclass
class _Prepared:
    """A request that is not sent yet, with its open connection."""

    exchange: Exchange
    connection: socket.socket

    def send(self, patience: float = PATIENCE) -> Reply:
        return self.exchange.over(self.connection, patience, time.monotonic())
