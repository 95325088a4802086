"""The figures that one batch of requests gives, the steadiest of which are no times: what an answer costs the service.

Requests per second and latency move with everything else on the machine. Processor time per request hardly does, and
counts of file calls not at all. So a comparison takes the steadiest figure that answers its question:

- `CPU` for "is it cheaper?", on one connection: it is blind to waiting;
- `READS`, `WRITES`, `KB_READ`, `KB_WRITTEN` for "does it ask the disk less?", on one connection;
- `P50` for "does a client wait less?", on one connection;
- `RATE` for "how many?", on as many connections as the question names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from grader.errors import Failed, NotChecked
from grader.load.comparison import Comparison, Half, Pair, compare
from grader.load.measurement import Load, Measured
from grader.load.workloads import Request

SECONDS = 1.0
"""How long a batch is: where it is noisy, longer ones are hardly steadier (`benchmarks/load.md`)."""
WARM_UP = 0.2
GOOD = 0.95
"""The share of the requests that must have a good answer, so that the figures are those of good answers."""


class Figure(Enum):
    """What can be compared; the value names the attribute of `Figures`."""

    RATE = "rate"
    P50 = "p50_ms"
    CPU = "cpu_ms"
    READS = "reads"
    WRITES = "writes"
    KB_READ = "kb_read"
    KB_WRITTEN = "kb_written"

    @property
    def is_steady(self) -> bool:
        """Tell whether other programs hardly move it, so that a comparison needn't mind them."""
        return self not in (Figure.RATE, Figure.P50)

    @property
    def lacking(self) -> str:
        """Say why a batch may lack it."""
        if self in (Figure.RATE, Figure.P50, Figure.CPU):
            return "The service gave no answer within the batch."
        return "This system doesn't tell how often a program reads and writes files."


@dataclass(frozen=True)
class Figures:
    """What one batch showed. `rate` is in answers per second; all but it and `p50_ms` are per answer.

    `cpu_ms` is processor time of the service with everything that it started. `reads` and `writes` count its calls that
    read and write files; they and the KB are None where the system doesn't tell. `other` is how many cores other
    programs used meanwhile.
    """

    answers: int
    rate: float
    p50_ms: float | None
    cpu_ms: float | None
    reads: float | None
    writes: float | None
    kb_read: float | None
    kb_written: float | None
    other: float
    generator_bound: bool

    def half(self, figure: Figure) -> Half:
        """Return one of the figures as half of a pair; raises NotChecked where the batch lacks it."""
        value: float | None = getattr(self, figure.value)
        if value is None or (figure is Figure.RATE and not value):
            raise NotChecked(figure.lacking)
        return Half(value, self.other)


Batch = Callable[[], Figures]


def take(
    load: Load, requests: Sequence[Request], *, users: int = 1, seconds: float = SECONDS, warm_up: float = WARM_UP
) -> Figures:
    """Send one batch in a closed loop, and return its figures.

    Raises Failed when the service refuses requests, and NotChecked when the machine was too busy to send any.
    """
    return figures_of_good(load.run(requests, users=users, warm_up=warm_up, seconds=seconds), requests)


def figures_of_good(measured: Measured, requests: Sequence[Request]) -> Figures:
    """Return the figures of a run whose requests had good answers; raises Failed or NotChecked where they hadn't."""
    figures = figures_of(measured)
    sent = len(measured.record.samples) + len(measured.record.unanswered)
    if not sent:
        raise NotChecked("The generator sent nothing within the batch, because this machine is too busy.")
    if not figures.answers or figures.answers < GOOD * sent:
        raise Failed(
            f"Under load, the service gave {figures.answers} good answers to {sent} requests.",
            expected="answers of status " + " or ".join(str(code) for code in requests[0].success),
        )
    return figures


def batch(
    load: Load,
    requests: Sequence[Request],
    *,
    users: int = 1,
    seconds: float = SECONDS,
    warm_up: float = WARM_UP,
) -> Batch:
    """Return what sends such a batch each time it is called."""
    return lambda: take(load, requests, users=users, seconds=seconds, warm_up=warm_up)


def compare_figure(
    figure: Figure, a: Batch, b: Batch, threshold: float, tell: Callable[[Pair], None] = lambda _pair: None
) -> Comparison:
    """Compare one figure of two batches by the decision rule. Only of rates and latencies, a busy machine says nothing.

    Raises NotChecked where the system lacks the figure.
    """
    return compare(lambda: a().half(figure), lambda: b().half(figure), threshold, tell, steady=figure.is_steady)


def figures_of(measured: Measured) -> Figures:
    """Return the figures of a run. What is per answer counts the whole run, with its warm-up."""
    probe, used = measured.probe, measured.used
    answers = sum(sample.answered for sample in measured.record.samples)
    files = [None] * 4 if used.files is None or not answers else [count / answers for count in used.files]
    reads, writes, read, written = files
    return Figures(
        answers=answers,
        rate=probe.achieved,
        p50_ms=probe.p50_ms,
        cpu_ms=used.seconds * 1000 / answers if answers else None,
        reads=reads,
        writes=writes,
        kb_read=read if read is None else read / 1024,
        kb_written=written if written is None else written / 1024,
        other=probe.other,
        generator_bound=probe.generator_bound,
    )
