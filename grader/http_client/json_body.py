"""The body of an answer, read strictly as JSON: what Python accepts beyond the standard is no JSON here."""

from __future__ import annotations

from json import loads
from typing import Any, Self

from grader.errors import Failed
from grader.http_client.reply import Reply


class Number(float):
    """A JSON number with its characters, because a time may have more digits than a float keeps."""

    written: str

    def __new__(cls, written: str) -> Self:
        made = super().__new__(cls, written)
        made.written = written
        return made


def as_json(reply: Reply) -> Any:
    """Parse a reply as strict JSON in UTF-8, without extensions such as NaN.

    Raises Failed, with one sentence, when the content type is another one or the body is not valid JSON.
    """
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Failed(reply.summary, expected="the content type application/json", request=reply.request)
    return parsed(reply)


def parsed(reply: Reply) -> Any:
    """Parse a reply as `as_json` does, but with any content type."""
    try:
        return loads(reply.content.decode(), parse_constant=_no_constant, parse_float=Number)
    except (ValueError, RecursionError):
        raise Failed(reply.summary, expected="valid JSON", request=reply.request) from None


def _no_constant(name: str) -> None:
    raise ValueError(name)
