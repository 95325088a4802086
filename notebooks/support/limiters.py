"""Five ways to limit how often one client may come. They look at all arrivals afterwards, on a clock that they read.

Each takes the moments at which messages came, in seconds and in order, and says of each whether it is accepted. The
limit is `most` messages in so many `seconds`. None of them counts what it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.assertions.expected import STORED
from grader.http_client.exchange import Exchange
from grader.http_client.kept import Answer
from grader.scaling.senders import REFUSED, Posted, most_accepted

Limiter = Callable[[Sequence[float], int, float], list[bool]]


def fixed_windows(moments: Sequence[float], most: int, seconds: float) -> list[bool]:
    """Count anew at the beginning of each window."""
    counts: dict[int, int] = {}
    found = []
    for moment in moments:
        window = int(moment // seconds)
        found.append(counts.get(window, 0) < most)
        counts[window] = counts.get(window, 0) + found[-1]
    return found


def list_of_moments(moments: Sequence[float], most: int, seconds: float) -> list[bool]:
    """Keep the moment of each accepted message, and count those of the last seconds."""
    kept: list[float] = []
    found = []
    for moment in moments:
        kept = [one for one in kept if one > moment - seconds]
        found.append(len(kept) < most)
        kept += [moment] * found[-1]
    return found


def two_counters(moments: Sequence[float], most: int, seconds: float) -> list[bool]:
    """Keep the counts of this window and of the last, and take from the last the share that still matters."""
    counts: dict[int, int] = {}
    found = []
    for moment in moments:
        window, into = divmod(moment, seconds)
        before = counts.get(int(window) - 1, 0) * (1 - into / seconds)
        found.append(before + counts.get(int(window), 0) < most)
        counts[int(window)] = counts.get(int(window), 0) + found[-1]
    return found


def token_bucket(moments: Sequence[float], most: int, seconds: float) -> list[bool]:
    """Take a token from a bucket that is full at first, and gets new ones evenly."""
    tokens, last = float(most), 0.0
    found = []
    for moment in moments:
        tokens, last = min(float(most), tokens + (moment - last) * most / seconds), moment
        found.append(tokens >= 1)
        tokens -= found[-1]
    return found


def even_gaps(moments: Sequence[float], most: int, seconds: float) -> list[bool]:
    """Accept a message when the last accepted one is long enough ago. A leaky bucket with room for one does that."""
    free_at = 0.0
    found = []
    for moment in moments:
        found.append(moment >= free_at)
        if found[-1]:
            free_at = moment + seconds / most
    return found


LIMITERS: dict[str, Limiter] = {
    "fixed windows": fixed_windows,
    "token bucket": token_bucket,
    "two counters": two_counters,
    "list of moments": list_of_moments,
    "even gaps": even_gaps,
}


def arrivals(rate: float, began: float, ended: float) -> list[float]:
    """Return moments that follow each other evenly, so many per second."""
    return [began + number / rate for number in range(round((ended - began) * rate))]


def in_last(moments: Sequence[float], accepted: Sequence[bool], seconds: float, at: Sequence[float]) -> list[int]:
    """Count, for each of some moments, the messages that were accepted within the last seconds."""
    taken = [moment for moment, was in zip(moments, accepted, strict=True) if was]
    return [sum(moment - seconds < one <= moment for one in taken) for moment in at]


def most_in_a_window(moments: Sequence[float], accepted: Sequence[bool], seconds: float) -> int:
    """Return the most messages that were accepted within any window, counted as the kit's own check counts."""
    exchange = Exchange("POST", b"", "")
    codes = [next(iter(STORED)) if was else REFUSED for was in accepted]
    answers = [Answer(code, b"", b"", exchange, moment, moment) for code, moment in zip(codes, moments, strict=True)]
    return most_accepted([Posted("", answer) for answer in answers], seconds)
