"""What the kit found out about one property of this machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """One property of this machine: whether it is fine, what the kit found, and the remedy if it isn't fine.

    When a `needed` property isn't fine, the kit can check nothing. For any other, it only leaves something out: `steps`
    are the ids of the steps that depend on it.
    """

    name: str
    fine: bool
    seen: str
    remedy: str = ""
    needed: bool = False
    steps: tuple[str, ...] = ()
