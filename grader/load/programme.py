"""What `kit grade` does under load: the front page, then reads, writes and both, each up to the service's capacity."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.errors import CheckException, Failed
from grader.load import entries, rows
from grader.load.bench import FILL_WITHIN, MESSAGES, fill
from grader.load.capacity import Capacity
from grader.load.capacity_search import QUICK, CapacitySearch, Timing
from grader.load.generator import Generator
from grader.load.measurement import STALLED, Load, Measured
from grader.load.reference import ceiling
from grader.load.slo import Slo
from grader.load.workloads import WORKLOADS
from grader.report.load_words import failures
from grader.results.moment import Moment
from grader.results.results import Outcome
from grader.service.database import Rows
from grader.service.server import Service
from grader.system.process import Programs

USERS = 8
PAGE = 20
"""The messages that a service must have at least: a page of reads is full then."""
ANSWER_WITHIN = 15.0
"""Seconds in which a service must answer one request after the load. A service that doesn't is taken to hang."""
FRONT_PAGE = "root"
KNOWN = "The capacity is the one that the steps of stage 4 have measured."


@dataclass(frozen=True)
class Level:
    """How long everything takes, in seconds: the two parts of a closed run, filling, and all workloads together.

    `at_most` is a limit for the searches, not for what a service does in its own time.
    """

    warm_up: float
    seconds: float
    fill_within: float
    at_most: float
    timing: Timing


LEVELS = {
    "quick": Level(warm_up=0.7, seconds=2.0, fill_within=8.0, at_most=110.0, timing=QUICK),
    "full": Level(warm_up=2.0, seconds=10.0, fill_within=FILL_WITHIN, at_most=600.0, timing=Timing()),
}


@dataclass
class Programme:
    """The load of one project. `start` gives a running service on new data, `tell` hears what is waited for.

    `chat` names the workloads beside the front page; each gets a service of its own. `known` has capacities that were
    found already, by their workload.
    """

    generator: Generator
    start: Callable[[], Service]
    level: Level
    slo: Slo = field(default_factory=Slo)
    chat: Sequence[str] = ()
    programs: Programs | None = None
    tell: Callable[[Moment], None] = lambda _moment: None
    known: Mapping[str, Capacity] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    @property
    def at_most(self) -> float:
        """How many seconds the load takes at most, unless the service itself keeps the kit waiting."""
        front = 2 + self.level.warm_up + self.level.seconds
        return front + (self.level.at_most if self.chat else 0.0)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the members of `load` in the report as they come.

        Raises Failed or ProjectError when the service doesn't start, and MachineError when the generator fails.
        """
        self._say("putting your server under load: GET /")
        yield self._front_page()
        if not self.chat:
            return
        self._say("load: measuring what the kit's own generator can do")
        highest = ceiling(self.generator, self.programs)
        for number, workload in enumerate(self.chat):
            left = self._began + self.at_most - time.monotonic()
            yield from self._workload(workload, highest, time.monotonic() + left / (len(self.chat) - number))

    def _front_page(self) -> dict[str, Any]:
        service = self.start()
        try:
            counted = rows.before(service)
            measured = self._closed(service, FRONT_PAGE)
            return self._judged(FRONT_PAGE, service, counted, measured, None)
        finally:
            service.kill()

    def _workload(self, workload: str, highest: float, until: float) -> Iterator[dict[str, Any]]:
        self._say(f"load, {workload}: starting a new server")
        service = self.start()
        try:
            self._say(f"load, {workload}: filling it with messages")
            fill(self.generator, service, MESSAGES, within=self.level.fill_within, least=PAGE)
            counted = rows.before(service) if workload != "reads" else None
            self._say(f"load, {workload}: {USERS} users")
            measured = self._closed(service, workload)
            yield (entry := self._judged(workload, service, counted, measured, highest))
            if entry["outcome"] is Outcome.PASS:
                yield self._searched(workload, service, highest, until)
        except Failed as failure:
            yield entries.of_nothing(workload, Outcome.FAIL, f"Not measured: {failure}")
        finally:
            service.kill()

    def _closed(self, service: Service, workload: str) -> Measured:
        load = Load(self.generator, service.url, service.process.pid)
        return load.run(WORKLOADS[workload], users=USERS, warm_up=self.level.warm_up, seconds=self.level.seconds)

    def _judged(
        self, workload: str, service: Service, counted: Rows | None, measured: Measured, highest: float | None
    ) -> dict[str, Any]:
        """Judge a run by its answers, and by the rows that they promised."""
        probe, notes, number, agrees = measured.probe, [], None, True
        try:
            if measured.ended or measured.record.unanswered:
                confirm_answering(service)
            if not probe.achieved:
                raise Failed("The service gave no good answer." if probe.planned else STALLED)
            if probe.failed_share > self.slo.failed:
                told = failures(probe.failures)
                notes.append(f"{probe.failed} of {probe.planned} requests got no good answer: {told}.")
            if counted is not None:
                number, agrees = rows.written(service, counted, measured, exactly=workload == FRONT_PAGE)
            outcome = Outcome.PASS if agrees else Outcome.FAIL
        except Failed as failure:
            outcome = Outcome.FAIL
            notes.append(str(failure))
        return entries.of_run(workload, measured, outcome=outcome, ceiling=highest, rows_written=number, notes=notes)

    def _searched(self, workload: str, service: Service, highest: float, until: float) -> dict[str, Any]:
        """Search the capacity, unless it is known. A service that ends or hangs meanwhile doesn't pass."""
        if (known := self.known.get(workload)) is not None:
            return entries.of_search(workload, known, self.slo, outcome=Outcome.PASS, ceiling=highest, notes=[KNOWN])
        timing = self.level.timing
        load = Load(self.generator, service.url, service.process.pid)
        searching = CapacitySearch(
            load,
            workload,
            self.slo,
            trying=lambda rate: self._say(f"load, {workload}: offering {rate:g} requests per second"),
            timing=timing,
            is_late=lambda: time.monotonic() + timing.longest > until,
        )
        outcome, notes = Outcome.PASS, []
        try:
            searching.run()
            confirm_answering(service)
        except CheckException as failure:
            outcome, notes = Outcome.FAIL, [str(failure)]
        found = searching.search.found
        if searching.gone is not None and outcome is Outcome.PASS:
            notes.append("The service answered nothing for a while, so the search ended there.")
        elif not found.done and outcome is Outcome.PASS:
            notes.append("The time was over before the search came to its end.")
        return entries.of_search(workload, found, self.slo, outcome=outcome, ceiling=highest, notes=notes)

    def _say(self, what: str) -> None:
        self.tell(Moment(what=what, seconds=time.monotonic() - self._began, at_most=round(self.at_most)))


def confirm_answering(service: Service) -> None:
    """Raise Failed when a service doesn't answer any more, because it has ended under load or for another reason.

    It is asked twice, as it may still be busy with what came before.
    """
    for is_last in (False, True):
        try:
            service.get("/", patience=ANSWER_WITHIN)
        except Failed:
            if not service.running:
                raise Failed("The service ended under load.") from None
            if is_last:
                raise Failed(f"The service didn't answer any more, {2 * ANSWER_WITHIN:.0f} s after the load.") from None
        else:
            return
