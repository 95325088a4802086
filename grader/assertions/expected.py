"""What a check may expect: sets of values with the name that a learner reads, and limits of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


class OneOf(frozenset[int]):
    """A named set of values; a check compares with `in`, `not in` or `==`."""

    name: str

    def __new__(cls, values: Iterable[int], name: str) -> Self:
        made = super().__new__(cls, values)
        made.name = name
        return made

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


OK = OneOf({200}, "200")
"""The answer to a read that works."""

STORED = OneOf({200, 201}, "201 or 200")
"""The answer to a message that was stored."""

INVALID = OneOf({400, 422}, "400 or 422")
"""The answer to input that is not valid (clause K6)."""

TOO_LARGE = OneOf({400, 413, 415, 422}, "400, 413, 415 or 422")
"""The answer to a body of more than 64 KiB (clause K6)."""

NOT_FOUND = OneOf({404}, "404")
"""The answer to a path that the service doesn't know (clause K4)."""

WRONG_METHOD = OneOf({405, 404, 501}, "405; 404 and 501 are fine")
"""The answer to a known path with a wrong method (clause K4)."""

NO_SUCH_MESSAGE = OneOf({404, 400, 422}, "404 (400 or 422 where no message could have that id)")
"""The answer to a request for a message that doesn't exist."""

NO_SUCH_PARENT = OneOf({400, 404, 422}, "400, 422 or 404")
"""The answer to a reply whose parent doesn't exist."""

ANY_SERVER_ERROR = OneOf(range(500, 600), "a server error (5xx)")
"""What no request may cause (clause K6). A check compares with `not in`."""

SERVER_ERROR_BUT_501 = OneOf({*range(500, 600)} - {501}, "a server error (5xx; 501 is fine)")
"""What no method may cause (clause K4): 501 says that the service doesn't know the method."""

DELIVERED = OneOf({200, 204}, "200 with TwiML, or 204")
"""The answer to a text message that the service has taken in."""

NOT_FROM_TWILIO = OneOf({403, 401, 400, 422}, "403, 401, 400 or 422")
"""The answer to a text message without Twilio's signature, or with a wrong one."""

GET_NOT_FROM_TWILIO = OneOf({*WRONG_METHOD, *NOT_FROM_TWILIO}, "405; 404, 501, 403, 401, 400 and 422 are fine")
"""The answer to a GET that holds a text message without a signature."""

NOT_FROM_SLACK = OneOf({401, 403, 400, 422}, "401, 403, 400 or 422")
"""The answer to a command without Slack's signature, with a wrong one, or with an old one."""

FAILURE_EXIT_CODES = OneOf(range(1, 126), "an exit code from 1 to 125")
"""How a client ends that could not do what it was asked to (clause K10)."""

AUTHOR_LENGTHS = OneOf(range(1, 101), "1 to 100")
"""How many characters an `author` has."""

RESPONSE_TYPES = ("ephemeral", "in_channel")
"""The values of `response_type` that Slack knows."""

LARGEST_BODY = 1024 * 1024
"""How many bytes the body of an answer may have: 1 MiB."""
