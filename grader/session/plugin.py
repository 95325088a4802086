"""The pytest plugin that runs checks in course order and tells what each of them found."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import asdict, replace

import pytest
from _pytest.runner import runtestprotocol

from grader.client.hanging_server import REPLYING, SHOWING, UNHEARD
from grader.course import Step
from grader.errors import Failed, ProjectError, TooLate
from grader.fixtures import service
from grader.harness.harness import Harness
from grader.migration.starting_data import FRESH, GROWN
from grader.results.held import Held
from grader.results.results import WANTING, CheckResult, Outcome
from grader.session.failure import Comparison, explained

PATIENT: dict[str, Callable[[Harness], None]] = {
    "unanswered_ping": lambda harness: harness.begin_silence("ping"),
    "unanswered_send": lambda harness: harness.begin_silence("send", UNHEARD),
    "unanswered_list": lambda harness: harness.begin_silence("list"),
    "unanswered_reply": lambda harness: harness.begin_silence(*REPLYING),
    "unanswered_show": lambda harness: harness.begin_silence(*SHOWING),
    "attempted": Harness.begin_attempt,
}
"""Fixtures that wait long, and what begins each of them."""

AHEAD = 2
"""How many steps before the first that asks for it something is begun that takes some seconds."""
Begin = Callable[[Harness, str], None]

AGAIN = " (Asked again, on a database of the stage before.)"


class Course:
    """Runs the checks of some steps: what an earlier failure explains isn't run, long waits come last."""

    def __init__(
        self,
        steps: Sequence[Step],
        harness: Harness,
        tell: Callable[..., None],
        *,
        stop: bool,
        known: Collection[str] = (),
        ahead: Mapping[str, Begin] | None = None,
        hold: Callable[[Held], None] | None = None,
    ) -> None:
        self._steps = {step.id: step for step in steps}
        self._order = {step.id: number for number, step in enumerate(steps)}
        self._harness = harness
        self._tell = tell
        self._stop = stop
        self._known = frozenset(known)
        self._ahead = ahead or {}
        self._hold = hold
        self._is_last_try = False
        self._reached = ""
        self._broken: set[str] = set()
        self._late: set[str] = set()
        self._raised: list[BaseException] = []
        self._comparison: Comparison | None = None
        self.faults: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(step, clause): the promise that a check verifies")
        config.addinivalue_line("markers", "repeated(step): the later step that asks a check once more")
        config.stash[service.HARNESS] = self._harness

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Keep what pytest itself, or this plugin, stumbled over; True says that it was told."""
        self.faults.append(str(excrepr))
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep course order; a check that waits long is begun first and asked last, what is known comes at the end."""
        items.sort(key=self._place)
        planned = Counter(_step(item) for item in items)
        self._broken |= self._steps.keys() - planned.keys()
        self._tell("plan", steps=planned)

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        asked = {name for item in session.items if _step(item) not in self._known for name in _fixtures(item)}
        for name, begin in PATIENT.items():
            if name in asked:
                with contextlib.suppress(Failed, ProjectError):
                    begin(self._harness)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Let a later step ask the checks of a stage once more, on data which that stage has left."""
        home = self._steps.get(_home(metafunc.definition))
        again = [step for step in self._steps.values() if home and step.repeats == home.stage]
        if again and "starting_data" in metafunc.fixturenames:
            marks = [pytest.mark.repeated(again[0].id)]
            hidden = pytest.param(FRESH, id=pytest.HIDDEN_PARAM)
            metafunc.parametrize("starting_data", [hidden, pytest.param(GROWN, id=GROWN, marks=marks)], indirect=True)

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        """Run one check and tell what it found; what depends on time gets a second try."""
        if not self._wanted(item):
            return True
        if self._reached != (step := _step(item)):
            self._reached = step
            self._look_ahead(item)
        found = self._run(item)
        if found.outcome is Outcome.FAIL and self._is_timed():
            assert isinstance(item, pytest.Function)
            item._initrequest()  # noqa: SLF001 - pytest's own way to run a function twice
            found = self._run(item, is_last_try=True)
        if isinstance(self._finding(), TooLate):
            self._late.add(found.step)
            self._harness.replace()
        if found.outcome in WANTING:
            self._broken.add(found.step)
        self._tell("check", **asdict(found))
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, object, object]:
        """Keep what was raised; whoever wants to look at a failure can do so before anything is taken down."""
        if call.excinfo is not None:
            self._raised.append(call.excinfo.value)
            if call.when != "teardown":
                self._let_look(item)
        return (yield)

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        self._comparison = Comparison(op, left, right)

    def _place(self, item: pytest.Item) -> tuple[bool, bool, int, bool]:
        step = _step(item)
        return (
            step in self._known,
            not PATIENT.keys().isdisjoint(_fixtures(item)),
            self._order[step],
            step != _home(item),
        )

    def _look_ahead(self, item: pytest.Item) -> None:
        """Begin what the next steps will ask for and what takes some seconds."""
        items = item.session.items
        coming = [one for one in items[items.index(item) :] if self._wanted(one)]
        near = list(dict.fromkeys(_step(one) for one in coming))[: AHEAD + 1]
        for one in coming:
            for name in self._ahead.keys() & _fixtures(one) if _step(one) in near else ():
                self._ahead[name](self._harness, _starting_data(one))

    def _wanted(self, item: pytest.Item) -> bool:
        step = self._steps[_step(item)]
        if step.id != _home(item) and not self._broken.isdisjoint({step.id, _home(item)}):
            return False  # asked again only where the first time went well, and up to the first failure
        if step.id in self._late:
            return False  # decided already, and every further one would be waited for as long
        if any(need in self._broken for need in self._needs(step)):
            return False
        if step.id in self._known and not self._explains_any(step):
            return False
        earlier = any(self._order[broken] < self._order[step.id] for broken in self._broken)
        return not (self._stop and (earlier or step.id in self._broken))

    def _explains_any(self, step: Step) -> bool:
        """Tell whether a step that was found wanting needs this one, so that a failure here would explain that one."""
        return any(step.id in self._needs(self._steps[broken]) for broken in self._broken)

    def _needs(self, step: Step) -> set[str]:
        direct = {need for need in step.needs if need in self._steps}
        return direct.union(*(self._needs(self._steps[need]) for need in direct))

    def _run(self, item: pytest.Item, *, is_last_try: bool = False) -> CheckResult:
        self._is_last_try = is_last_try
        self._raised.clear()
        self._comparison = None
        self._harness.heard.begin()
        began = time.monotonic()
        runtestprotocol(item, log=False, nextitem=None)  # which check is really the next one, its outcome decides
        return self._result(item, time.monotonic() - began)

    def _let_look(self, item: pytest.Item) -> None:
        """Hold the first failure, if somebody asked for that; not one that gets a second try."""
        if self._hold is None or (self._is_timed() and not self._is_last_try):
            return
        found = self._result(item, 0.0)
        if found.outcome is Outcome.FAIL:
            hold, self._hold = self._hold, None
            hold(Held.of(found, self._harness.heard.spoken_to(found.request)))

    def _is_timed(self) -> bool:
        """Tell whether what was found might be found otherwise at another moment."""
        return isinstance(self._finding(), TooLate) or bool(self._comparison and self._comparison.timed)

    def _finding(self) -> BaseException | None:
        return self._raised[0] if self._raised else None

    def _result(self, item: pytest.Item, seconds: float) -> CheckResult:
        assert isinstance(item, pytest.Function)
        marker = item.get_closest_marker("check")
        assert marker is not None
        passed = CheckResult(
            step=_step(item),
            id=item.name,
            sentence=" ".join((item.function.__doc__ or "").split()) + ("" if _step(item) == _home(item) else AGAIN),
            outcome=Outcome.PASS,
            clause=marker.kwargs["clause"],
            seconds=round(seconds, 3),
        )
        finding = self._finding()
        if finding is None:
            return passed
        found = replace(passed, **explained(finding, self._comparison))
        log = found.log
        if found.outcome is Outcome.FAIL:
            log = self._harness.masked(log or self._harness.heard.explanation(found.actual))
        return replace(found, log=log)


def _step(item: pytest.Item) -> str:
    repeated = item.get_closest_marker("repeated")
    return str(repeated.args[0]) if repeated else _home(item)


def _home(item: pytest.Item) -> str:
    """Name the step in whose file a check stands."""
    marker = item.get_closest_marker("check")
    assert marker is not None, f"{item.name} has no @check(...)"
    return str(marker.args[0])


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))


def _starting_data(item: pytest.Item) -> str:
    """Name what the messages of a check lie on."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("starting_data", FRESH)) if callspec else FRESH
