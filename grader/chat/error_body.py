"""Refusals as clause K6 wants them: an object in JSON that says why."""

from __future__ import annotations

import contextlib
from typing import Any

from grader.assertions.replies import Fault
from grader.errors import Failed
from grader.http_client.client import Reply, parsed

REFUSAL = "a refusal in JSON: an object with a non-empty string error, or a title or detail that isn't empty"


def fault_of_refusal(reply: Reply) -> Fault:
    """Say what is wrong with the shape of a refusal; `""` when it is as clause K6 wants it."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = _object(reply)
    fault = ""
    if kind not in ("application/json", "application/problem+json"):
        fault = f"the content type {kind or '(none)'}"
    elif found is None:
        fault = "no JSON object"
    elif not (isinstance(found.get("error"), str) and found["error"]) and not _says(found, "title", "detail"):
        fault = "neither a non-empty string error, nor title or detail"
    return Fault(fault, answer=REFUSAL, request=reply.request, summary=reply.summary)


def fault_if_refused(reply: Reply) -> Fault:
    """Say what is wrong with the shape of an answer that is a refusal; `""` for any other, too."""
    if reply.code >= 400:
        return fault_of_refusal(reply)
    return Fault("", answer=REFUSAL, request=reply.request, summary=reply.summary)


def _object(reply: Reply) -> dict[str, Any] | None:
    with contextlib.suppress(Failed):
        found = parsed(reply)
        return found if isinstance(found, dict) else None
    return None


def _says(found: dict[str, Any], *names: str) -> bool:
    """Tell whether one of these members is there and not empty; 0 and false are not."""
    return any(found.get(name) not in (None, "", [], {}) for name in names)
