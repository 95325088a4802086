"""Answers put into words: what came, and what is wrong with it whoever had sent the request."""

from __future__ import annotations

from grader.errors import TooLate
from grader.http_client.client import Reply
from grader.interactive.event import Came, Verdict, fine as _fine, wrong
from grader.text.values import printable, shorten

REFUSALS = (400, 401, 403, 422)
NOT_THERE = (404, 405)
NOT_WRITTEN = 501
SHOWN = 200
MOST = 10
"""Texts, or lines of one, that are shown of one answer."""


def quoted(text: str, most: int = SHOWN) -> str:
    """Show a text as one line between quotes, with everything in it visible, blanks too."""
    return f'"{printable(text[:most])}"' + ("" if len(text) <= most else f"… ({len(text)} characters)")


def what_came(came: Came, *, fine: bool) -> str:
    """Say in a line what came back; of an answer that isn't fine, also how its body begins."""
    if not isinstance(came, Reply):
        return came.actual
    status = printable(f"{came.code} {came.reason}".strip())
    kind = printable(came.headers.get("content-type", "").partition(";")[0]) or "no content type"
    body = "" if fine or not came.content else f", {shorten(came.content)}"
    return f"{status}, {kind}, {came.seconds:.2f} s{body}"


def no_answer(came: Came, who: str, path: str) -> Verdict | None:
    """Judge what no provider could use, genuine request or not; None when there is an answer to look at."""
    if isinstance(came, TooLate):
        return wrong(who, "gives up: the service takes too long to answer.")
    if not isinstance(came, Reply):
        return wrong(who, "gets no answer that it could read.")
    if came.code in NOT_THERE:
        said = f"finds nothing there: no route takes a POST to {path} yet ({came.code})."
        return wrong(who, said)
    if came.code == NOT_WRITTEN:
        return wrong(who, f"finds nothing that works: {path} is not written yet ({came.code}).")
    if 300 <= came.code < 400:
        where = came.headers.get("location")
        elsewhere = f" to {quoted(where)}" if where else ""
        return wrong(who, f"is sent away{elsewhere}; the answer has to come from {path} itself.")
    return None


def of_forgery(reply: Reply, due: int) -> Verdict:
    """Judge the answer to a forged request: only a refusal is fine."""
    if reply.code in REFUSALS:
        return _fine("forgery", "refused, as it should be.")
    if reply.code < 300:
        return wrong("forgery", "accepted! Anybody could have sent this.")
    return wrong("forgery", f"neither accepted nor refused; {due} would be a refusal.")
