"""Where a learner is in the course. It imports nothing that is slow, so that `kit` alone answers at once."""

from __future__ import annotations

from collections.abc import Collection

from grader.course import Course, Step


def current_step(course: Course, passed: Collection[str]) -> Step:
    """Return the learner's current step: the first one that hasn't passed, without bonus steps."""
    steps = course.steps
    return next((step for step in steps if step.id not in passed and not step.bonus), steps[-1])
