"""The brief of a stage, and the part of it that is about one step."""

from __future__ import annotations

import re

from grader.course import Course, Step
from grader.errors import CourseError

HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def of_step(course: Course, step: Step) -> str:
    """Return the part of the stage's brief that is about a step, in Markdown; raises CourseError without one."""
    stage = course.stage_of(step)
    text = (stage.folder / "README.md").read_text("utf-8")
    # A comment in an example begins like a heading.
    shown = FENCE.sub(lambda match: "~" * len(match[0]), text)
    begin = re.search(rf"^(#+) {re.escape(step.id)}\b", shown, re.MULTILINE)
    if begin is None:
        raise CourseError(f"{stage.folder.name}/README.md has no heading for step {step.id}.")
    level = len(begin[1])
    after = (match.start() for match in HEADING.finditer(shown, begin.end()) if len(match[1]) <= level)
    return text[begin.start() : next(after, len(text))].strip() + "\n"
