"""What kinds of failures a run had: statuses, connections that were refused or cut off, and answers that never came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from grader.load.samples import Sample

REFUSED, CUT_OFF, LATE, UNSENT = "connection refused", "cut off", "no answer in time", "never sent"
ENDLESS = "an answer of more than 4 MB"
TIMEOUTS = ("TooSlow", "TimeoutError", "timeout", "Timeout", "ConnectTimeout")


def kinds(samples: Iterable[Sample], *, waiting: int = 0, unsent: int = 0) -> dict[str, int]:
    """Count the failures among samples by their kind, the most frequent first.

    `waiting` is how many requests had no answer when the kit stopped to wait, and `unsent` how many were never sent.
    """
    found = Counter(kind(sample) for sample in samples if not sample.answered)
    found.update({LATE: waiting, UNSENT: unsent})
    return {name: count for name, count in found.most_common() if count > 0}


def kind(sample: Sample) -> str:
    """Name the kind of a failure, such as `status 503`."""
    if sample.status:
        return f"status {sample.status}"
    if sample.trouble == ConnectionRefusedError.__name__:
        return REFUSED
    if sample.trouble == "TooLong":
        return ENDLESS
    return LATE if sample.trouble in TIMEOUTS else CUT_OFF
