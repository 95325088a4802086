"""The header `Retry-After` of a refusal: whole seconds, or a date."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime

from grader.http_client.kept import Answer

HEADER = "retry-after"
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
"""The form of dates in HTTP that servers may write."""


def seconds_to_wait(answer: Answer) -> float | None:
    """Return how many seconds to wait from now on; None where the header is missing, or is neither form.

    A date counts by this machine's clock, which is also that of the service.
    """
    value = answer.headers.get(HEADER, "")
    passed = time.monotonic() - answer.received
    if re.fullmatch(r"[0-9]{1,9}", value):
        return max(0.0, int(value) - passed)
    if DATE.fullmatch(value):
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except ValueError:
            return None
    return None


def fault(answer: Answer) -> str:
    """Say what is wrong with the header of a refusal; `""` when nothing is."""
    value = answer.headers.get(HEADER)
    if value is None:
        return "no Retry-After"
    return "" if seconds_to_wait(answer) is not None else f"Retry-After: {value}"
