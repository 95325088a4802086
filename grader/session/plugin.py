"""A pytest plugin that runs checks in the order of the schedule and reports what each check found."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from grader.course import Step
from grader.errors import NotChecked, TooLate
from grader.fixtures import base
from grader.fixtures.base import asking
from grader.harness import prefetch
from grader.harness.harness import Harness
from grader.harness.load_level import LoadLevel
from grader.harness.prefetch import FRESH, GROWN
from grader.results.held import Held, Standing
from grader.results.moment import Moment
from grader.results.results import CheckResult, Outcome
from grader.session.failure import Comparison, excused, explained
from grader.session.protocol import Teller
from grader.session.schedule import Planned, Schedule
from grader.system.waits import Wait
from grader.testdata.random_values import drawing_for

AGAIN = " (Asked again, on a database of the stage before.)"


class ChecksPlugin:
    """Runs the checks of `steps`, as the schedule says.

    It leaves out a check that an earlier failure explains. Checks that wait long come last. The plugin calls `hold` at
    the first check that fails, while the programs that the check used still run. `only` is the name of a check
    function: the plugin runs no other. An empty name means all.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        schedule: Schedule,
        harness: Harness,
        reports: Teller,
        *,
        seed: int,
        only: str = "",
        hold: Callable[[Held], None] | None = None,
    ) -> None:
        self._steps = {step.id: step for step in steps}
        self._schedule = schedule
        self._harness = harness
        self._reports = reports
        self._seed = seed
        self._only = only
        self._hold = hold
        self._items: dict[str, pytest.Item] = {}
        self._is_last_try = False
        self._waits: dict[str, list[Future[Any]]] = {}
        self._current_step = ""
        self._raised: list[BaseException] = []
        self._comparison: Comparison | None = None
        self.faults: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(step, clause, timed): the promise that a check verifies")
        config.addinivalue_line("markers", "repeated(step): the later step that asks a check once more")
        config.stash[base.HARNESS] = self._harness
        self._harness.resources.programs.waits.listener = self._tell

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Keep a fault of pytest or of this plugin. True keeps pytest from printing it, as the kit reports it."""
        self.faults.append(str(excrepr))
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Let a later step repeat the checks of an earlier stage, on the data that this stage left."""
        home = self._steps.get(asking(metafunc.definition).home)
        again = [step for step in self._steps.values() if home and step.repeats == home.stage]
        if again and "starting_data" in metafunc.fixturenames:
            marks = [pytest.mark.repeated(again[0].id)]
            hidden = pytest.param(FRESH, id=pytest.HIDDEN_PARAM)
            metafunc.parametrize("starting_data", [hidden, pytest.param(GROWN, id=GROWN, marks=marks)], indirect=True)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the checks in the order of the schedule, and report how many checks each step has."""
        if self._only:
            items[:] = [item for item in items if self._only in (item.name, getattr(item, "originalname", ""))]
        self._items = {item.nodeid: item for item in items}
        planned = self._schedule.plan([self._planned(item) for item in items])
        items[:] = [self._items[check.id] for check in self._schedule.checks]
        self._reports.plan(planned)

    def pytest_runtestloop(self) -> bool:
        """Run the checks, in place of pytest's own loop: which one is next depends on what the others have found."""
        while (check := self._schedule.following(self._is_over)) is not None:
            for waiting in self._schedule.to_begin(check):
                item = self._items[waiting.id]
                self._waits[waiting.id] = prefetch.begin_with_the_run(self._harness, asking(item), _fixtures(item))
            item = self._items[check.id]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return True

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        """Run one check and report what it found. A failure that depends on time gets a second try, measured anew."""
        check = self._planned(item)
        if self._current_step != check.step:
            self._current_step = check.step
            self._begin_ahead(check)
        found = self._run(item)
        if found.outcome is Outcome.FAIL and self._is_timed(item):
            assert isinstance(item, pytest.Function)
            self._harness.shared.forget_measured()
            item._initrequest()  # noqa: SLF001 - pytest's own way to run a function twice
            seconds = found.seconds
            found = self._run(item, is_last_try=True)
            found = replace(found, seconds=round(seconds + found.seconds, 3))
        too_late = isinstance(self._finding(), TooLate)
        if too_late:
            self._harness.services.replace()
        self._schedule.found(check, found.outcome, too_late=too_late)
        self._reports.check(found)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out a check of a step that needs load, if the run is without load."""
        if self._steps[asking(item).step].needs_load and self._harness.load is LoadLevel.NONE:
            raise NotChecked("It needs load, and this run has none.", because="load")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, object, object]:
        """Keep the exception. If the run holds failures, hold this one before pytest tears down the fixtures."""
        if call.excinfo is not None:
            self._raised.append(call.excinfo.value)
            if call.when != "teardown":
                self._harness.output.found()
                self._hold_failure(item)
        return (yield)

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        self._comparison = Comparison(op, left, right)

    def _planned(self, item: pytest.Item) -> Planned:
        step, home, _ = asking(item)
        return Planned(item.nodeid, step, home, prefetch.waits_long(_fixtures(item)))

    def _is_over(self, check: Planned) -> bool:
        """Tell whether the long wait of a check has ended."""
        begun = self._waits.get(check.id)
        return begun is not None and begun != [] and all(future.done() for future in begun)

    def _tell(self, wait: Wait | None) -> None:
        """Report the step at hand, and what the kit waits for."""
        again = self._is_last_try
        if wait is None:
            self._reports.moment(Moment(self._current_step, again))
        else:
            passed = time.monotonic() - wait.began
            self._reports.moment(Moment(self._current_step, again, wait.what, passed, wait.at_most))

    def _begin_ahead(self, check: Planned) -> None:
        """Begin the fixtures of the next steps that take some seconds."""
        for coming in self._schedule.coming(check):
            item = self._items[coming.id]
            prefetch.begin_ahead(self._harness, asking(item), _fixtures(item))

    def _run(self, item: pytest.Item, *, is_last_try: bool = False) -> CheckResult:
        self._is_last_try = is_last_try
        self._tell(None)
        self._raised.clear()
        self._comparison = None
        self._harness.begin_check()
        began = time.monotonic()
        with drawing_for(self._seed, asking(item).step, item.name, is_last_try):
            runtestprotocol(item, log=False, nextitem=None)  # the outcome of this check decides which one is next
        return self._result(item, time.monotonic() - began)

    def _hold_failure(self, item: pytest.Item) -> None:
        """Hold the first failure, if the run holds failures. A failure that gets a second try isn't held yet."""
        if self._hold is None or (self._is_timed(item) and not self._is_last_try):
            return
        found = self._result(item, 0.0)
        if found.outcome is Outcome.FAIL:
            hold, self._hold = self._hold, None
            with self._harness.output.as_it_was(found.request) as situation:
                standing = tuple(Standing(one.port.number, str(one.data)) for one in situation.running)
                hold(Held(situation.adapted(found), standing, situation.start, situation.locked))

    def _is_timed(self, item: pytest.Item) -> bool:
        """Tell whether what the check found depends on time, so that a second try may differ."""
        if isinstance(self._finding(), TooLate) or (self._comparison and self._comparison.timed):
            return True
        marker = item.get_closest_marker("check")
        return marker is not None and bool(marker.kwargs.get("timed"))

    def _finding(self) -> BaseException | None:
        return self._raised[0] if self._raised else None

    def _result(self, item: pytest.Item, seconds: float) -> CheckResult:
        assert isinstance(item, pytest.Function)
        marker = item.get_closest_marker("check")
        assert marker is not None
        step, home, _ = asking(item)
        passed = CheckResult(
            step=step,
            id=item.name,
            sentence=" ".join((item.function.__doc__ or "").split()) + ("" if step == home else AGAIN),
            outcome=Outcome.PASS,
            clause=marker.kwargs["clause"],
            seconds=round(seconds, 3),
        )
        finding = self._finding()
        if finding is None:
            return passed
        found = replace(passed, **explained(finding, self._comparison))
        found = excused(found, finding, self._harness.resources.folder)
        found = replace(found, actual=self._harness.named(found.actual))
        if found.outcome is not Outcome.FAIL:
            return found
        output = self._harness.output
        log = self._harness.readable(found.log or output.explanation(found.actual))
        remarks = [*self._harness.remarks(f"{found.actual}\n{log}"), output.remark(found.request, log)]
        actual = "; ".join([found.actual, *filter(None, remarks)])
        before, warning = output.before(found.request), self._harness.warning
        request = output.noted(found.request)
        return replace(found, before=before, request=request, log=log, actual=actual, warning=warning)


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))
