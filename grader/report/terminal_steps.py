"""The steps of a run on a terminal: each row is printed as soon as its step is decided."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from grader.report.terminal import add_row, beyond_line, ends, say, steps_grid
from grader.results.results import Outcome, StageResult, StepResult

CHANGED = "A step that passed before does not pass now. So this is how it is now:"


class Rows:
    """Prints the heading of each stage, a row for each step, and the points of each stage that is complete."""

    def __init__(self, out: Console) -> None:
        self.out = out
        self._printed: list[StepResult] = []
        self._of_stage: list[StepResult] = []
        self._stage = ""

    def add(self, stage: str, title: str, step: StepResult, size: int) -> None:
        """Print the row of a step. `size` is the number of steps that its stage has."""
        if stage != self._stage:
            self._stage, self._of_stage = stage, []
            self.out.print()
            self.out.print(Text(f"  {stage}  {title}", style="bold"))
            self.out.print()
        rows = steps_grid()
        add_row(rows, step, _seconds(step))
        self.out.print(rows)
        self._printed.append(step)
        self._of_stage.append(step)
        if len(self._of_stage) == size:
            whole = StageResult(stage, title, tuple(self._of_stage))
            points = Text(f"{whole.points} of {whole.max_points} points", style="bold")
            self.out.print(ends(Text(""), points, self.out.width))

    def finish(self, stages: Sequence[StageResult], beyond: int) -> None:
        """Print the rows that are not printed yet, or all of them if one has changed since."""
        found = [(stage, step) for stage in stages for step in stage.steps]
        before = [(step.id, step.outcome) for step in self._printed]
        if before != [(step.id, step.outcome) for _, step in found[: len(before)]]:
            say(CHANGED, self.out)
            self._printed, self._stage = [], ""
        for stage, step in found[len(self._printed) :]:
            self.add(stage.id, stage.title, step, len(stage.steps) if stage.whole else 0)
        if beyond:
            self.out.print(beyond_line(beyond))


def _seconds(step: StepResult) -> str:
    if step.outcome is not Outcome.PASS or not step.checks:
        return ""
    return f"   {sum(check.seconds for check in step.checks):.1f} s"
