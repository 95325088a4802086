"""A snapshot of a watch as the page shows it: its places as HTML, its state, and what a screen reader says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.course import Course
from grader.project.state import ProjectState
from grader.report.load_pictures import explained, workloads
from grader.report.load_words import neighbours
from grader.report.terminal import MARKS
from grader.results.results import Outcome
from grader.text.stack_traces import without_colours
from grader.text.values import printable
from grader.watch.page.feed import View
from grader.watch.page.texts import Texts
from grader.watch.snapshot import CHECKING, Snapshot

PANELS = ("top", "now", "left", "asked", "service", "steps", "load", "brief")
SHOWN = 20_000
"""How many characters of a text of the learner's programs the page shows at most: its end."""
STATES = {
    Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.SKIP: "wait", Outcome.UNCLEAR: "unsure",
    Outcome.NOT_CHECKED: "unsure", Outcome.ERROR: "unsure",
}  # fmt: skip
ICONS = {"fail": "✗", "pass": "✓", "unsure": "?", "checking": "…", "wait": "·"}


class Views:
    """Draws snapshots for the page of one project. `render` fills a template with values."""

    def __init__(self, course: Course, project: Path, texts: Texts, render: Callable[..., str]) -> None:
        self._course = course
        self._state = ProjectState(project)
        self._texts = texts
        self._render = render

    def draw(self, snapshot: Snapshot) -> View:
        """Draw a snapshot. What comes from the learner's programs is cut, and escaped by the templates."""
        values = self.values(snapshot)
        now, state = values["now"], values["state"]
        panels = {name: self._render(f"parts/{name}.html", **values).strip() for name in PANELS}
        return View(panels, state, f"{ICONS[state]} {now.step.id} {now.step.title} · kit watch", _said(now, state))

    def values(self, snapshot: Snapshot) -> dict[str, Any]:
        """Return what the templates need."""
        now = _cut(snapshot)
        step = self._course.find_step(now.failure.step if now.failure else now.step.id)  # what is to be mended first
        loads = self._loads()
        clause = now.failure.where.partition(" of the contract")[0] if now.failure else ""
        return {
            "now": now,
            "state": state_of(now),
            "marks": {str(outcome): mark for outcome, (mark, _) in MARKS.items()},
            "step": step,
            "stage": next(stage for stage in now.stages if stage.id == now.step.stage),
            "part": self._texts.part(step),
            "brief": self._texts.brief(step),
            "clause": clause,
            "clause_url": self._texts.clauses.get(clause.lower(), ""),
            "titles": {one.id: one.title for one in self._course.steps},
            "passing": _several(now.since.newly_passing, "passes now", "pass now"),
            "broken": _several(now.since.broken, "passed before and is broken now", "passed before and are broken now"),
            "solution": [(_kind(line), line) for line in (now.solution or "").splitlines()],
            "workloads": workloads(loads),
            "explained": explained(loads),
            "noise": neighbours(loads),
            "users": 8,
        }

    def _loads(self) -> list[Mapping[str, Any]]:
        loads = self._state.report().get("load") or []
        try:
            workloads(loads)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return []  # a report of another version of the kit
        return list(loads)


def state_of(now: Snapshot) -> str:
    """Return the state of a snapshot in one word: `fail`, `unsure`, `pass`, `checking` or `wait`."""
    if now.failure is not None:
        return "fail" if now.failure.outcome == Outcome.FAIL else "unsure"
    if now.phase == CHECKING:
        return "checking"
    return STATES[Outcome(now.verdict)] if now.verdict else "wait"


def _said(now: Snapshot, state: str) -> str:
    """Say the verdict in a sentence. While the kit checks, there is none."""
    passing = _several(now.since.newly_passing, "passes now. ", "pass now. ")
    broken = _several(now.since.broken, "is broken now. ", "are broken now. ")
    verdict = {"fail": "fails", "unsure": "is not decided", "pass": "passes"}.get(state)
    if now.phase == CHECKING or verdict is None:
        return ""
    why = f": {now.failure.says}" if now.failure else "."
    return f"{passing}{broken}{now.failure.step if now.failure else now.step.id} {verdict}{why}"


def _several(ids: Sequence[str], one: str, more: str) -> str:
    """Say something of the steps with these ids, in the words for one or for more; nothing of none."""
    return f"{', '.join(ids)} {one if len(ids) == 1 else more}" if ids else ""


def _cut(now: Snapshot) -> Snapshot:
    """Leave out colours for a terminal, and the beginnings of texts that are too long."""
    failure = now.failure and replace(
        now.failure,
        **{
            name: _end(getattr(now.failure, name))
            for name in ("says", "before", "asked", "expected", "seen", "paste", "printed")
        },
    )
    return replace(now, failure=failure, service=replace(now.service, output=_end(now.service.output)))


def _end(text: str) -> str:
    end = without_colours(text[-2 * SHOWN :]).replace("\r\n", "\n")[-SHOWN:]
    return ("" if len(text) <= SHOWN else "…") + printable(end, keep="\n\t")


def _kind(line: str) -> str:
    """Return the class of a line of a diff."""
    if line.startswith(("+++", "---", "@@", "diff ")):
        return "soft"
    return {"+": "added", "-": "removed"}.get(line[:1], "")
