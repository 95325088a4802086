"""Compares the capacity that a learner claims with one that the kit searches itself, near the claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from grader.assertions.entries import Listing
from grader.errors import Failed, Unclear
from grader.load.bench import Bench
from grader.load.capacity import Capacity
from grader.load.capacity_search import CapacitySearch, Timing
from grader.load.slo import Slo
from grader.scaling.conditions import FAR, Conditions, claimed, disagree, speed
from grader.scaling.evidence import Evidence
from grader.scaling.measured import Amount

WIDER = 1.5
AT_MOST = 2.0
"""The multiple of a rate that held which a search offers next: somewhere below that, the generator became the limit."""
REASONS = ("latency", "failures", "generator")
TIMINGS = {"quick": Timing(estimate=2.0, warm_up=0.3, probe=2.0, notches=2), "full": Timing(notches=2)}
NEAR_CEILING = 0.6
"""The share of the generator's ceiling from which on it may be the limit."""
HALF = 0.5
"""The share of one processor that the generator uses at a rate that broke, from which on it may be the limit."""
BEYOND = 1.5
"""How far above the limit the kit looks once more for the reason why it broke."""


@dataclass(frozen=True)
class Claim:
    """One table of `capacity.toml`. `broke` is None where the generator was the limit."""

    workload: str
    held: float
    broke: float | None
    because: str
    conditions: Conditions

    @property
    def in_words(self) -> str:
        """Say the claimed interval."""
        return _interval(self.held, self.broke)


@dataclass(frozen=True)
class Searched:
    """What the kit's own search found, under which conditions, and every reason that broke a probe."""

    found: Capacity
    conditions: Conditions
    reasons: frozenset[str]

    @property
    def in_words(self) -> str:
        """Say the interval that the kit found."""
        return _interval(self.found.held, self.found.broke)


def read(evidence: Evidence, workload: str) -> Claim:
    """Read the claim about a workload; raises Failed with one sentence when it isn't whole."""
    because = evidence.word(workload, "broke_because", REASONS)
    broke = None if because == "generator" else float(evidence.number(workload, "broke"))
    held = float(evidence.number(workload, "held"))
    if broke is None and held <= 0:
        raise Failed(
            f"{evidence.file}, [{workload}]: held = {held:g}, where the generator was the limit",
            expected="a rate above 0: measure again when the machine is quieter",
        )
    if broke is not None and broke <= held:
        raise Failed(
            f"{evidence.file}, [{workload}]: held = {held:g}, broke = {broke:g}",
            expected="a rate that held below one that broke",
        )
    where = claimed(evidence)
    other = float(evidence.number(workload, "other")) if evidence.has(workload, "other") else where.other
    return Claim(workload, held, broke, str(because), Conditions(where.cores, where.ceiling, other))


def search(bench: Bench, claim: Claim, slo: Slo, level: str, here: Conditions) -> Searched:
    """Search for the capacity of the project's service, from the claimed rate on. `here` lacks what others use.

    It doesn't look further down than where nothing can excuse the claim any more.
    """
    service = bench.start()
    searching = CapacitySearch(bench.load(service), claim.workload, slo, timing=TIMINGS[level])
    here_instead = claim.held * min(1.0, speed(claim.conditions, here))
    searching.run_near(claim.held, lowest=here_instead / (FAR * WIDER))
    found = searching.search.found
    reasons = {judged.because for judged in found.probes} - {None}
    if found.broke is not None and claim.because not in reasons | {"generator"}:
        judged = searching.probe(found.broke * BEYOND)
        reasons.add(judged.because)
    service.kill()
    other = max(judged.probe.other for judged in found.probes)
    bound = {"generator"} if found.because == "generator" else set()
    return Searched(found, replace(here, other=other), frozenset({*map(str, reasons - {None}), *bound}))


class Compared:
    """A claim beside the kit's own search: what checks ask about it."""

    def __init__(self, claim: Claim, searched: Searched) -> None:
        self.claim = claim
        self.searched = searched

    @property
    def distance(self) -> Amount:
        """By which factor the claimed interval and the kit's own lie apart: 1 where they meet.

        Raises Unclear where they lie too far apart, and the claim comes from unlike conditions.
        """
        apart = self._apart
        if self.searched.found.broke is None and self.searched.found.held * WIDER < self.claim.held:
            raise Unclear(f"{self._both}; the kit could not offer more: this machine is too busy, or a slow one.")
        if apart > WIDER:
            finding = disagree(
                self._both,
                self.claim.conditions,
                self.searched.conditions,
                expected=f"at most a factor of {WIDER:g}",
                apart=apart,
            )
            if isinstance(finding, Unclear):
                raise finding
        return Amount(apart, what="times apart", request=self._line, more=self._both)

    @property
    def unexplained(self) -> Listing:
        """The claimed reason why the objective broke, if the kit saw another; raises Unclear where it can't tell."""
        claim, seen = self.claim, self.searched.reasons
        is_right = claim.because in seen or not seen or self.is_excused
        return Listing([] if is_right else [self.reason_in_words], request=self._line, what="other reason")

    @property
    def is_excused(self) -> bool:
        """Tell whether the generator, which is named as the limit, reaches about as much here as the service."""
        return self.claim.because == "generator" and self._is_near

    @property
    def reason_in_words(self) -> str:
        """Say both reasons why the objective broke. Raises Unclear where they may differ for the machine's sake."""
        claim, searched = self.claim, self.searched
        seen = " and ".join(sorted(searched.reasons)) or "no reason"
        what = f"claimed {claim.because}, here {seen}"
        if "generator" in searched.reasons and self._is_near:
            raise Unclear(f"{what}: service and generator reach about as much here.")
        finding = disagree(what, claim.conditions, searched.conditions, expected="")
        if isinstance(finding, Unclear):
            raise finding
        return what

    @cached_property
    def _apart(self) -> float:
        claim, found = self.claim, self.searched.found
        faster = speed(claim.conditions, self.searched.conditions)

        def apart(scale: float) -> float:
            below = (claim.held * scale / found.broke) if found.broke else 0.0
            above = found.held / (scale * (claim.broke or AT_MOST * claim.held))
            return max(1.0, below, above)

        return min(apart(1.0), apart(faster))

    @property
    def _is_near(self) -> bool:
        """Tell whether the intervals agree, and the generator can't do much more, so that either may be the limit.

        It has one processor at most, which it may have to share with the service.
        """
        found, ceiling = self.searched.found, self.searched.conditions.ceiling
        busy = max((judged.probe.cpu_generator for judged in found.probes if judged.because), default=0.0)
        return self._apart <= WIDER and (busy >= HALF or (found.broke or ceiling) >= NEAR_CEILING * ceiling)

    @property
    def _both(self) -> str:
        return f"claimed {self.claim.in_words}, here {self.searched.in_words}"

    @property
    def _line(self) -> str:
        return f"kit capacity {self.claim.workload}"


def _interval(held: float, broke: float | None) -> str:
    return (
        f"{held:g} to {broke:g} requests per second" if broke is not None else f"at least {held:g} requests per second"
    )
