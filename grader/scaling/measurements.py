"""What the checks of stage 4 share in one run: the generator, one search for each workload, one flood."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from math import inf

from grader.assertions.entries import Listing
from grader.errors import Failed, UsageError
from grader.harness.harness import Harness
from grader.harness.shared import Shared
from grader.load import bench as benches, slo
from grader.load.bench import Bench, cores
from grader.load.capacity import Capacity
from grader.load.cpu import Bystanders
from grader.load.reference import ceiling
from grader.load.slo import Slo
from grader.project.git import GitRepository
from grader.scaling import capacity_claim, ceilings, decision, evidence, load_tests, overload, writers
from grader.scaling.capacity_claim import Claim, Compared, Searched
from grader.scaling.conditions import BOTH_ANEW, Conditions, claimed, disagree, speed
from grader.scaling.decision import Judgement
from grader.scaling.evidence import ANSWERS, CAPACITY, Evidence
from grader.scaling.flooded import Flooded
from grader.scaling.load_tests import LoadTest
from grader.scaling.measured import Amount
from grader.scaling.writers import Kept

WORKLOADS = ("reads", "writes", "mixed")
SENDING = {"quick": 5.0, "full": 8.0}
"""Seconds for which a load test of the project runs."""
WRITING = {"quick": 4.0, "full": 10.0}
"""Seconds for which sixteen writers write."""


class Measurements:
    """Measures on demand, and each thing once for all checks of a run."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._level = str(harness.load)

    def load_test(self, name: str) -> LoadTest:
        """Return what a load test of the project sent. All of them run at the same time, once."""
        project = self._harness.set_up_project
        if not project.load.get(name):
            raise load_tests.missing(name)
        programs, seconds = self._harness.resources.programs, SENDING[self._level]
        all_of_them = self._harness.shared.once("load tests", lambda: load_tests.run_all(project, programs, seconds))
        return self._harness.shared.measured(f"load test of {name}", all_of_them[name])

    def generator_claim(self, name: str) -> Amount:
        """Return by which factor a ceiling in `answers.toml` differs from the kit's own measurement."""
        answers = self.answers
        value = float(answers.number("generator", name))
        there = claimed(answers)
        likely = {value, value * speed(there, self._conditions(0.0))}
        programs = self._harness.resources.programs

        def measure() -> tuple[float, float]:
            bystanders = Bystanders()
            return ceilings.measured_for(name, likely, programs), bystanders.cores()

        own, other = self._harness.shared.measured(f"ceiling of {name}", measure)
        apart = min(_factor(one, own) for one in likely)
        told = f"claimed {value:.0f} requests per second, here {own:.0f}"
        if apart > ceilings.TIMES:
            finding = disagree(told, there, self._conditions(other), expected="", again=BOTH_ANEW, apart=apart)
            if not isinstance(finding, Failed):
                raise finding
        return Amount(apart, what="times apart", request=f"{ANSWERS}, [generator] {name}", more=told)

    def bound(self) -> Listing:
        """List what contradicts `bound` in `answers.toml`: the file of capacities, or what the kit measures.

        The kit contradicts where the generator is the limit of none of the capacities and is said to be, or the other
        way round. Which workload it limits is another question: that of `broke_because`.
        """
        says = self.answers.flag("generator", "bound")
        capacities = self.capacities
        named = [name for name in WORKLOADS if name in capacities.tables]
        if not named:
            raise Failed(f"{CAPACITY} holds no capacity.", expected="one at least: type kit capacity reads")
        claims = {name: capacity_claim.read(capacities, name) for name in named}
        by_file = [name for name, claim in claims.items() if claim.because == "generator"]
        told = [f"bound = {str(says).lower()}, and {CAPACITY} says {_limits(by_file)}"] if says != bool(by_file) else []
        unlike = told or [found for claim in claims.values() for found in self._unlike_limit(claim)]
        if not told and any(self._is_bound(claim) for claim in claims.values()) == says:
            unlike = []
        return Listing(unlike, request=f"{ANSWERS}, [generator] bound", what="contradiction")

    def capacity(self, workload: str) -> Compared:
        """Return the claimed capacity beside the kit's own."""
        claim = capacity_claim.read(self.capacities, workload)
        return Compared(claim, self._searched(claim))

    def unknown_commit(self, workload: str) -> Listing:
        """List the commit that `capacity.toml` names for a workload, if the repository doesn't hold it."""
        name = self.capacities.word(workload, "commit")
        repository = GitRepository(self._harness.folder)
        known = repository.has_commit(str(name)) or repository.is_shallow
        return Listing([] if known else [str(name)], request=f"git show {name}", what="commit that git doesn't know")

    def judgement(self, table: str) -> Judgement:
        """Return what the learner says limits a workload, beside the kit's own figures."""
        found = decision.read(self.answers, table)

        def measure() -> tuple[Mapping[str, float], Conditions]:
            bench, faster = self._bench, speed(found.conditions, self._conditions(0.0))
            own, other = self._harness.shared.measured(
                f"evidence of {table}", lambda: decision.measured(bench, found, faster)
            )
            return own, self._conditions(other)

        def is_bound() -> bool:
            return self._searched(capacity_claim.read(self.capacities, table)).found.because == "generator"

        return Judgement(found, measure, is_bound)

    def written(self) -> Kept:
        """Return what became of the messages of sixteen writers."""
        bench = self._bench
        return self._harness.shared.measured("sixteen writers", lambda: _written(bench, WRITING[self._level]))

    def flooded(self) -> Flooded:
        """Return what came of twice the capacity."""
        bench, objective = self._bench, self._objective
        return self._harness.shared.measured("flood", lambda: Flooded(overload.measure(bench, objective, self._level)))

    @property
    def answers(self) -> Evidence:
        """What the learner wrote into `answers.toml`."""
        return evidence.read(self._harness.folder, ANSWERS)

    @property
    def capacities(self) -> Evidence:
        """What `kit capacity` wrote into `capacity.toml`."""
        return evidence.read(self._harness.folder, CAPACITY)

    @property
    def _bench(self) -> Bench:
        def make() -> Bench:
            stack = ExitStack()
            self._harness.when_closing(stack.close)
            return stack.enter_context(benches.bench(self._harness.set_up_project))

        bench: Bench = self._harness.shared.once("bench", make)
        return bench

    @property
    def _objective(self) -> Slo:
        try:
            return slo.read(self._harness.folder)
        except UsageError as fault:
            raise Failed(str(fault), expected="an objective as the contract describes it") from None

    def _conditions(self, other: float) -> Conditions:
        bench = self._bench

        def measure() -> float:
            return ceiling(bench.generator, bench.resources.programs, seconds=1.0)

        once = self._harness.shared.once("ceiling", lambda: max(measure(), measure()))
        return Conditions(cores(), once, other, again=measure)

    def _searched(self, claim: Claim) -> Searched:
        bench, objective, here = self._bench, self._objective, self._conditions(0.0)
        return self._harness.shared.measured(
            _search_for(claim.workload),
            lambda: capacity_claim.search(bench, claim, objective, self._level, here),
        )

    def _is_bound(self, claim: Claim) -> bool:
        return Compared(claim, self._searched(claim)).searched.found.because == "generator"

    def _unlike_limit(self, claim: Claim) -> list[str]:
        """Say where the generator is the limit and isn't said to be, or the other way round."""
        compared = Compared(claim, self._searched(claim))
        found = compared.searched.found.because
        if (found == "generator") == (claim.because == "generator") or compared.is_excused:
            return []
        return [f"{claim.workload}: {compared.reason_in_words}"]


def capacities_found(shared: Shared) -> dict[str, Capacity]:
    """Return the capacities that checks have searched for, by their workload."""
    searched: dict[str, Searched | None] = {name: shared.known(_search_for(name)) for name in WORKLOADS}
    return {name: one.found for name, one in searched.items() if one is not None}


def _factor(one: float, other: float) -> float:
    """Return by which factor two rates differ."""
    return max(one / other, other / one) if one > 0 and other > 0 else inf


def _search_for(workload: str) -> str:
    return f"capacity for {workload}"


def _written(bench: Bench, seconds: float) -> Kept:
    """Let sixteen writers write to a new service, and look at what it keeps."""
    service = bench.start(messages=0)
    before = service.database.rows()
    return Kept(service, writers.write(service, seconds), before)


def _limits(names: list[str]) -> str:
    return f"that the generator is the limit of {' and '.join(names)}" if names else "that it is the limit of none"
