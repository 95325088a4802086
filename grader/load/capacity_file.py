"""The file `capacity.toml`: what `kit capacity` found out, for people, checks and later comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import MachineError, UsageError
from grader.load.capacity import Capacity
from grader.project import handed_files, plain_files

FILE = "capacity.toml"
SENTENCE = "sentence"


@dataclass(frozen=True)
class Machine:
    """The conditions of a measurement: the number of cores, what the generator can do at most, in requests per second,
    and how many cores other programs used meanwhile.
    """

    cores: int
    ceiling: float
    other: float


@dataclass(frozen=True)
class Entry:
    """The capacity for one workload, the objective in words, and the commit of the project that was measured."""

    capacity: Capacity
    slo: str
    commit: str | None


def read(project: Path) -> dict[str, Any]:
    """Read the file of a project; an empty dictionary where there is none. Raises UsageError when it can't be read."""
    try:
        return handed_files.toml(project / FILE)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{FILE} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def write(project: Path, machine: Machine, entries: Mapping[str, Entry]) -> Path:
    """Write new entries into the file of a project, and return its path. Raises MachineError when it can't be written.

    Entries of other workloads stay, and so does the sentence that the learner wrote about each.
    """
    before = read(project)
    tables: dict[str, dict[str, Any]] = {"machine": _rounded(vars(machine))}
    tables |= {name: table for name, table in before.items() if name != "machine" and isinstance(table, dict)}
    for workload, entry in entries.items():
        tables[workload] = _table(entry) | {SENTENCE: before.get(workload, {}).get(SENTENCE, "")}
    path = project / FILE
    try:
        plain_files.put(path, "\n".join(_lines(tables)).encode(), 0o644)
    except OSError as error:
        raise MachineError(f"{FILE} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    return path


def _table(entry: Entry) -> dict[str, Any]:
    found = entry.capacity
    table: dict[str, Any] = {"held": found.held}
    if found.broke is not None:
        table["broke"] = found.broke
    if found.because is not None:
        table["broke_because"] = found.because
    if not found.done:
        table["interrupted"] = True
    table |= {"slo": entry.slo, "other": max((judged.probe.other for judged in found.probes), default=0.0)}
    if entry.commit is not None:
        table["commit"] = entry.commit
    return _rounded(table)


def _rounded(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in table.items()}


def _lines(tables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [
        "# Written by: kit capacity. Only the sentences are yours to write: what happens above the limit, and why?"
    ]
    for name, table in tables.items():
        # JSON's strings, numbers and booleans are TOML's, too.
        lines += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return [*lines, ""]
