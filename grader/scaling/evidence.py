"""The evidence files of a project: what a learner measured and concluded, read strictly."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from grader.assertions.entries import Listing
from grader.assertions.observed import Observed
from grader.errors import Failed
from grader.project import handed_files
from grader.text.values import shown

ANSWERS = "answers.toml"
CAPACITY = "capacity.toml"
WORKSHEET = "worksheet.toml"
WRITTEN_BY = {
    ANSWERS: "your answers, which `kit next` brings as a form",
    CAPACITY: "the file that `kit capacity` writes",
    WORKSHEET: "the form that `kit worksheet` writes",
}
LARGEST = 1e12
"""No figure of an evidence file is as large as this."""


class Figure(float, Observed):
    """A number that a learner wrote into an evidence file. `place` says where it stands."""

    place: str

    def __new__(cls, value: float, *, place: str) -> Self:
        made = super().__new__(cls, value)
        made.place = place
        return made

    def actual_text(self) -> str:
        return f"{self.place} = {float(self):g}"


class Word(str, Observed):
    """A word or a sentence that a learner wrote into an evidence file. `place` says where it stands."""

    place: str

    def __new__(cls, value: str, *, place: str) -> Self:
        made = super().__new__(cls, value)
        made.place = place
        return made

    def actual_text(self) -> str:
        return f"{self.place} = {shown(str(self))}"


@dataclass(frozen=True)
class Metric:
    """One number of an `evidence` list, by the name under which `kit intervene` prints it."""

    name: str
    value: Figure


@dataclass(frozen=True)
class Evidence:
    """The tables of one evidence file.

    Each method raises Failed, with one sentence, when what it asks for isn't there or is something else.
    """

    file: str
    tables: Mapping[str, Any]

    def number(self, table: str, key: str) -> Figure:
        """Return a number that is 0 or more."""
        value = self._value(table, key, "a number")
        if not _is_figure(value):
            raise self._wrong(table, key, value, "a number that is 0 or more")
        return Figure(value, place=self._place(table, key))

    def word(self, table: str, key: str, among: Collection[str] = ()) -> Word:
        """Return a text that isn't blank; one of those `among`, if there are any."""
        wanted = f"one of {', '.join(among)}" if among else "a text"
        value = self._value(table, key, wanted)
        if not isinstance(value, str) or not value.strip() or (among and value not in among):
            raise self._wrong(table, key, value, wanted)
        return Word(value, place=self._place(table, key))

    def flag(self, table: str, key: str) -> bool:
        """Return `true` or `false`."""
        value = self._value(table, key, "true or false")
        if not isinstance(value, bool):
            raise self._wrong(table, key, value, "true or false")
        return value

    def texts(self, table: str, key: str) -> Listing:
        """Return a list of texts, none of them blank."""
        value = self._value(table, key, "a list of texts")
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self._wrong(table, key, value, "a list of texts, none of them empty")
        return Listing(value, request="", what="text")

    def metrics(self, table: str) -> tuple[Metric, ...]:
        """Return the numbers under `evidence`: a list of tables, each with a `metric` and a `value`."""
        value = self._value(table, "evidence", "a list of metrics with their values")
        if not isinstance(value, list) or not all(_is_metric(one) for one in value):
            raise self._wrong(table, "evidence", value, '[ {metric = "...", value = 0.0}, ... ]')
        place = self._place(table, "evidence")
        return tuple(Metric(one["metric"], Figure(one["value"], place=f"{place}, {one['metric']}")) for one in value)

    def has(self, table: str, key: str) -> bool:
        """Tell whether a table has a key."""
        found = self.tables.get(table)
        return isinstance(found, dict) and key in found

    def _value(self, table: str, key: str, wanted: str) -> Any:
        found = self.tables.get(table)
        if found is not None and not isinstance(found, dict):
            raise Failed(f"{table} in {self.file} is no table.", expected=f"a line [{table}], and {key} below it")
        if found is None and self.file == CAPACITY:
            wanted = f"the table that `kit capacity {'reads' if table == 'machine' else table}` writes"
            raise Failed(f"{self.file} has no table [{table}].", expected=wanted)
        if not found or key not in found:
            raise Failed(f"{self.file} says nothing about {key} under [{table}].", expected=f"{key} = {wanted}")
        return found[key]

    def _wrong(self, table: str, key: str, value: Any, wanted: str) -> Failed:
        return Failed(f"{self._place(table, key)} = {shown(value)}", expected=wanted)

    def _place(self, table: str, key: str) -> str:
        return f"{self.file}, [{table}] {key}"


def read(folder: Path, file: str) -> Evidence:
    """Read an evidence file of a project; raises Failed, with one sentence, when it is missing or can't be read."""
    wanted = WRITTEN_BY.get(file, "a file with what you measured")
    try:
        return Evidence(file, handed_files.toml(folder / file))
    except FileNotFoundError:
        raise Failed(f"There is no {file} in the project.", expected=wanted) from None
    except OSError as error:
        raise Failed(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.", expected=wanted) from None
    except ValueError as error:
        raise Failed(f"{file} is not valid TOML: {error}.", expected=wanted) from None


def _is_figure(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value < LARGEST  # type: ignore[arg-type, operator]


def _is_metric(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("metric"), str) and _is_figure(value.get("value"))
