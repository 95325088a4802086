"""What a profile holds: how often each function was called, its own time, and its time with all that it calls."""

from __future__ import annotations

import itertools
import marshal
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from grader.project import plain_files

FRAME = re.compile(r"(.+) \((.+):(\d+)\)")
BUILT_IN = "~"
"""The file of a function that isn't written in Python, in Python's own profiles."""
FIGURES = 4


class Function(NamedTuple):
    """A function by the file and the line where it begins."""

    file: str
    line: int
    name: str

    @property
    def shown(self) -> str:
        """Its name as `pstats` prints it, which writes what isn't Python in braces."""
        if self.file == BUILT_IN and self.name.startswith("<") and self.name.endswith(">"):
            return f"{{{self.name[1:-1]}}}"
        return self.name


@dataclass
class Times:
    """The figures of a function: calls, those that aren't recursive, its own seconds, and those with what it calls.

    `callers` has four such figures for each function that calls it, in the order of Python's own profiles.
    """

    primitive: int = 0
    calls: int = 0
    own: float = 0.0
    cumulative: float = 0.0
    callers: dict[Function, list[float]] = field(default_factory=dict)

    def add(self, other: Times) -> None:
        """Add the figures of the same function in another thread or process."""
        self.primitive += other.primitive
        self.calls += other.calls
        self.own += other.own
        self.cumulative += other.cumulative
        for caller, figures in other.callers.items():
            _add(self.callers, caller, figures)


Profile = dict[Function, Times]


def merged(profiles: Iterable[Mapping[Function, Times]]) -> Profile:
    """Add up several profiles."""
    found: Profile = {}
    for profile in profiles:
        for function, times in profile.items():
            found.setdefault(function, Times()).add(times)
    return found


def recorded(entries: Sequence[Any]) -> Profile:
    """Read the functions that `recorder.py` wrote. Raises ValueError when they are something else."""
    profiles: list[Profile] = []
    for file, line, name, primitive, calls, own, cumulative, callers in entries:
        function = Function(str(file), int(line), str(name))
        times = Times(int(primitive), int(calls), float(own), float(cumulative))
        for its_file, its_line, its_name, *figures in callers:
            if len(figures) != FIGURES:
                raise ValueError("a caller has four figures")
            times.callers[Function(str(its_file), int(its_line), str(its_name))] = [float(one) for one in figures]
        profiles.append({function: times})
    return merged(profiles)


def sampled(lines: Iterable[str], seconds: float) -> Profile:
    """Read stacks as py-spy writes them, one a line with its count. Each sample stands for so many seconds.

    As a sampler counts no calls, the calls are the samples in which a function is seen.
    """
    profile: Profile = {}
    for line in lines:
        stack, _, number = line.rpartition(" ")
        frames = [Function(found[2], int(found[3]), found[1]) for one in stack.split(";") if (found := _frame(one))]
        if not frames or not number.isdecimal():
            continue
        count = int(number)
        for function in set(frames):
            profile.setdefault(function, Times()).add(Times(count, count, 0.0, count * seconds))
        profile[frames[-1]].own += count * seconds
        edges = set(itertools.pairwise(frames))
        for caller, function in edges:
            own = count * seconds if function == frames[-1] else 0.0
            _add(profile[function].callers, caller, [count, count, own, count * seconds])
    return profile


def total(profile: Mapping[Function, Times]) -> float:
    """Add up the own seconds of all functions."""
    return sum(times.own for times in profile.values())


def by_own_time(profile: Mapping[Function, Times]) -> list[Function]:
    """List the functions, the one with the most own time first."""
    return sorted(profile, key=lambda function: (-profile[function].own, function))


def by_cumulative_time(profile: Mapping[Function, Times], folder: Path) -> list[Function]:
    """List the functions whose file lies in a folder, the one with the most time, own and below it, first.

    What is installed in an environment inside the folder isn't the learner's.
    """
    own = [function for function in profile if is_below(function.file, folder)]
    return sorted(own, key=lambda function: (-profile[function].cumulative, function))


def is_below(file: str, folder: Path) -> bool:
    """Tell whether a file is part of a project: in its folder, and not installed there."""
    path = Path(file)
    if not path.is_absolute():
        return not file.startswith("<") and file != BUILT_IN
    return path.is_relative_to(folder) and not {"site-packages", "dist-packages"} & set(path.parts)


def save(profile: Mapping[Function, Times], path: Path) -> None:
    """Write a profile in the format of Python's own `cProfile`, which `pstats` and SnakeViz read."""
    table = {
        tuple(function): (
            times.primitive,
            times.calls,
            times.own,
            times.cumulative,
            {tuple(caller): (int(a), int(b), own, below) for caller, (a, b, own, below) in times.callers.items()},
        )
        for function, times in profile.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    plain_files.put(path, marshal.dumps(table, 4), 0o644)


def _frame(text: str) -> re.Match[str] | None:
    return FRAME.fullmatch(text)


def _add(table: dict[Function, list[float]], key: Function, figures: Sequence[float]) -> None:
    before = table.get(key, [0.0] * FIGURES)
    table[key] = [one + other for one, other in zip(before, figures, strict=True)]
