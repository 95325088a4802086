"""The HTTP client of the checks: each request has a new connection, one deadline, and a limit for the body.

The kit has its own client, because the usual libraries set no deadline for a whole exchange, change unusual methods and
targets, and can't close only their own side of a connection.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from json import dumps
from typing import Any
from urllib.parse import quote, urlencode

from grader.assertions.expected import LARGEST_BODY
from grader.errors import Failed, TooLate
from grader.http_client.reader import Timed, plainly, read, what_came
from grader.http_client.reply import Reply
from grader.system.ports import LOOPBACK
from grader.text.shell import SHOWN_PORT, WITH_BODY, curl, netcat
from grader.text.story import Deed, Story
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
        exchange = self._exchange(method, target, headers or {}, body)
        return exchange.over(self.connect(patience, exchange.line), patience, began, hang_up=hang_up)

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
        exchange = self._exchange(method, path, {}, b"", told=told)
        return _Prepared(exchange, connect(exchange.line))

    def _exchange(
        self, method: str, target: str, headers: Mapping[str, str | None], body: bytes, *, told: bool = True
    ) -> _Exchange:
        exchange = _Exchange(self.port, method, target, headers, body)
        self.exchanges.append(exchange.line)
        if told:
            exchange.deed = self.story.add(f"{method} {exchange.path} without an answer", exchange.line)
        return exchange

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

    exchange: _Exchange
    connection: socket.socket

    def send(self, patience: float = PATIENCE) -> Reply:
        return self.exchange.over(self.connection, patience, time.monotonic())


@dataclass
class _Exchange:
    """One request, as bytes for the server and as a line for a shell."""

    port: int
    method: str
    target: str
    headers: Mapping[str, str | None]
    body: bytes
    line: str = field(init=False)
    deed: Deed | None = None

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    def __post_init__(self) -> None:
        self.line = curl(self.method, f"http://{LOOPBACK}:{SHOWN_PORT}{self.target}", self.headers, self.body)

    def over(self, connection: socket.socket, patience: float, began: float, *, hang_up: bool = True) -> Reply:
        """Send the request and read its answer within `patience` seconds after the moment `began`."""
        with connection:
            stream = Timed(connection, began + patience)
            with contextlib.suppress(OSError):  # a server may answer and close before it has read everything
                stream.send(self._bytes())
            try:
                response, content = read(stream, self.method)
            except TimeoutError:
                raise TooLate(
                    f"no complete answer within {patience:.0f} s", expected="an answer", request=self.line
                ) from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise Failed(what_came(error), expected="an answer", request=self.line) from None
            seconds = time.monotonic() - began
            if len(content) <= LARGEST_BODY:
                if hang_up:
                    stream.say_no_more()
                stream.await_end()
        if self.deed is not None:
            self.deed.ended(self.method, self.path, response.status)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, response.reason, headers, content, self.line, seconds)

    def _bytes(self) -> bytes:
        fixed = {"Host": f"{LOOPBACK}:{self.port}", "User-Agent": "kit", "Accept": "*/*", "Connection": "close"}
        if self.body or self.method in WITH_BODY:
            fixed["Content-Length"] = str(len(self.body))
        given = {name.lower() for name in self.headers}
        sent = {name: value for name, value in fixed.items() if name.lower() not in given} | dict(self.headers)
        lines = [f"{name}: {value}" for name, value in sent.items() if value is not None]
        return "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *lines, "", ""]).encode() + self.body
