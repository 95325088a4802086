"""How much load a run may put on a service: none, or as much as a quick or a full measurement needs."""

from __future__ import annotations

from enum import StrEnum


class LoadLevel(StrEnum):
    """The value of `--load`."""

    NONE = "none"
    """Nothing is loaded; steps that need load are left out."""
    QUICK = "quick"
    """All steps that need load take two to three minutes together."""
    FULL = "full"
    """As many and as long measurements as a grade deserves: all together take less than ten minutes."""
