"""The values that a check may expect: sets with a name that the learner reads, and limits of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


class OneOf(frozenset[int]):
    """A set of integers with a name. A check compares with `in`, `not in` or `==`."""

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
"""The status of a successful read."""

STORED = OneOf({200, 201}, "201 or 200")
"""The status after the service stored a message."""

TOO_MANY = OneOf({429}, "429")
"""The status for a message that is one too many for its sender."""

INVALID = OneOf({400, 422}, "400 or 422")
"""The status for input that is not valid (clause K6)."""

TOO_LARGE = OneOf({400, 413, 415, 422}, "400, 413, 415 or 422")
"""The status for a body of more than 64 KiB (clause K6)."""

NOT_FOUND = OneOf({404}, "404")
"""The status for a path that the service doesn't know (clause K4)."""

WRONG_METHOD = OneOf({405, 404, 501}, "405; 404 and 501 are fine")
"""The status for a known path with a wrong method (clause K4)."""

NO_SUCH_MESSAGE = OneOf({404, 400, 422}, "404 (400 or 422 where no message could have that id)")
"""The status for a request that names a message which doesn't exist."""

NO_SUCH_PARENT = OneOf({400, 404, 422}, "400, 422 or 404")
"""The status for a new message that replies to one which doesn't exist."""

ANY_SERVER_ERROR = OneOf(range(500, 600), "a server error (5xx)")
"""The statuses that no request may cause (clause K6). A check compares with `not in`."""

SERVER_ERROR_BUT_501 = OneOf({*range(500, 600)} - {501}, "a server error (5xx; 501 is fine)")
"""The statuses that no method may cause (clause K4). 501 is fine: the service doesn't know the method."""

DELIVERED = OneOf({200, 204}, "200 with TwiML, or 204")
"""The status after the service accepted a text message."""

NOT_FROM_TWILIO = OneOf({403, 401, 400, 422}, "403, 401, 400 or 422")
"""The status for a text message whose signature from Twilio is missing or wrong."""

NOT_A_DELIVERY = OneOf({*WRONG_METHOD, *NOT_FROM_TWILIO}, "405; 404, 501, 403, 401, 400 and 422 are fine")
"""The status for a webhook that comes by another method than POST."""

NOT_FROM_SLACK = OneOf({401, 403, 400, 422}, "401, 403, 400 or 422")
"""The status for a command whose signature from Slack is missing, wrong or old."""

FAILURE_EXIT_CODES = OneOf(range(1, 126), "an exit code from 1 to 125")
"""The exit codes of a client that could not do its task (clause K10)."""

AUTHOR_LENGTHS = OneOf(range(1, 101), "1 to 100")
"""The number of characters that an `author` may have."""

RESPONSE_TYPES = ("ephemeral", "in_channel")
"""The values of `response_type` that Slack knows."""

LARGEST_BODY = 1024 * 1024
"""The largest body that an answer may have, in bytes: 1 MiB."""
