"""The solution of one step: the places of the reference that answer it, compared with the state before, and why.

The table `solutions/changes.toml` gives each step its places and reasons. The state before is the starter of the
step's stage. The learner's own code is never looked at.
"""

from __future__ import annotations

import ast
import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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


IMPORTS = ", imports"
SAME = "   (the starter has it already)"


def of_step(course: Course, step: Step) -> Solution:
    """Find the reference's change for a step; raises CourseError where the table or a place is broken."""
    stage = course.stage_of(step)
    entry = _table(stage.solutions).get(step.id, {})
    try:
        why, places = " ".join(entry["why"].split()), list(entry["where"])
    except (TypeError, KeyError, AttributeError) as error:
        raise CourseError(f"solutions/{TABLE} has no reasons or places for step {step.id}.") from error
    return Solution(step, why, tuple(_changes(stage, places)))


def _table(solutions: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((solutions / TABLE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"solutions/{TABLE} can't be read: {error}.") from error


def _changes(stage: Stage, places: Sequence[str]) -> Iterator[Change]:
    """Yield the change at each place. Before the first one in a module goes what all of them import."""
    modules = set()
    for place in places:
        name, _, part = place.partition(":")
        if part and name.endswith(".py") and name not in modules:
            modules.add(name)
            parts = [one.partition(":")[2] for one in places if one.startswith(f"{name}:")]
            if lines := tuple(_imports(*_both(stage, name), name, parts)):
                yield Change(f"{name}{IMPORTS}", lines, is_new=True)
        yield _change(stage, place)


def _change(stage: Stage, place: str) -> Change:
    name, _, part = place.partition(":")
    before, after = _both(stage, name)
    first, second = _part(before, name, part), _part(after, name, part)
    if first is None and second is None:
        raise CourseError(f"solutions/{TABLE} names {place}, which is neither in the solution nor before it.")
    old_begin, old = first or (0, [])
    new_begin, new = second or (0, [])
    lines = tuple(_diff(old, new, old_begin, new_begin))
    return Change(place, lines or tuple(f" {line}" for line in new), bool(lines))


def _both(stage: Stage, name: str) -> tuple[str, str]:
    """Read a file as the starter has it, and as the solution does."""
    starter = next((found for layer in reversed(stage.starter_layers) if (found := layer / name).is_file()), None)
    return "" if starter is None else starter.read_text("utf-8"), _read(stage.solution / name)


def _imports(before: str, after: str, name: str, parts: Sequence[str]) -> Iterator[str]:
    """Yield a diff of a module's imports, with those that some parts of it need and the starter lacks."""
    pieces = [_part(after, name, part) for part in parts]
    used = {word for piece in pieces if piece for word in _names(piece[1])}
    begin, old = _import_statements(before)
    known = {word for statement in old for word in statement.names}
    earlier = {statement.module: statement for statement in old}
    _, solution = _import_statements(after)
    new = [
        one
        if one.names & (used - known)
        else replace(one, lines=earlier[one.module].lines if one.module in earlier else ())
        for one in solution
    ]
    return _diff(_lines(old), _lines(new), begin, begin)


def _names(lines: Sequence[str]) -> set[str]:
    """Return the names that occur in a piece of a module."""
    return {node.id for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.Name)}


@dataclass(frozen=True)
class _Import:
    """A statement that imports, with the blank line above it. `module` is what it imports, or from where."""

    module: str
    names: frozenset[str]
    lines: tuple[str, ...]
    has_gap: bool


def _import_statements(text: str) -> tuple[int, list[_Import]]:
    """Return where the imports of a module begin, counted from 0, and its imports. The docstring comes before them."""
    lines, found, begin, end = text.splitlines(), list[_Import](), 0, 0
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            begin, above, end = begin if found else node.lineno - 1, end, node.end_lineno or node.lineno
            module = (
                f"{'.' * node.level}{node.module or ''}" if isinstance(node, ast.ImportFrom) else node.names[0].name
            )
            names = frozenset((one.asname or one.name).partition(".")[0] for one in node.names)
            has_gap = bool(found) and node.lineno - 1 > above
            found.append(_Import(module, names, tuple(lines[node.lineno - 1 : end]), has_gap))
        elif isinstance(node, ast.Expr) and not found:
            begin = min((node.end_lineno or node.lineno) + 1, len(lines))
    return begin, found


def _lines(statements: Sequence[_Import]) -> list[str]:
    """Write imports one below the other. The blank line above one that is left out goes above the next."""
    lines, gap = list[str](), False
    for statement in statements:
        gap = gap or statement.has_gap
        if statement.lines:
            lines += [""] * (gap and bool(lines)) + [*statement.lines]
            gap = False
    return lines


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
