"""What `kit capacity` shows while it searches: a line for each rate that was tried, and the interval in words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text

from grader.load.capacity import Capacity, Judged
from grader.report import terminal
from grader.report.load_words import SOMEWHAT_NOISY, failures

if TYPE_CHECKING:
    from rich.status import Status

BECAUSE = {
    "latency": "Above, answers come too late.",
    "failures": "Above, too many requests fail.",
    "generator": "Above, the generator is the limit, so the service can do at least this.",
}


class CapacityLines:
    """Prints to standard output; on a terminal, a spinner says what is being tried."""

    def __init__(self) -> None:
        self._out = terminal.console()
        self._status: Status | None = None

    def say(self, sentence: str) -> None:
        """Print one sentence."""
        self._out.print(terminal.indented(sentence))

    def begin(self, workload: str, objective: str) -> None:
        """Print the heading of a workload."""
        self._out.print()
        self._out.print(Text.assemble("  ", (workload, "bold"), f"   {objective}"))
        if sys.stdout.isatty():
            self._status = self._out.status("warming up ...", spinner="line")
            self._status.start()

    def trying(self, rate: float) -> None:
        """Say which rate is offered now."""
        if self._status is not None:
            self._status.update(f"offering {rate:g} requests per second ...")

    def tried(self, judged: Judged) -> None:
        """Print what came of a probe."""
        probe = judged.probe
        latency = f"p95 {probe.p95_ms:.0f} ms" if probe.p95_ms is not None else "no answer"
        held = judged.because is None
        told = failures(probe.failures)
        failed = f"   {probe.failed} failed{f': {told}' if told else ''}" if probe.failed else ""
        self._out.print(
            Text.assemble(
                f"  {probe.offered or 0:8g}/s  ",
                ("held " if held else "broke", "green" if held else "red"),
                f"  {latency}{failed}",
            )
        )

    def stop(self) -> None:
        """Take the spinner away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def end(self, found: Capacity) -> None:
        """Print the interval, why it ends there, and how noisy the machine was."""
        self.stop()
        self.say(interval(found))
        other = max((judged.probe.other for judged in found.probes), default=0.0)
        if other > SOMEWHAT_NOISY:
            self.say(f"Other programs used up to {other:.1f} cores meanwhile, so these figures are noisy.")


def interval(found: Capacity) -> str:
    """Say a capacity in words."""
    why = BECAUSE.get(found.because or "", "")
    if not found.done:
        why = f"The search was interrupted, so this is partial. {why}".rstrip()
    if not found.held and found.broke is not None:
        return f"Capacity: below {found.broke:g} requests per second. {why}".rstrip()
    if found.broke is None and not found.held and found.because == "generator":
        return "Capacity: unknown. The generator was the limit at every rate: run it again when the machine is quieter."
    if found.broke is None:
        return f"Capacity: at least {found.held:g} requests per second. {why}".rstrip()
    return f"Capacity: between {found.held:g} and {found.broke:g} requests per second. {why}".rstrip()
