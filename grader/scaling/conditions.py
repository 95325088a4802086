"""The conditions of a measurement, and whether those of a claim are like those here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from grader.errors import Failed, Unclear
from grader.scaling.evidence import Evidence

CEILINGS = 1.3
"""The factor by which two ceilings of the generator may differ."""
SAME = 1.1
"""The factor by which two ceilings of one and the same machine differ at most, while nothing disturbs it."""
FAR = 8.0
"""The factor by which a claim is off that no unsteady machine explains: within seconds, it is twice as fast or slow."""
AGAIN = 3
"""How often the ceiling is measured again before a claim is called wrong."""
BUSY = 0.6
"""Cores that other programs use from which on one and the same service gives unlike figures."""
OTHER = 0.25
"""Cores by which the use of the machine by other programs may differ."""

BOTH_ANEW = "measure it anew, and copy [machine] from capacity.toml once more"
"""What helps for a number in `answers.toml`, where learners note the machine themselves."""


@dataclass(frozen=True)
class Conditions:
    """How many cores there are, what the kit's generator can do at most, and how many cores others used meanwhile.

    `again` measures the ceiling once more; None where that can't be done, as for the machine of a claim. `least` is
    the lowest of all that were measured, once there are several.
    """

    cores: int
    ceiling: float
    other: float
    again: Callable[[], float] | None = field(default=None, compare=False)
    least: float | None = field(default=None, compare=False)

    @property
    def looked_at_again(self) -> Conditions:
        """The same, with the highest of some more ceilings, as what disturbs a measurement only lowers it."""
        if self.again is None or self.least is not None:
            return self
        ceilings = [self.ceiling, *(self.again() for _ in range(AGAIN))]
        return replace(self, ceiling=max(ceilings), least=min(ceilings))


def claimed(evidence: Evidence) -> Conditions:
    """Read the conditions under which the figures of an evidence file were measured; raises Failed without them."""
    return Conditions(
        cores=int(evidence.number("machine", "cores")),
        ceiling=float(evidence.number("machine", "ceiling")),
        other=float(evidence.number("machine", "other")),
    )


def difference(there: Conditions, here: Conditions) -> str:
    """Say in what two measurements differ so much that they can't be compared; empty where they can."""
    if there.cores != here.cores:
        return f"{there.cores} cores there, {here.cores} here"
    if not 1 / CEILINGS <= there.ceiling / max(here.ceiling, 1e-9) <= CEILINGS:
        return f"the generator sends up to {there.ceiling:.0f} requests per second there, {here.ceiling:.0f} here"
    if abs(there.other - here.other) > OTHER or max(there.other, here.other) > BUSY:
        return f"other programs used {there.other:.2f} cores there, {here.other:.2f} here"
    return ""


def unsteadiness(here: Conditions) -> str:
    """Measure the ceiling again, and say how far it moves; empty where it holds still.

    Processors that are slow for moments show nowhere else: not in the use by other programs, nor as stolen time.
    """
    here = here.looked_at_again
    if here.least is None or here.ceiling <= CEILINGS * here.least:
        return ""
    moves = f"{here.least:.0f} and {here.ceiling:.0f} requests"
    return f"this machine is unsteady, as within seconds the generator sends up to {moves}"


def speed(there: Conditions, here: Conditions) -> float:
    """Return how many times as fast this machine is as that of a claim, by what the generator can do on each.

    It is 1 where they have unlike processors: then nothing can be said.
    """
    if there.cores != here.cores or there.ceiling <= 0 or here.ceiling <= 0:
        return 1.0
    return here.ceiling / there.ceiling


def are_unlike(there: Conditions, here: Conditions) -> bool:
    """Tell whether two machines that count as alike aren't the same, so that figures may differ by that, too."""
    apart = speed(there, here)
    return max(apart, 1 / apart) > SAME


def disagree(
    what: str,
    there: Conditions,
    here: Conditions,
    *,
    expected: str,
    again: str = "measure it anew",
    apart: float = 1.0,
) -> Failed | Unclear:
    """Return what a check raises where a claim and the kit's own measurement disagree.

    `what` names both, as in `claimed 800, here 400`. It is a failure only where both come from like conditions.
    `again` is what helps where the machine was busy when the claim was measured. `apart` is the factor between the two
    figures, if there is one: a machine that is only unsteady excuses none of `FAR` or more.
    """
    unlike = difference(there, here) or ("" if apart >= FAR else unsteadiness(here))
    if unlike:
        remedy = f" The claim comes from a busy machine: {again}." if _was_busy(there, here) else ""
        return Unclear(f"{what}. The two can't be compared: {unlike}.{remedy}")
    return Failed(what, expected=expected)


def _was_busy(there: Conditions, here: Conditions) -> bool:
    """Tell whether a claim was measured here when the machine was busy: then a later check can't confirm it either."""
    slower = here.ceiling > there.ceiling * CEILINGS
    return there.cores == here.cores and (slower or there.other > BUSY or there.other > here.other + OTHER)
