"""Throughput as a function of the number of clients: the bounds, and a fit of the Universal Scalability Law.

The law is Gunther's: X(N) = λN / (1 + σ(N-1) + κN(N-1)). λ is what one client gets, σ the share of the work that waits
for something shared, κ the price of agreeing with all others. N/X is a sum in which 1/λ, σ/λ and κ/λ are factors, so
the fit is a linear one. Each point counts by its relative error: an ordinary fit of N/X listens to the far points only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite, sqrt

FEWEST = 3
"""Three unknowns need points at three numbers of clients."""
BEYOND = 2.0
"""How far beyond the largest measured number of clients the law says anything."""

Point = tuple[float, float]
"""A number of clients, and the answers per second that they got together."""


class NoFit(ValueError):
    """The points can't be fitted. The text is one sentence."""


@dataclass(frozen=True)
class Usl:
    """The law for one service. `largest` is the largest number of clients that was measured, `r_squared` the fit's."""

    rate: float
    contention: float
    coherence: float
    largest: float
    r_squared: float = 1.0

    def __call__(self, clients: float) -> float:
        """Return the answers per second of so many clients; raises NoFit too far beyond what was measured."""
        if clients > BEYOND * self.largest:
            raise NoFit(f"{clients:g} clients are more than twice the {self.largest:g} that were measured.")
        return _law(clients, self.rate, self.contention, self.coherence)

    @property
    def peak(self) -> float | None:
        """The number of clients beyond which more of them get less; None where the law knows no such number."""
        if self.coherence <= 0 or self.contention >= 1:
            return None
        clients = sqrt((1 - self.contention) / self.coherence)
        return clients if 1 <= clients <= BEYOND * self.largest else None


def bound(clients: float, latency: float, demand: float) -> float:
    """Return how many answers per second so many clients can get at most.

    An answer takes `latency` seconds when there is one client. Each needs `demand` seconds of what only one can use.
    N clients that each wait for their answer get at most N/latency, and nobody gets more than 1/demand.
    """
    if latency <= 0 or demand <= 0:
        raise NoFit("A latency and a demand are more than 0 seconds.")
    return min(clients / latency, 1 / demand)


def fit_usl(points: Sequence[Point]) -> Usl:
    """Fit the law to points; raises NoFit, with one sentence, where they don't determine it.

    No factor becomes negative: with a negative κ, throughput would grow without end.
    """
    if not all(isfinite(x) and isfinite(n) and n >= 1 and x > 0 for n, x in points):
        raise NoFit("Each point is a number of clients, 1 or more, and their answers per second, more than 0.")
    if len({n for n, _ in points}) < FEWEST:
        raise NoFit(f"The law has three unknowns, so points at {FEWEST} different numbers of clients are needed.")
    weighted = [_row(n, x) for n, x in points]
    fits = [
        _solve(weighted, kept) for kept in ((0, *more) for count in (2, 1, 0) for more in combinations((1, 2), count))
    ]
    first, second, third = min((fit for fit in fits if fit is not None), key=lambda fit: _error(weighted, fit))
    rate, contention, coherence = 1 / first, second / first, third / first
    return Usl(rate, contention, coherence, max(n for n, _ in points), _r_squared(points, rate, contention, coherence))


def _law(n: float, rate: float, contention: float, coherence: float) -> float:
    return rate * n / (1 + contention * (n - 1) + coherence * n * (n - 1))


def _row(n: float, x: float) -> tuple[float, float, float]:
    """Return what stands before the three unknowns, divided by N/X. The right side is 1 then, errors relative."""
    time = n / x
    return 1 / time, (n - 1) / time, n * (n - 1) / time


def _solve(rows: Sequence[Sequence[float]], kept: Sequence[int]) -> tuple[float, float, float] | None:
    """Solve the least squares for the unknowns `kept`, the others being 0; None unless all of them are positive."""
    matrix = [[sum(row[a] * row[b] for row in rows) for b in kept] + [sum(row[a] for row in rows)] for a in kept]
    for at in range(len(kept)):
        pivot = max(range(at, len(kept)), key=lambda line: abs(matrix[line][at]))
        matrix[at], matrix[pivot] = matrix[pivot], matrix[at]
        if abs(matrix[at][at]) < 1e-300:
            return None
        for line in range(len(kept)):
            if line != at:
                factor = matrix[line][at] / matrix[at][at]
                matrix[line] = [left - factor * right for left, right in zip(matrix[line], matrix[at], strict=True)]
    found = [0.0, 0.0, 0.0]
    for at, unknown in enumerate(kept):
        found[unknown] = matrix[at][-1] / matrix[at][at]
    return (found[0], found[1], found[2]) if all(found[unknown] > 0 for unknown in kept) else None


def _error(rows: Sequence[Sequence[float]], found: Sequence[float]) -> float:
    return sum((sum(left * right for left, right in zip(row, found, strict=True)) - 1) ** 2 for row in rows)


def _r_squared(points: Sequence[Point], rate: float, contention: float, coherence: float) -> float:
    mean = sum(x for _, x in points) / len(points)
    around = sum((x - mean) ** 2 for _, x in points)
    left = sum((x - _law(n, rate, contention, coherence)) ** 2 for n, x in points)
    return 1 - left / around if around else 1.0
