"""What `kit load` shows: a line while the load lasts, then the figures, and the run second by second as a picture."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace

from rich.table import Table
from rich.text import Text

from grader.load.failures import UNSENT
from grader.load.generator import Progress
from grader.load.locust_run import JOINED_WITHIN, Address
from grader.load.measurement import STALLED, Measured, Probe, note_on
from grader.load.samples import started_in
from grader.load.timeline import timeline
from grader.report import terminal
from grader.report.load_words import NOISY, failures

BARS = "▁▂▃▄▅▆▇█"
MOST_FAILED = 0.01
"""The share of the requests that may fail in a run that went well."""


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

    def end(self, measured: Measured, *, stopped: bool = False) -> None:
        """Print the figures and the picture. `stopped` says that they are partial."""
        if self._live:
            print("\r\x1b[K", end="")
        probe = measured.probe
        load = f"{probe.users} users" if probe.offered is None else f"{probe.offered:g} requests/s offered"
        rows = Table.grid(padding=(0, 2))
        rows.add_column(width=13, style="dim")
        rows.add_column()
        least = "at least " if probe.generator_bound else ""
        # With open arrivals, most answers of a service that can't keep up come after the end: they are no throughput.
        rate = probe.achieved if probe.offered is None else probe.throughput
        rows.add_row("  answered", f"{least}{rate:.0f} requests/s, {_failed(probe)}")
        rows.add_row("  latency", f"p50 {_ms(probe.p50_ms)}, p95 {_ms(probe.p95_ms)}, p99 {_ms(probe.p99_ms)}")
        shares = (("service", probe.cpu_service), ("generator", probe.cpu_generator), ("others", probe.other))
        rows.add_row("  processors", ", ".join(f"{name} {share:.2f}" for name, share in shares) + " cores")
        self._out.print()
        self._out.print(Text.assemble("  ", (self._workload, "bold"), f"   {load}"))
        self._out.print(rows)
        self._pictures(measured)
        if stopped:
            note = f"Stopped after {measured.window.seconds:.1f} s: these figures are partial."
            self._out.print(terminal.indented(note, "yellow"))
        for sentence in _remarks(measured):
            self._out.print(terminal.indented(sentence, "yellow"))
        self._out.print()

    def say(self, sentence: str) -> None:
        """Print one sentence."""
        self._out.print(terminal.indented(sentence, "dim"))
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


def say_how_to_join(master: Address, port: int, workers: int) -> None:
    """Print what to type where others send the load. By ssh, nothing has to listen for other machines."""
    others = "one process joins" if workers == 1 else f"{workers} processes join"
    lines = [
        f"Waiting at {master} until {others}, at most {JOINED_WITHIN} s. To join, type:",
        "",
        f"    kit load --join {master}",
        "",
    ]
    if master.is_loopback:
        way = " ".join(f"-L {number}:127.0.0.1:{number}" for number in (master.port, port))
        lines += [
            "That is for another terminal. On another machine, open a way to this one first, and leave it open:",
            "",
            f"    ssh -N {way} {os.environ.get('USER', 'you')}@{socket.gethostname()}",
            "",
        ]
    print("\n".join(["", *(f"  {line}".rstrip() for line in lines)]), flush=True)


def say_stopped() -> None:
    """Say that a run was ended with Ctrl-C."""
    print("  Stopped: what was printed until now is partial.", flush=True)


def bars(values: Sequence[float]) -> str:
    """Draw values as bars of one character each. The highest bar is the largest value, and the lowest is nothing."""
    largest = max(values, default=0.0)
    if not largest:
        return BARS[0] * len(values)
    return "".join(BARS[round(value / largest * (len(BARS) - 1))] for value in values)


def went_well(measured: Measured) -> bool:
    """Tell whether the service lived, answered all that waited for it, and failed at most one request in a hundred."""
    probe, record = measured.probe, measured.record
    if measured.ended or not probe.achieved or (record.unanswered and not probe.generator_bound):
        return False
    answers = [sample.answered for sample in started_in(measured.window, record.samples)]
    return answers.count(False) <= MOST_FAILED * len(answers)


def is_answered(measured: Measured) -> bool:
    """Tell whether any request of the measured part was answered, well or not, so that the service can be judged."""
    return any(sample.status or sample.answered for sample in started_in(measured.window, measured.record.samples))


def _failed(probe: Probe) -> str:
    """Say how many requests failed, and how many were never sent."""
    if not probe.planned:
        return "nothing was sent in the measured part"
    unsent = max(0, probe.planned - probe.sent)
    never = f", {unsent} of {probe.planned} never sent" if unsent else ""
    told = failures({kind: count for kind, count in probe.failures.items() if kind != UNSENT})
    return f"{max(0, probe.failed - unsent)} of {probe.sent} failed{f' ({told})' if told else ''}{never}"


def _remarks(measured: Measured) -> list[str]:
    probe = measured.probe
    remarks = [note_on(replace(measured, ended=False)) or ""]  # how the service ended is said as an error
    if not probe.planned and measured.record.unanswered:
        remarks.append(STALLED)
    elif not probe.sent and probe.planned:
        remarks.append("The load got so far behind that nothing of the measured part was sent: offer much less.")
    elif probe.generator_bound:
        remarks.append("The generator was the limit, so the service can do at least this.")
    if probe.other > NOISY:
        remarks.append(f"Other programs used {probe.other:.1f} cores meanwhile, so these figures say little.")
    return [remark for remark in remarks if remark]


def _ms(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
