"""What a learner decided limits a workload, and the evidence for it: read, measured again, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.errors import Failed, Unclear
from grader.load.bench import Bench
from grader.load.comparison import Comparison, Pair, Verdict
from grader.load.intervene import PREPARE
from grader.load.interventions import ALL
from grader.scaling import causes
from grader.scaling.conditions import BOTH_ANEW, CEILINGS, FAR, Conditions, are_unlike, claimed, disagree, speed
from grader.scaling.evidence import Evidence

TIMES = 1.6
"""The factor within which a metric is right."""
LEAST_METRICS = 2
FIRST, MOST = 3, 8
"""How many pairs of batches the kit measures at first, and at most, where they don't confirm what is claimed."""
STRADDLING = 1.25
"""By which factor the kit's own figure may lie on the other side of a limit in the table."""


@dataclass(frozen=True)
class Decision:
    """One table of `answers.toml`: the limit that it names, and the metrics that show it."""

    table: str
    limiting: str
    metrics: Mapping[str, float]
    conditions: Conditions

    @property
    def line(self) -> str:
        """Say where it stands."""
        return f"answers.toml, [{self.table}]"


def read(answers: Evidence, table: str) -> Decision:
    """Read a decision; raises Failed with one sentence where something is missing or unknown."""
    limiting = answers.word(table, "limiting", causes.CAUSES)
    metrics = {}
    for metric in answers.metrics(table):
        if metric.name not in causes.METRICS:
            raise Failed(
                f'{answers.file}, [{table}] evidence: there is no metric "{metric.name}"',
                expected=f"some of {', '.join(causes.METRICS)}",
            )
        if not metric.value:
            raise Failed(f"{answers.file}, [{table}] evidence: {metric.name} is 0", expected="what you measured")
        metrics[metric.name] = float(metric.value)
    if len(metrics) < LEAST_METRICS:
        raise Failed(
            f"{answers.file}, [{table}] evidence: {len(metrics)} metrics",
            expected=f"at least {LEAST_METRICS} different ones, as kit intervene prints them",
        )
    return Decision(table, str(limiting), metrics, claimed(answers))


def measured(bench: Bench, decision: Decision, faster: float = 1.0) -> tuple[dict[str, float], float]:
    """Measure the metrics of a decision again. Return them, and how many cores others used at most meanwhile.

    An intervention ends as soon as its metrics confirm what is claimed. `faster` is how many times as fast this machine
    is as that of the claim.
    """
    found: dict[str, float] = {}
    busiest = 0.0
    workload = "mixed" if decision.table == "mixed" else "writes"
    for name in dict.fromkeys(causes.METRICS[metric] for metric in decision.metrics):
        pairs: list[Pair] = []
        with _explained(name), PREPARE[name](bench, workload) as (batch_a, batch_b, metrics):
            while len(pairs) < MOST:
                pairs.append(Pair(batch_a(), batch_b()))
                own = metrics(Comparison(ALL[name].threshold, Verdict.UNCLEAR, tuple(pairs)))
                if len(pairs) >= FIRST and not wrong(decision.metrics, own, faster):
                    break
        busiest = max([busiest, *(half.other for pair in pairs for half in (pair.a, pair.b))])
        found |= own
    return found, busiest


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Say that an intervention could not be carried out. Whether the service does its work, other checks ask."""
    try:
        yield
    except Failed as failure:
        raise Unclear(f"The kit could not carry out the intervention {name}: {failure}") from None


def wrong(
    metrics: Mapping[str, float], own: Mapping[str, float], faster: float = 1.0, *, times: float = TIMES
) -> list[str]:
    """Name the claimed metrics that differ too much from those that the kit measured.

    A rate that was measured on another machine is right, too, where it is in the ratio of the two machines' speed.
    """

    def is_right(name: str, value: float) -> bool:
        likely = (value, value * faster) if name in causes.RATES else (value,)
        return any(own[name] / times <= one <= own[name] * times for one in likely)

    return [name for name, value in metrics.items() if name in own and not is_right(name, value)]


class Judgement:
    """A decision beside the kit's own figures: what checks ask about it.

    `measure` gives the kit's own metrics and the conditions here, `is_bound` tells whether the generator is the limit
    of the workload. Each is called only where it is needed, as both take long.
    """

    def __init__(
        self,
        decision: Decision,
        measure: Callable[[], tuple[Mapping[str, float], Conditions]],
        is_bound: Callable[[], bool],
    ) -> None:
        self._decision = decision
        self._measure = measure
        self._is_bound = is_bound

    @property
    def wrong_numbers(self) -> Listing:
        """The claimed numbers that the kit doesn't find. Raises Unclear where they were measured elsewhere."""
        own, here = self._measure()
        claims, there = self._decision.metrics, self._decision.conditions
        if wrong(claims, own, speed(there, here)):
            here = here.looked_at_again
        faster = speed(there, here)
        missing = [f"{name}, which your service doesn't show" for name in claims if name not in own]
        told = [self._both(name, own) for name in wrong(claims, own, faster)]
        if told and not missing:
            far = FAR if wrong(claims, own, faster, times=FAR) else 1.0
            finding = disagree("; ".join(told), there, here, expected="", again=BOTH_ANEW, apart=far)
            if isinstance(finding, Unclear):
                raise finding
            if not wrong(claims, own, faster, times=TIMES * CEILINGS) and are_unlike(there, here):
                raise Unclear(f"{'; '.join(told)}. Two machines may differ by that: {BOTH_ANEW}.")
        return self._listing([*missing, *told], f"number that is wrong by more than a factor of {TIMES:g}")

    @property
    def contradictions(self) -> Listing:
        """The numbers that speak against the named limit."""
        cause, metrics = self._decision.limiting, self._decision.metrics
        if cause == "generator" and not self._is_bound():
            return self._listing(
                ["in the kit's own search, the generator is not the limit"], "fact that speaks against it"
            )
        told = [
            f"{name} = {causes.figures(metrics)[name]:.2f} doesn't fit {cause}"
            for name in causes.contradictions(cause, metrics)
        ]
        if told:
            return self._listing(told, "number that speaks against it")
        everything, here = self._measure()
        own = {name: value for name, value in everything.items() if name in metrics}
        beside = [
            f"the kit measured {name} = {causes.figures(own)[name]:.2f}, which doesn't fit {cause}"
            for name in causes.contradictions(cause, own, STRADDLING)
        ]
        if beside:
            finding = disagree("; ".join(beside), self._decision.conditions, here, expected="", again=BOTH_ANEW)
            if isinstance(finding, Unclear):
                raise finding
        return self._listing(beside, "number that speaks against it")

    @property
    def rivals(self) -> Listing:
        """The other limits that the same numbers fit, with the metrics that would tell."""
        cause = self._decision.limiting
        others = causes.rivals(cause, self._decision.metrics)
        more = causes.separating(cause, others) if others else []
        told = [f"they fit {other}, too" for other in others]
        return self._listing(
            [*told, *([f"what would tell: {', '.join(more)}"] if more else [])], "other limit that they fit"
        )

    def _both(self, name: str, own: Mapping[str, float]) -> str:
        return f"{name}: claimed {self._decision.metrics[name]:.2f}, here {own[name]:.2f}"

    def _listing(self, entries: list[str], what: str) -> Listing:
        return Listing(entries, request=self._decision.line, what=what)
