"""The worksheet `worksheet.toml`: what a learner predicts, locks and reflects on, and what the kit measured."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assertions.entries import Listing
from grader.project import handed_files, plain_files
from grader.project.git import GitRepository
from grader.scaling import evidence
from grader.scaling.evidence import WORKSHEET, Evidence
from grader.scaling.questions import QUESTIONS

WORST = 3
"""So many of the predictions that were furthest from the measurement want a reflection."""
MOST_LACKING = 5
"""So many questions may stay without an answer, because the service or the machine doesn't show it."""
REQUEST = f"less {WORKSHEET}"
HEAD = (
    "# Predict first, then measure. For each question, write a number above 0 as predicted, and a sentence as reason.",
    "# Then type: kit worksheet lock. Being wrong costs nothing. The kit writes this file anew, so comments get lost.",
)


@dataclass(frozen=True)
class Worksheet:
    """One worksheet, and the folder of its project. Each property lists what is still wrong; empty when nothing is."""

    folder: Path
    tables: Mapping[str, Any]

    @property
    def unpredicted(self) -> Listing:
        """The questions without a prediction above 0, or without a reason."""
        names = [
            one.name for one in QUESTIONS if not (self.figure(one.name, "predicted") and self.text(one.name, "reason"))
        ]
        return Listing(names, request=REQUEST, what="question without a prediction above 0 and a reason")

    @property
    def unmeasured(self) -> Listing:
        """The questions that `kit worksheet measure` has not answered. A few that it couldn't answer don't count."""
        names = [one.name for one in QUESTIONS if self.figure(one.name, "measured") is None]
        lacking = [name for name in names if self.text(name, "lacking")]
        if len(lacking) <= MOST_LACKING:
            names = [name for name in names if name not in lacking]
        return Listing(names, request=REQUEST, what="question that was not measured")

    @property
    def not_locked_before(self) -> Listing:
        """What shows that predictions are not those from before the measurement."""
        return Listing(self._doubts(), request="kit worksheet", what="doubt about when the predictions were made")

    @property
    def without_reflection(self) -> Listing:
        """Those of the three worst predictions about which the learner wrote nothing."""
        names = [name for name in self.worst() if not self.text(name, "reflection")]
        return Listing(names, request=REQUEST, what="bad prediction without a reflection")

    @property
    def is_locked(self) -> bool:
        """Whether the predictions are those that were locked."""
        return self._of("lock").get("hash") == self.digest()

    @property
    def is_measured(self) -> bool:
        """Whether the kit has measured."""
        return "commit" in self._of("measured")

    def worst(self) -> list[str]:
        """Name the three predictions that were furthest from the measurement, by their factor, the worst first."""
        misses = {one.name: abs(miss) for one in QUESTIONS if (miss := self.miss(one.name)) is not None}
        return sorted(misses, key=lambda name: -misses[name])[:WORST]

    def miss(self, name: str) -> float | None:
        """Return log₂ of measured over predicted: 1 is twice as much as predicted, -1 half; None without either."""
        predicted, measured = self.figure(name, "predicted"), self.figure(name, "measured")
        return math.log2(measured / predicted) if predicted and measured else None

    def figure(self, name: str, key: str) -> float | None:
        """Return a number of a question; None where there is none."""
        value = self._of(name).get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if math.isfinite(value) and value >= 0 else None

    def text(self, name: str, key: str) -> str:
        """Return a text of a question, without blanks around it."""
        value = self._of(name).get(key)
        return value.strip() if isinstance(value, str) else ""

    def digest(self) -> str:
        """Return a hash of all predictions and reasons."""
        told = [[one.name, self.figure(one.name, "predicted"), self.text(one.name, "reason")] for one in QUESTIONS]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    def _of(self, name: str) -> Mapping[str, Any]:
        found = self.tables.get(name)
        return found if isinstance(found, dict) else {}

    def _doubts(self) -> list[str]:
        if "hash" not in self._of("lock"):
            return ["the predictions were never locked"]
        if not self.is_locked:
            return ["a prediction or a reason has changed since it was locked"]
        if not self.is_measured:
            return ["nothing was measured yet"]
        commit = str(self._of("measured")["commit"])
        doubt = self._doubt_about(parsed(self.folder, GitRepository(self.folder).text(commit, WORKSHEET)))
        return [f"in the commit {commit}, {doubt}"] if doubt else []

    def _doubt_about(self, then: Worksheet | None) -> str:
        """Say why the worksheet of the commit that was measured doesn't show that the predictions came first."""
        if then is None:
            return f"there is no {WORKSHEET} that can be read"
        if then.is_measured:
            return "the worksheet was measured already"
        return "" if then.is_locked and then.digest() == self.digest() else "the locked predictions are others"


def read(folder: Path) -> Worksheet:
    """Read the worksheet of a project; raises Failed, with one sentence, when it is missing or can't be read."""
    return of(folder, evidence.read(folder, WORKSHEET))


def of(folder: Path, found: Evidence) -> Worksheet:
    """Return the worksheet that an evidence file is."""
    return Worksheet(folder, found.tables)


def parsed(folder: Path, text: str) -> Worksheet | None:
    """Return the worksheet in a text; None where it is none."""
    try:
        return Worksheet(folder, handed_files.parse(text)) if text.strip() else None
    except ValueError:
        return None


def form(folder: Path) -> Worksheet:
    """Return an empty worksheet."""
    return Worksheet(folder, {})


def write(sheet: Worksheet) -> Path:
    """Write a worksheet into its project, with every question in its order, and return the file's path."""
    tables: dict[str, Mapping[str, Any]] = {}
    for one in QUESTIONS:
        known = sheet.tables.get(one.name)
        old = known if isinstance(known, dict) else {}
        head = {
            "question": one.text,
            "unit": one.unit,
            "predicted": old.get("predicted", 0.0),
            "reason": old.get("reason", ""),
        }
        tables[one.name] = head | {key: value for key, value in old.items() if key not in head}
    tables |= {name: table for name, table in sheet.tables.items() if name not in tables and isinstance(table, dict)}
    lines = [*HEAD]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_shown(value)}" for key, value in table.items())]
    path = sheet.folder / WORKSHEET
    plain_files.put(path, "\n".join([*lines, ""]).encode(), 0o644)
    return path


def _shown(value: Any) -> str:
    """Write a value as TOML, which JSON's strings, numbers, booleans and lists of these are, too."""
    if isinstance(value, float):
        return json.dumps(float(f"{value:.3g}"))
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False, default=str)
