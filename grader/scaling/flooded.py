"""Judges a flood by what the contract promises. Each value is what a check compares, or says why nothing is known."""

from __future__ import annotations

from collections import Counter
from email.utils import parsedate_to_datetime

from grader.assertions.entries import Listing
from grader.errors import Unclear
from grader.load.comparison import TOO_BUSY
from grader.load.failures import kinds
from grader.load.samples import LATE, Sample, percentile_ms
from grader.report.load_words import failures
from grader.scaling.conditions import BUSY
from grader.scaling.measured import Amount
from grader.scaling.overload import LEAST_TIMES, NO_FLOOD, RECOVERY, Overload, second_half, taken_in_time

REFUSALS = (503, 429)
GOOD_SHARE, BAD_SHARE = 50.0, 25.0
"""Percent of the capacity from which on a service holds out, and below which it doesn't."""
FEW_REFUSED, MANY_REFUSED = 2.0, 10.0
"""Percent of refusals below half of the capacity: those that a short stop explains, and those that a low limit does."""
SLOW, TOO_SLOW = 5.0, 10.0
"""Multiples of the objective's limit for the answers that aren't refusals."""
GROWTH_MB, GROWTH_SHARE = 48.0, 0.25
"""By how much the memory may grow in the second half of a flood: megabytes, and a share of what it was."""
UNLIKE = 0.25
LATE_SHARE = 0.2


class Flooded:
    """What checks ask about a flood. Every property raises Unclear where noise or a middling figure decides."""

    def __init__(self, overload: Overload) -> None:
        self._found = overload
        self._second_half = second_half(overload.flood)

    @property
    def kept(self) -> Amount:
        """How many percent of the capacity were answered well, and within the objective, in the second half."""
        found = self._found
        share = 100 * taken_in_time(found.flood, found.slo) / found.capacity
        if share > 100 * NO_FLOOD:
            raise Unclear(f"{share:.0f} % of the capacity were answered in time, so it was no flood: run it again.")
        if share < GOOD_SHARE:
            self._refuse_to_judge(share >= BAD_SHARE, f"{share:.0f} % of the capacity were answered in time")
        lost = failures(kinds(self._second_half))
        told = f"{self._offered()}; failed in the second half: {lost}" if lost else self._offered()
        return self._amount(share, "% of the capacity, answered within the objective", told)

    @property
    def slowness(self) -> Amount:
        """How many times the objective's limit 95 of 100 answers of the second half took that aren't refusals."""
        worst, shown = 0.0, ""
        for name, limit in self._found.slo.p95_ms.items():
            p95 = percentile_ms([_own(one) for one in self._second_half if one.answered and one.name == name], 95)
            if p95 is not None and p95 / limit > worst:
                worst, shown = p95 / limit, f"{name}: 95 of 100 within {p95:.0f} ms; {self._offered()}"
        if worst > SLOW:
            self._refuse_to_judge(worst <= TOO_SLOW, f"95 of 100 answers came within {worst:.1f} times the limit")
        return self._amount(worst, "times the objective's limit", shown)

    @property
    def refused_early(self) -> Amount:
        """How many percent of the requests were refused below half of what the service can do."""
        found = self._found
        came = [one for one in found.half.record.samples if one.status]
        refused = [one for one in came if one.status in REFUSALS]
        share = 100 * len(refused) / max(1, len(came))
        busy = found.half.probe.other > min(found.others + UNLIKE, BUSY)
        if share > FEW_REFUSED and (share <= MANY_REFUSED or busy):
            raise Unclear(f"{share:.0f} % of the requests were refused at half of the capacity: run it again.")
        able = max(found.capacity, found.alone)
        told = f"{found.half.probe.offered:.0f} requests per second came; it can do {able:.0f}"
        return self._amount(share, "% refused", told)

    @property
    def odd_refusals(self) -> Listing:
        """The answers that were neither good nor a refusal with `Retry-After`, by their kind."""
        odd = Counter(
            _kind(one) for run in (self._found.half, self._found.flood) for one in run.record.samples if _is_odd(one)
        )
        return Listing(
            [f"{count} x {kind}" for kind, count in odd.most_common()], request=self._line, what="such answer"
        )

    @property
    def memory_growth(self) -> Amount:
        """By how many megabytes more than allowed the memory grew in the second half of the flood; 0 is fine."""
        before, first, last = self._found.memory
        more = last - first - GROWTH_MB - GROWTH_SHARE * first
        told = f"{before:.0f} MB before, up to {first:.0f} MB in the first half, {last:.0f} MB in the second"
        return self._amount(max(0.0, more), "MB beyond what a full queue explains", told)

    @property
    def recovery(self) -> Amount:
        """After how many seconds the service kept its objective again."""
        seconds = self._found.recovered
        told = "" if seconds is not None else "it didn't, as long as the kit waited"
        return self._amount(RECOVERY * 2 if seconds is None else seconds, "seconds until it kept its objective", told)

    @property
    def _line(self) -> str:
        return self._found.line

    def _amount(self, value: float, what: str, more: str = "") -> Amount:
        return Amount(value, what=what, request=self._line, more=more)

    def _offered(self) -> str:
        found = self._found
        return f"capacity {found.capacity:.0f}, offered {found.flood.probe.offered or 0:.0f} requests per second"

    def _refuse_to_judge(self, middling: bool, what: str) -> None:  # noqa: FBT001
        """Raise Unclear where the figure lies in between, or where something else than the service may explain it."""
        found = self._found
        probe = found.flood.probe
        late = sum(one.late > LATE for one in self._second_half)
        if middling:
            raise Unclear(f"{what}: too much for a fail, too little for a pass.")
        if probe.other > min(found.others + UNLIKE, TOO_BUSY):
            raise Unclear(
                f"{what}, but other programs used {probe.other:.1f} cores, {found.others:.1f} before the flood."
            )
        if (
            late > LATE_SHARE * len(self._second_half)
            or probe.sent < LEAST_TIMES * found.capacity * found.flood.window.seconds
        ):
            raise Unclear(f"{what}, but the kit's generator sent its requests late: this machine is too busy.")


def _own(sample: Sample) -> float:
    """Return the seconds of a request without those by which the generator itself was late."""
    return sample.seconds - sample.late


def _is_odd(sample: Sample) -> bool:
    if sample.answered or sample.status == 0:
        return False
    return sample.status not in REFUSALS or not is_advice(sample.retry_after)


def _kind(sample: Sample) -> str:
    if sample.status not in REFUSALS:
        return f"status {sample.status}"
    return (
        f"status {sample.status} with Retry-After: {sample.retry_after}"
        if sample.retry_after
        else (f"status {sample.status} without Retry-After")
    )


def is_advice(value: str) -> bool:
    """Tell whether a value of `Retry-After` is a whole number of seconds or an HTTP date."""
    if value.strip().isdecimal():
        return True
    try:
        return parsedate_to_datetime(value) is not None
    except (TypeError, ValueError, IndexError):
        return False
