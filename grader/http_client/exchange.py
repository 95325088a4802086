"""One request and its answer, over a connection that is open already."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.assertions.expected import LARGEST_BODY
from grader.errors import Failed, TooLate
from grader.http_client.reader import Timed, read, what_came
from grader.http_client.reply import Reply
from grader.system.ports import LOOPBACK
from grader.text.shell import SHOWN_PORT, WITH_BODY, curl
from grader.text.story import Deed

CHUNKED = ("transfer-encoding", "chunked")


@dataclass(frozen=True)
class Exchange:
    """One request, as bytes for the server and as a line for a shell."""

    method: str
    data: bytes
    line: str
    deed: Deed | None = None
    """What the story tells about it."""

    @property
    def path(self) -> str:
        """The path in the request line, without the query."""
        words = self.data.partition(b"\r\n")[0].decode("latin-1").split(" ")
        return words[1].partition("?")[0] if len(words) > 1 else ""

    def over(self, connection: socket.socket, patience: float, began: float, *, hang_up: bool = True) -> Reply:
        """Send the request and read its answer within `patience` seconds after the moment `began`."""
        with connection:
            stream = Timed(connection, began + patience)
            self.send(stream)
            response, content = self.answer(stream, patience)
            seconds = time.monotonic() - began
            if len(content) <= LARGEST_BODY:
                if hang_up:
                    stream.say_no_more()
                stream.await_end()
        return self.reply(response, content, seconds)

    def send(self, stream: Timed) -> None:
        """Send the request. A server may answer and end the connection before it has read everything."""
        with contextlib.suppress(OSError):
            stream.send(self.data)

    def goes_on(self, stream: Timed, deadline: float) -> bool:
        """Send the request on a connection that was used before; return False if the server has ended it."""
        stream.hurry(deadline)
        self.send(stream)
        return stream.has_more()

    def answer(self, stream: Timed, patience: float) -> tuple[http.client.HTTPResponse, bytes]:
        """Read the answer; raises Failed or TooLate, with one sentence, when none comes."""
        try:
            return read(stream, self.method)
        except TimeoutError:
            raise TooLate(
                f"no complete answer within {patience:.0f} s", expected="an answer", request=self.line
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Failed(what_came(error), expected="an answer", request=self.line) from None

    def reply(self, response: http.client.HTTPResponse, content: bytes, seconds: float) -> Reply:
        """Give what was read as a reply."""
        if self.deed is not None:
            self.deed.ended(self.method, self.path, response.status)
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, response.reason, headers, content, self.line, seconds)


def one_by_one(exchanges: Iterable[Exchange], connect: Callable[[], socket.socket], patience: float) -> Iterator[Reply]:
    """Send each request after the answer to the one before, on the same connection as long as the server keeps it."""
    with contextlib.ExitStack() as connections:
        kept: Timed | None = None
        for exchange in exchanges:
            began = time.monotonic()
            stream = kept if kept and exchange.goes_on(kept, began + patience) else None
            if stream is None:
                stream = Timed(connections.enter_context(connect()), began + patience)
                exchange.send(stream)
            response, content = exchange.answer(stream, patience)
            yield exchange.reply(response, content, time.monotonic() - began)
            kept = None if response.will_close else stream


def as_bytes(data: bytes, line: str) -> Exchange:
    """Take the bytes of a request as they are, with the line that sends them."""
    return Exchange(data.partition(b" ")[0].decode("latin-1"), data, line)


def written(port: int, method: str, target: str, headers: Mapping[str, str | None], body: bytes) -> Exchange:
    """Write a request. A header that is None isn't sent; with `Transfer-Encoding: chunked`, the body is in chunks."""
    line = curl(method, f"http://{LOOPBACK}:{SHOWN_PORT}{target}", headers, body)
    fixed = {"Host": f"{LOOPBACK}:{port}", "User-Agent": "kit", "Accept": "*/*", "Connection": "close"}
    if CHUNKED in {(name.lower(), value) for name, value in headers.items()}:
        body = _in_chunks(body)
    elif body or method in WITH_BODY:
        fixed["Content-Length"] = str(len(body))
    given = {name.lower() for name in headers}
    sent = {name: value for name, value in fixed.items() if name.lower() not in given} | dict(headers)
    lines = [f"{name}: {value}" for name, value in sent.items() if value is not None]
    return Exchange(method, "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode() + body, line)


def _in_chunks(body: bytes) -> bytes:
    """Write a body as two chunks and the end."""
    half = len(body) // 2
    parts = [part for part in (body[:half], body[half:]) if part]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
