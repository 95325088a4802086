"""The kit's own course, read once for all tests, and a harness for a project that checks would share."""

from __future__ import annotations

from pathlib import Path

from grader import course
from grader.harness.harness import Harness
from grader.system.resources import Resources

COURSE = course.load()
OWN_WORK = frozenset({"4.11"})
"""Steps that no solution passes: it can't hold what somebody else predicted, and when."""
SEED = 2026
"""What is drawn at random is the same in every run here, so that what learners read can be recorded."""


def harness_of(folder: Path, resources: Resources) -> Harness:
    """Make what the checks of one run share; the test closes it."""
    return Harness(folder, resources, COURSE, seed=SEED)
