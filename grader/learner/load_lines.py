"""What `kit load` shows: a line while the load lasts, then the figures, and the run second by second as a picture."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from grader.load.generator import Progress
from grader.load.measurement import Measured, note_on
from grader.load.timeline import timeline
from grader.report import terminal
from grader.report.load_words import NOISY

BARS = "▁▂▃▄▅▆▇█"


class LoadLines:
    """Prints to standard output. The line that changes appears only on a terminal."""

    def __init__(self, workload: str) -> None:
        self._workload = workload
        self._out = terminal.console()
        self._live = sys.stdout.isatty()

    def progress(self, now: Progress) -> None:
        """Show how far the run is."""
        if self._live:
            failed = f", {now.failed} failed" if now.failed else ""
            print(f"\r\x1b[K  {now.seconds:4.1f} s   {now.answered} answered{failed}", end="", flush=True)

    def end(self, measured: Measured) -> None:
        """Print the figures and the picture."""
        if self._live:
            print("\r\x1b[K", end="")
        probe = measured.probe
        load = f"{probe.users} users" if probe.offered is None else f"{probe.offered:g} requests/s offered"
        rows = Table.grid(padding=(0, 2))
        rows.add_column(width=13, style="dim")
        rows.add_column()
        least = "at least " if probe.generator_bound else ""
        rows.add_row("  answered", f"{least}{probe.achieved:.0f} requests/s, {probe.failed} of {probe.planned} failed")
        rows.add_row("  latency", f"p50 {_ms(probe.p50_ms)}, p95 {_ms(probe.p95_ms)}, p99 {_ms(probe.p99_ms)}")
        shares = (("service", probe.cpu_service), ("generator", probe.cpu_generator), ("others", probe.other))
        rows.add_row("  processors", ", ".join(f"{name} {share:.2f}" for name, share in shares) + " cores")
        self._out.print()
        self._out.print(Text.assemble("  ", (self._workload, "bold"), f"   {load}"))
        self._out.print(rows)
        self._pictures(measured)
        for sentence in _remarks(measured):
            self._out.print(Text(f"  {sentence}", style="yellow"))
        self._out.print()

    def _pictures(self, measured: Measured) -> None:
        parts = timeline(measured)
        counts = [part.achieved for part in parts]
        slowest = [part.p95_ms or 0.0 for part in parts]
        rows = Table.grid(padding=(0, 2))
        rows.add_column(width=13, style="dim")
        rows.add_row("  requests/s", f"{bars(counts)}  up to {max(counts):.0f}")
        rows.add_row("  p95", f"{bars(slowest)}  up to {_ms(max(slowest))}")
        self._out.print(rows)


def bars(values: Sequence[float]) -> str:
    """Draw values as bars of one character each. The highest bar is the largest value, and the lowest is nothing."""
    largest = max(values, default=0.0)
    if not largest:
        return BARS[0] * len(values)
    return "".join(BARS[round(value / largest * (len(BARS) - 1))] for value in values)


def _remarks(measured: Measured) -> list[str]:
    probe = measured.probe
    remarks = [note_on(measured) or ""]
    if probe.generator_bound:
        remarks.append("The generator was the limit, so the service can do at least this.")
    if probe.other > NOISY:
        remarks.append(f"Other programs used {probe.other:.1f} cores meanwhile, so these figures say little.")
    return [remark for remark in remarks if remark]


def _ms(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
