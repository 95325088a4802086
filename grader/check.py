"""The one module of the kit that files of checks import: the marker, random texts, test data, expected values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.assertions.expected import (
    ANY_SERVER_ERROR,
    AUTHOR_LENGTHS,
    DELIVERED,
    FAILURE_EXIT_CODES,
    INVALID,
    LARGEST_BODY,
    NO_SUCH_MESSAGE,
    NO_SUCH_PARENT,
    NOT_A_DELIVERY,
    NOT_FOUND,
    NOT_FROM_SLACK,
    NOT_FROM_TWILIO,
    OK,
    RESPONSE_TYPES,
    SERVER_ERROR_BUT_501,
    STORED,
    TOO_LARGE,
    TOO_MANY,
    WRONG_METHOD,
)
from grader.assertions.json_values import ids
from grader.testdata.payloads import (
    AN_INSTANT,
    AS_SERVERS_WRITE,
    AUTHORS,
    BAD_BODIES,
    BAD_TIMES,
    ESCAPED_BODIES,
    HALF_A_PARENT,
    LARGE_BODIES,
    LONGEST_TEXTS,
    ODD_AUTHORS,
    ODD_BODIES,
    SPOKEN,
    SQLITE_HEADER,
    TIMES_OF_DAY,
    TO_THE_SECOND,
    ZOO,
)
from grader.testdata.random_values import words
from grader.testdata.rare_requests import BODY_HEADERS, CALLERS, FAR_TIMES, ODD_HEADERS, ODD_PATHS, RARE_REQUESTS
from grader.testdata.webhook_payloads import (
    FORMS,
    MISTYPED,
    PICTURE,
    QUERIES,
    SENDERS,
    TEXT_MESSAGES,
    TYPED,
    UNREADABLE,
)

__all__ = [
    "ANY_SERVER_ERROR",
    "AN_INSTANT",
    "AS_SERVERS_WRITE",
    "AUTHORS",
    "AUTHOR_LENGTHS",
    "BAD_BODIES",
    "BAD_TIMES",
    "BODY_HEADERS",
    "CALLERS",
    "DELIVERED",
    "ESCAPED_BODIES",
    "FAILURE_EXIT_CODES",
    "FAR_TIMES",
    "FORMS",
    "HALF_A_PARENT",
    "INVALID",
    "LARGEST_BODY",
    "LARGE_BODIES",
    "LONGEST_TEXTS",
    "MISTYPED",
    "NOT_A_DELIVERY",
    "NOT_FOUND",
    "NOT_FROM_SLACK",
    "NOT_FROM_TWILIO",
    "NO_SUCH_MESSAGE",
    "NO_SUCH_PARENT",
    "ODD_AUTHORS",
    "ODD_BODIES",
    "ODD_HEADERS",
    "ODD_PATHS",
    "OK",
    "PICTURE",
    "QUERIES",
    "RARE_REQUESTS",
    "RESPONSE_TYPES",
    "SENDERS",
    "SERVER_ERROR_BUT_501",
    "SPOKEN",
    "SQLITE_HEADER",
    "STORED",
    "TEXT_MESSAGES",
    "TIMES_OF_DAY",
    "TOO_LARGE",
    "TOO_MANY",
    "TO_THE_SECOND",
    "TYPED",
    "UNREADABLE",
    "WRONG_METHOD",
    "ZOO",
    "check",
    "ids",
    "words",
]


def check(step: str, *, clause: str, timed: bool = False) -> Callable[[Callable[..., None]], Any]:
    """Mark a function as a check of `step` that cites `clause`. The learner reads its docstring when it fails.

    `timed` says that its verdict hangs on how fast something was. The kit asks such a check once more before it fails.
    """
    return pytest.mark.check(step, clause=clause, timed=timed)
