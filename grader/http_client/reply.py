"""An answer to one request, and the answers to several: what came, with the line to paste."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from grader.assertions.replies import Body, Size, Status, Statuses
from grader.text.shell import in_a_row, side_by_side
from grader.text.values import printable, shorten


@dataclass(frozen=True)
class Reply:
    """An answer to one request. Its status, its body and its size describe what came when a check fails."""

    code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    request: str
    """The request, as a line to paste."""
    seconds: float
    """How long the answer took."""

    @property
    def status(self) -> Status:
        """The status code."""
        return Status(self.code, request=self.request, summary=self.summary)

    @property
    def body(self) -> Body:
        """The bytes of the body."""
        return Body(self.content, request=self.request)

    @property
    def size(self) -> Size:
        """How many bytes the body has."""
        return Size(len(self.content), request=self.request)

    @property
    def summary(self) -> str:
        """The answer in one line: the status, the content type, and the beginning of the body."""
        kind = self.headers.get("content-type", "").partition(";")[0] or "no content type"
        content = shorten(self.content) if self.content else "empty body"
        return f"{printable(f'{self.code} {self.reason}'.strip())}, {printable(kind)}, {content}"

    def __repr__(self) -> str:
        return f"<{self.request} -> {self.code} {self.reason}>"


class Replies(tuple[Reply, ...]):
    """The answers to several requests of one kind, which were sent at the same moment."""

    each: int = 1
    """How many of them every sender sent, one after the other."""

    @property
    def statuses(self) -> Statuses:
        """The different status codes among them."""
        counted = Counter(reply.code for reply in self)
        counts = ", ".join(f"{count} × {code}" for code, count in sorted(counted.items()))
        odd = next((reply for reply in sorted(self, key=_is_fault) if reply.code != HTTPStatus.OK), None)
        summary = f"{counts}; one of them: {odd.summary}" if odd else counts
        return Statuses(counted, request=self._line(), summary=summary)

    def _line(self) -> str:
        line = self[0].request
        return side_by_side(in_a_row(line, self.each) if self.each > 1 else line, len(self) // self.each)


class InARow(Replies):
    """The answers to the same request, sent many times, one after the other."""

    def _line(self) -> str:
        return in_a_row(self[0].request, len(self))


def _is_fault(reply: Reply) -> bool:
    """Tell what isn't a server error from what is, which sorts first."""
    return reply.code < HTTPStatus.INTERNAL_SERVER_ERROR
