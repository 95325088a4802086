"""The contract, part by part: a clause, a stage, or what a stage promises for one step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from grader.course import Course
from grader.errors import UsageError

FILE = "CONTRACT.md"
HEADING = re.compile(r"(#+) (.+)")


@dataclass(frozen=True)
class Part:
    """A part of the contract in Markdown, and where it stands: the file, and the line on which it begins."""

    text: str
    path: Path
    line: int


@dataclass(frozen=True)
class Section:
    """A heading with all lines up to the next heading of its level or above. `line` counts from 1."""

    level: int
    title: str
    line: int
    lines: tuple[str, ...]


def find(course: Course, word: str) -> Part:
    """Find the part that a word names: `K6`, `2` or `stage 2`, `2.3`; an empty word gives the list of the parts.

    Raises UsageError when there is no such part.
    """
    path = course.exercises / FILE
    sections = _sections(path.read_text("utf-8").splitlines())
    wanted = word.strip()
    if not wanted:
        return Part("\n".join(f"- {one.title}" for one in sections if _is_clause(one) or _is_stage(one)), path, 1)
    if re.fullmatch(r"[kK]\d+", wanted):
        for one in sections:
            if one.title.startswith(f"{wanted.upper()}:"):
                return Part("\n".join(one.lines), path, one.line)
        raise UsageError(f"There is no clause {wanted.upper()}. kit contract lists all.")
    number = re.sub(r"(?i)^stage\s*", "", wanted)
    if "." not in number:
        one = _stage(sections, course.find_stage(number).id)
        return Part("\n".join(one.lines), path, one.line)
    step = course.find_step(number)
    one = _stage(sections, step.stage)
    return Part(_about(one, step.id), path, one.line)


def _sections(lines: list[str]) -> list[Section]:
    """Find the headings outside of blocks of code."""
    found, code = [], False
    for number, line in enumerate(lines):
        code ^= line.startswith("```")
        if not code and (match := HEADING.fullmatch(line)):
            found.append((len(match[1]), match[2], number))
    made = []
    for place, (level, title, begin) in enumerate(found):
        end = next((other for deep, _, other in found[place + 1 :] if deep <= level), len(lines))
        made.append(Section(level, title, begin + 1, tuple(lines[begin:end])))
    return made


def _stage(sections: list[Section], stage: str) -> Section:
    return next(one for one in sections if one.title.startswith(f"Stage {int(stage)}:"))


def _about(section: Section, step: str) -> str:
    """Keep of a stage what names a step: whole subsections, paragraphs, and rows of tables, under their headings.

    What a paragraph announces with a colon at its end is kept with it.
    """
    name = re.compile(rf"(?<![\d.]){re.escape(step)}(?![\d.]*\d)")
    kept: list[str] = []
    heading, is_own, goes_on = section.lines[0], False, False
    for block in "\n".join(section.lines[1:]).strip().split("\n\n"):
        lines = block.strip("\n").splitlines()
        if lines and (match := HEADING.fullmatch(lines[0])):
            heading, is_own, goes_on = lines[0], name.search(match[2]) is not None, False
            continue
        rows = lines[2:] if block.startswith("|") else []
        is_whole = is_own or goes_on
        naming = rows if is_whole else [row for row in rows if name.search(row)]
        text = "\n".join([*lines[:2], *naming]) if naming else "" if rows else block
        goes_on = bool(naming or (not rows and (is_whole or name.search(block))))
        if goes_on:
            kept += [heading, text] if heading else [text]
            heading = ""
        goes_on &= text.endswith(":")
    return "\n\n".join(kept) or "\n".join(section.lines)


def _is_clause(section: Section) -> bool:
    return re.match(r"K\d+:", section.title) is not None


def _is_stage(section: Section) -> bool:
    return section.title.startswith("Stage ")
