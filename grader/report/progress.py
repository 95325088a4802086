"""The progress of a run on a terminal: decided steps, what the run waits for, and a held failure."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.course import Stage
from grader.results.moment import Moment
from grader.results.results import CheckResult, Outcome, StepResult

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from grader.report.terminal_steps import Rows
    from grader.results.held import Held

FRAMES = "|/-\\"
RATE = 8
"""How often the line is drawn anew in a second."""
SAME = 0.5
"""Two waits that began within so many seconds are one, of which more is known now."""
LONG = 10.0
"""Where there is no terminal, the seconds after which a wait is told in a line of its own; then at each doubling."""


class Progress:
    """A line that says what the run waits for, and since when.

    On a terminal, the line changes as time passes. Elsewhere, it is printed only where a wait is long. With
    `shows_steps`, each step gets its row as soon as it is decided.
    """

    def __init__(self, prefix: str = "", *, shows_steps: bool = False) -> None:
        self.rows: Rows | None = None
        self._prefix = prefix
        self._shows_steps = shows_steps
        self._live: Live | None = None
        self._moment = Moment(what="starting the checks")
        self._since = time.monotonic()
        self._failed = ""
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._live is not None:
            self._live.stop()

    def begin(self) -> None:
        """Begin to show. Import the modules of the report now, because the project needs time to start anyway."""
        from grader.report import terminal, terminal_steps

        out = terminal.console()
        if self._shows_steps:
            self.rows = terminal_steps.Rows(out)
        shown = [one for one in (out, terminal.console(stderr=True)) if one.file.isatty()]
        if not shown:
            threading.Thread(target=self._tell_long_waits, daemon=True).start()
            return
        from rich.live import Live

        self._live = Live(
            console=shown[0],
            get_renderable=self._line,
            refresh_per_second=RATE,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def moment(self, moment: Moment) -> None:
        """Show what the run waits for from now on."""
        goes_on = not (moment.what or self._moment.what) and moment.step == self._moment.step
        self._moment = moment
        since = time.monotonic() - moment.seconds
        if not goes_on and abs(since - self._since) > SAME:
            self._since = since

    def heard(self, found: CheckResult) -> None:
        """Keep the step of the first check that failed, as the run may still wait for an earlier step."""
        if found.outcome is Outcome.FAIL and not self._failed:
            self._failed = found.step

    def decided(self, stage: Stage, step: StepResult) -> None:
        """Show the row of a step that is decided."""
        if self.rows is not None:
            self.rows.add(stage.id, stage.title, step, len(stage.steps))

    def hold(self, held: Held) -> None:
        """Show a failure while its servers still run, and wait until the learner presses Enter or ends the input."""
        from grader.report import terminal

        if self._live is not None:
            self._live.stop()
        terminal.show_held(held, terminal.console())
        if sys.stdin is not None:
            sys.stdin.readline()
        self._moment, self._since = Moment(what="ending what was started"), time.monotonic()
        if self._live is not None:
            self._live.start()

    def sentence(self) -> str:
        """Say what the run waits for, and since when."""
        moment, seconds = self._moment, time.monotonic() - self._since
        what = moment.what or "checking"
        if moment.again:
            what = f"second try: {what}"
        limit = f" of at most {moment.at_most:g}" if moment.at_most else ""
        left = f" ({self._failed} does not pass)" if self._failed and self._failed != moment.step else ""
        step = f"{moment.step}  " if moment.step else ""
        return f"{self._prefix}{step}{what}, {seconds:.0f} s{limit}{left}"

    def _line(self) -> Text:
        from rich.text import Text

        frame = FRAMES[int(time.monotonic() * RATE) % len(FRAMES)]
        return Text(f"  {frame} {self.sentence()}", style="dim", no_wrap=True, overflow="ellipsis")

    def _tell_long_waits(self) -> None:
        told, limit = self._since, LONG
        while not self._ended.wait(0.5):
            if told != self._since:
                told, limit = self._since, LONG
            if time.monotonic() - told >= limit:
                limit *= 2
                print(f"kit: {self.sentence()}", file=sys.stderr, flush=True)
