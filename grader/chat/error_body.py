"""Checks the body of a refusal against clause K6: a JSON object that gives the reason."""

from __future__ import annotations

import contextlib
from typing import Any

from grader.assertions.replies import Fault
from grader.errors import Failed
from grader.http_client.json_body import parsed
from grader.http_client.reply import Reply

REFUSAL = "a refusal in JSON: an object with a non-empty string error, or a title or detail that isn't empty"


def fault_of_refusal(reply: Reply) -> Fault:
    """Say what is wrong with the body of a refusal; `""` when the body is as clause K6 says."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = _object(reply)
    fault = ""
    if kind not in ("application/json", "application/problem+json"):
        fault = f"the content type {kind or '(none)'}"
    elif found is None:
        fault = "no JSON object"
    elif not (isinstance(found.get("error"), str) and found["error"]) and not _has_any(found, "title", "detail"):
        fault = "neither a non-empty string error, nor title or detail"
    return Fault(fault, answer=REFUSAL, request=reply.request, summary=reply.summary)


def fault_if_refused(reply: Reply) -> Fault:
    """Say what is wrong with the body of an answer if its status is 400 or above; `""` for any other answer."""
    if reply.code >= 400:
        return fault_of_refusal(reply)
    return Fault("", answer=REFUSAL, request=reply.request, summary=reply.summary)


def _object(reply: Reply) -> dict[str, Any] | None:
    with contextlib.suppress(Failed):
        found = parsed(reply)
        return found if isinstance(found, dict) else None
    return None


def _has_any(found: dict[str, Any], *names: str) -> bool:
    """Tell whether the object has one of these members and it isn't empty. 0 and false don't count as empty."""
    return any(found.get(name) not in (None, "", [], {}) for name in names)
