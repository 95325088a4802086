"""What a run of the matrix leaves: which checks catch which mistake."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tests.cases import Case
from tests.real_course import COURSE


@dataclass(frozen=True)
class Verdict:
    """What the checks said of one case, step by step, and what is wrong with that."""

    case: str
    outcomes: dict[str, str]
    failed: dict[str, list[str]]
    complaints: tuple[str, ...]
    seconds: float


def record(verdicts: list[Verdict], cases: list[Case], before: str = "") -> str:
    """Write which checks catch which mistake, and which check is the only one to catch something.

    What was recorded `before` stays for the cases that were not run now.
    """
    known = dict(_recorded(before))
    for verdict in verdicts:
        found = [f"{step} {check.split('[')[0]}" for step, checks in verdict.failed.items() for check in checks]
        known[verdict.case] = list(dict.fromkeys(found))
    rows = [(case, known[case.name]) for case in cases if case.step is not None and case.name in known]
    lines = [
        "# Which check catches which mistake",
        "",
        "Written by `make matrix`. **Bold**: no other check catches it.",
        "",
        "| mistake | what is wrong | caught by |",
        "| --- | --- | --- |",
    ]
    for case, found in rows:
        said = f"**{found[0]}**" if len(found) == 1 else ", ".join(found)
        lines.append(f"| {case.name} | {case.sentence.replace('|', '/')} | {said} |")
    alone: dict[str, list[str]] = {}
    for case, found in rows:
        if len(found) == 1:
            alone.setdefault(found[0], []).append(case.name)
    lines += ["", "## Checks that are the only ones to catch some mistake", ""]
    lines += [f"- {check}: {', '.join(names)}" for check, names in sorted(alone.items())]
    ran = {case.stage for case, _ in rows}
    missing = [name for name in _checks(ran) if name not in alone]
    lines += ["", "## Checks that no mistake needs", "", *([f"- {name}" for name in missing] or ["None."])]
    return "\n".join(lines) + "\n"


def _recorded(text: str) -> Iterable[tuple[str, list[str]]]:
    """Read back which checks caught which mistake."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("mistake", "---"):
            yield cells[0], [check for check in cells[2].strip("*").split(", ") if check]


def _checks(stages: Collection[str]) -> list[str]:
    """Name every check of some stages."""
    found = []
    for step in [step for step in COURSE.steps if step.stage in stages]:
        text = COURSE.check_file(step).read_text("utf-8")
        found += [f"{step.id} {line[4:].split('(')[0]}" for line in text.splitlines() if line.startswith("def test_")]
    return found
