"""What keeps the result of one project from being decided: what it is, why, and what to type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.results.results import ExitStatus, Outcome, RunResult, StepResult
from grader.results.scoring import exit_status

NOT_MEASURED = "not measured"
"""The outcome of a load run that was asked for and that did not come about."""


@dataclass(frozen=True)
class Doubt:
    """One thing without a final outcome. `command` is the line that would settle it, or empty.

    `points_stand` is true of what was left out of the points, or gives none: then they are final all the same.
    """

    what: str
    why: str
    command: str = ""
    purpose: str = "not settled yet"
    points_stand: bool = False

    @property
    def reason(self) -> str:
        """What is undecided, and why."""
        return f"{self.what}: {self.why.rstrip('.')}."

    @property
    def sentence(self) -> str:
        """The reason, and what to type."""
        return f"{self.reason} Type: {self.command}" if self.command else self.reason


def doubts(findings: RunResult, place: str = "") -> list[Doubt]:
    """List what has no final outcome in the results of one project; empty when everything is decided.

    `place` is the project's folder as a word for a shell; empty for the current folder.
    """
    found = [doubt for step in findings.steps for doubt in _of_step(step, f" --project {place}" if place else "")]
    found += _without_load(findings.steps, place or ".")
    if findings.load_note:
        found.append(Doubt(f"Load {NOT_MEASURED}, the points stand", findings.load_note, points_stand=True))
    if findings.faults:
        found.append(Doubt("A fault of the kit's own", findings.faults[0].splitlines()[0]))
    return found


def _without_load(steps: Sequence[StepResult], place: str) -> list[Doubt]:
    """Say in one doubt which steps were left out, because the run was one without load."""
    left = [step.id for step in steps if step.outcome is Outcome.NOT_CHECKED and step.because == "load"]
    if not left:
        return []
    command = f"kit grade {place} --load quick"
    why = f"{'they need' if len(left) > 1 else 'it needs'} load, and this run was without"
    return [Doubt(f"{', '.join(left)} not checked", why, command, points_stand=True)]


def reruns(findings: RunResult, place: str = "") -> list[str]:
    """List the commands that would settle points which are open. `place` is that of `doubts`."""
    found = [doubt.command for doubt in doubts(findings, place) if doubt.command and not doubt.points_stand]
    return list(dict.fromkeys(found))


def load_outcome(findings: RunResult) -> str:
    """Say what came of the load in one word or two, the worst of it; empty when none was asked for."""
    outcomes = sorted((str(load["outcome"]) for load in findings.load), key=lambda outcome: outcome == Outcome.PASS)
    if Outcome.FAIL in outcomes or not findings.load_note:
        return next(iter(outcomes), "")
    return NOT_MEASURED


def status_of(findings: RunResult) -> ExitStatus:
    """Reduce one project's results, with those under load, to an exit status."""
    extra = [Outcome(load["outcome"]) for load in findings.load]
    extra += [Outcome.NOT_CHECKED] if findings.load_note else []
    extra += [Outcome.ERROR] if findings.faults else []
    return exit_status(findings.stages, extra)


def _of_step(step: StepResult, place: str) -> Iterable[Doubt]:
    again = f"kit check {step.id}{place}"
    came = step.problem.actual if step.problem else ""
    match step.outcome:
        case Outcome.UNCLEAR:
            yield Doubt(f"{step.id} unclear", step.because or came or "run it again", again)
        case Outcome.ERROR:
            yield Doubt(f"{step.id} error", came or "the kit's own fault", again)
        case Outcome.NOT_CHECKED if step.because != "load":
            remedy = ("kit doctor", "what this machine lacks") if step.because == "machine" else (again,)
            yield Doubt(f"{step.id} not checked", step.note or "the kit cannot tell", *remedy)
