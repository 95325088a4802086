"""How far more clients help: what a server can do by its bounds, and by a fitted law, beside what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median

from grader.http_client.kept import KeptConnection
from grader.load.figures import Figures
from grader.load.server_timing import durations
from grader.scaling.usl import Usl, bound, fit_usl
from grader.service.server import Service

LOOKS = 20


@dataclass(frozen=True)
class Curve:
    """The answers per second that so many clients got, several times each, and the two figures that bound them.

    `latency` is the seconds of an answer for one client, `demand` the seconds that each takes of what only one can use.
    """

    rates: Mapping[int, Sequence[float]]
    latency: float
    demand: float

    @property
    def points(self) -> list[tuple[int, float]]:
        """The middle of what so many clients got, by their number."""
        return [(clients, median(rates)) for clients, rates in self.rates.items()]

    def bound(self, clients: float) -> float:
        """Return what so many clients get at most."""
        return bound(clients, self.latency, self.demand)

    def law(self, upto: int) -> Usl:
        """Fit the Universal Scalability Law to the points of up to so many clients; it can be asked about them all."""
        fitted = fit_usl([(clients, rate) for clients, rate in self.points if clients <= upto])
        return replace(fitted, largest=max(self.rates))


def curve(batches: Mapping[int, Sequence[Figures]], worker: float) -> Curve:
    """Make a curve of batches. The demand is the `worker`'s seconds, or the processor's where these are more."""
    latency = median([1 / batch.rate for batch in batches[1]])
    processor = min(batch.cpu_ms or 0.0 for some in batches.values() for batch in some) / 1000
    return Curve({n: [batch.rate for batch in some] for n, some in batches.items()}, latency, max(worker, processor))


def worker_seconds(service: Service) -> float:
    """Ask a service how long the worker takes that it has only once, as `Server-Timing` says it; 0 without one."""
    with KeptConnection(service.port.number) as connection:
        answers = [connection.get("/messages") for _ in range(LOOKS)]
    return mean(durations(answer.headers["server-timing"])["worker"] for answer in answers) / 1000
