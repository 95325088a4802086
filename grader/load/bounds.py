"""Gives each answer under load an end, in bytes and in seconds, whatever the service sends.

Without one, a body that never ends would fill the memory of the generator, and hold a user until the end of the run.
"""

from __future__ import annotations

import time

from geventhttpclient.response import HTTPParseError, HTTPResponse
from geventhttpclient.useragent import CompatResponse

LARGEST = 4 * 1024 * 1024
"""Bytes of an answer, with its head. The contract allows a fourth of it for a body."""
LONGEST = 10.0
"""Seconds from the first bytes of an answer to its last."""


class TooLong(HTTPParseError):
    """An answer has more bytes than any answer may have."""


class TooSlow(HTTPParseError):
    """An answer has begun, and doesn't come to its end."""


def set_bounds() -> None:
    """Change the client of Locust, for this process: an answer without end fails, and none is uncompressed.

    Nothing under load looks into a body, and a small one may become gigabytes.
    """
    feed = HTTPResponse.feed

    def bounded(answer: HTTPResponse, data: str | bytes) -> None:
        now = time.monotonic()
        known = vars(answer)
        known["came"] = known.get("came", 0) + len(data)
        if known["came"] > LARGEST:
            raise TooLong(f"more than {LARGEST} bytes")
        if now > known.setdefault("until", now + LONGEST):
            raise TooSlow(f"no end within {LONGEST:g} s")
        feed(answer, data)

    HTTPResponse.feed = bounded  # type: ignore[method-assign, assignment]
    CompatResponse.unzipped = lambda answer, **_how: answer._response.read()  # type: ignore[method-assign]  # noqa: SLF001
