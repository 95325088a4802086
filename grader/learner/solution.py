"""The solution of one step: the places of the reference that answer it, compared with the state before, and why.

The table `solutions/changes.toml` gives each step its places and reasons. The state before is the starter of the
step's stage. The learner's own code is never looked at.
"""

from __future__ import annotations

import ast
import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import Course, Stage, Step
from grader.errors import CourseError

TABLE = "changes.toml"
CONTEXT = 3
HEADINGS = {".md": re.compile(r"^#+ (.+?)\s*$"), ".toml": re.compile(r"^\[+([^\[\]]+)\]+")}


@dataclass(frozen=True)
class Change:
    """What the reference changes at one place: the place, and the lines of a unified diff.

    Where the starter has the same already, `is_new` is False, and the lines are those of the place.
    """

    place: str
    lines: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class Solution:
    """What the reference does for a step: the reasons, and the change at each place."""

    step: Step
    why: str
    changes: tuple[Change, ...]

    @property
    def text(self) -> str:
        """The reasons, and the changes one below the other, as plain text."""
        parts = ["\n".join([f"{one.place}{'' if one.is_new else SAME}", *one.lines]) for one in self.changes]
        return "\n\n".join([self.why, *parts]) + "\n"


SAME = "   (the starter has it already)"


def of_step(course: Course, step: Step) -> Solution:
    """Find the reference's change for a step; raises CourseError where the table or a place is broken."""
    stage = course.stage_of(step)
    entry = _table(stage.solutions).get(step.id, {})
    try:
        why, places = " ".join(entry["why"].split()), list(entry["where"])
    except (TypeError, KeyError, AttributeError) as error:
        raise CourseError(f"solutions/{TABLE} has no reasons or places for step {step.id}.") from error
    return Solution(step, why, tuple(_change(stage, place) for place in places))


def _table(solutions: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((solutions / TABLE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"solutions/{TABLE} can't be read: {error}.") from error


def _change(stage: Stage, place: str) -> Change:
    name, _, part = place.partition(":")
    after = _read(stage.solution / name)
    starter = next((found for layer in reversed(stage.starter_layers) if (found := layer / name).is_file()), None)
    before = "" if starter is None else starter.read_text("utf-8")
    first, second = _part(before, name, part), _part(after, name, part)
    if first is None and second is None:
        raise CourseError(f"solutions/{TABLE} names {place}, which is neither in the solution nor before it.")
    old_begin, old = first or (0, [])
    new_begin, new = second or (0, [])
    lines = tuple(_diff(old, new, old_begin, new_begin))
    return Change(place, lines or tuple(f" {line}" for line in new), bool(lines))


def _read(path: Path) -> str:
    """Read a file of the solution; a file that it lacks is empty, as a step may remove one."""
    return path.read_text("utf-8") if path.is_file() else ""


def _diff(old: list[str], new: list[str], old_begin: int, new_begin: int) -> Iterator[str]:
    """Yield a unified diff of two pieces of a file. The numbers of its lines are those in the whole file."""
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        yield f"@@ -{old_begin + a + (b > a)},{b - a} +{new_begin + c + (d > c)},{d - c} @@"
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[i:j])
            else:
                yield from (f"-{line}" for line in old[i:j])
                yield from (f"+{line}" for line in new[k:m])


def _part(text: str, file: str, name: str) -> tuple[int, list[str]] | None:
    """Return where a part of a file begins, counted from 0, and its lines; None when the file lacks it.

    An empty name stands for the whole file.
    """
    lines, suffix = text.splitlines(), Path(file).suffix
    if not name:
        return (0, lines) if lines else None
    parts = _definitions(text) if suffix == ".py" else _sections(lines, HEADINGS[suffix])
    for found, begin, end in parts:
        if found == name:
            return begin, lines[begin:end]
    return None


def _definitions(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the name and the lines of each function, class and constant of a module, with the comments above it."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name, first = node.name, min([node.lineno, *(one.lineno for one in node.decorator_list)])
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, first = node.targets[0].id, node.lineno
        else:
            continue
        begin = first - 1
        while begin and lines[begin - 1].startswith("#"):
            begin -= 1
        yield name, begin, node.end_lineno or first


def _sections(lines: list[str], heading: re.Pattern[str]) -> Iterator[tuple[str, int, int]]:
    begins = [(number, match[1]) for number, line in enumerate(lines) if (match := heading.match(line))]
    for (begin, name), (end, _) in zip(begins, [*begins[1:], (len(lines), "")], strict=True):
        yield name, begin, end
