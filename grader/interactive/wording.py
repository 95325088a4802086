"""Descriptions of answers, and the verdicts that Twilio and Slack have in common."""

from __future__ import annotations

from grader.errors import TooLate
from grader.http_client.reply import Reply
from grader.interactive.event import Came, Verdict, fine as _fine, wrong
from grader.text.values import printable, shorten

REFUSALS = (400, 401, 403, 422)
NOT_THERE = (404, 405)
NOT_WRITTEN = 501
SHOWN = 200
MOST = 10
"""How many texts of one answer are shown."""


def quoted(text: str, most: int = SHOWN) -> str:
    """Return a text as one line between quotes, with control characters as visible escapes."""
    return f'"{printable(text[:most])}"' + ("" if len(text) <= most else f"… ({len(text)} characters)")


def what_came(came: Came, *, fine: bool) -> str:
    """Describe an answer in a line. If it isn't fine, the line has the beginning of its body."""
    if not isinstance(came, Reply):
        return came.actual
    status = printable(f"{came.code} {came.reason}".strip())
    kind = printable(came.headers.get("content-type", "").partition(";")[0]) or "no content type"
    body = "" if fine or not came.content else f", {shorten(came.content)}"
    return f"{status}, {kind}, {came.seconds:.2f} s{body}"


def no_answer(came: Came, who: str, path: str) -> Verdict | None:
    """Return the verdict on what no provider can use, such as a redirect; None when there is a usable answer."""
    if isinstance(came, TooLate):
        return wrong(who, "gives up: the service takes too long to answer.")
    if not isinstance(came, Reply):
        return wrong(who, "gets no answer that it could read.")
    if came.code in NOT_THERE:
        return wrong(who, f"finds nothing there: no route takes a POST to {path} yet ({came.code}).")
    if came.code == NOT_WRITTEN:
        return wrong(who, f"finds nothing that works: {path} is not written yet ({came.code}).")
    if 300 <= came.code < 400:
        where = came.headers.get("location")
        elsewhere = f" to {quoted(where)}" if where else ""
        return wrong(who, f"is sent away{elsewhere}; the answer has to come from {path} itself.")
    return None


def of_forgery(reply: Reply, due: int) -> Verdict:
    """Return the verdict on the answer to a forged request. Only a refusal is fine."""
    if reply.code in REFUSALS:
        return _fine("forgery", "refused, as it should be.")
    if reply.code < 300:
        return wrong("forgery", "accepted! Anybody could have sent this.")
    return wrong("forgery", f"neither accepted nor refused; {due} would be a refusal.")
