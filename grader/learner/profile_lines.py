"""What `kit profile` shows: the functions with the most time, and what a profile does and doesn't say."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.load import profile_data
from grader.load.profile_data import BUILT_IN, Function
from grader.load.profiling import CPROFILE, Finding
from grader.report import terminal
from grader.report.load_words import NOISY
from grader.text.values import printable

if TYPE_CHECKING:
    from rich.status import Status

MOST = 10
TOP = 5
LONGEST = 40
WIDEST_PLACE = 32
METHOD = re.compile(r"<method '(.+)' of '(.+)' objects>")
BUILT_IN_FUNCTION = re.compile(r"<built-in method (.+)>")
ENOUGH = 0.5
"""The share of the service's processor time below which it is said how much the profile holds."""


class ProfileLines:
    """Prints to standard output; on a terminal, a spinner says what is done now."""

    def __init__(self, workload: str, folder: Path) -> None:
        self._out = terminal.console()
        self._workload = workload
        self._folder = folder
        self._status: Status | None = None

    def doing(self, what: str) -> None:
        """Say what is done now."""
        if sys.stdout.isatty():
            if self._status is None:
                self._status = self._out.status("", spinner="line")
                self._status.start()
            self._status.update(f"{what} ...")

    def stop(self) -> None:
        """Take the spinner away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def end(self, finding: Finding, saved: str) -> None:
        """Print the tables, and what follows from them."""
        self.stop()
        profile = finding.profile
        self._out.print()
        self._out.print(Text.assemble("  ", (self._workload, "bold"), f"   {finding.requests} requests, one user"))
        per = "; calls per request" if finding.tool == CPROFILE else ""
        self._table(f"Own time: in the function itself{per}", profile_data.by_own_time(profile)[:MOST], finding)
        below = profile_data.by_cumulative_time(profile, self._folder)[:MOST]
        self._table("Cumulative time: your functions, with all that they call", below, finding)
        self._out.print()
        for sentence in (*_explained(finding), *_remarks(finding)):
            self._say(sentence)
        top = [function.shown for function in profile_data.by_own_time(profile)[:TOP]]
        self._out.print()
        self._say(f"Written to {printable(saved)}. For answers.toml:")
        self._out.print()
        array = ["top_five = [", *(f"    {json.dumps(name, ensure_ascii=False)}," for name in top), "]"]
        for line in array:
            self._out.print(Text(line), soft_wrap=True)
        self._out.print()

    def not_possible(self, reason: str) -> None:
        """Say why the service can't be profiled here."""
        self.stop()
        self._say(f"Not checked: {printable(reason)}")

    def _say(self, sentence: str) -> None:
        self._out.print(Padding(Text(sentence), (0, 0, 0, 2), expand=False))

    def _table(self, title: str, functions: Sequence[Function], finding: Finding) -> None:
        if not functions:
            return
        rows = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("own", "cumulative", "calls" if finding.tool == CPROFILE else "samples"):
            rows.add_column(name, justify="right", no_wrap=True)
        places = [where(function, self._folder) for function in functions]
        rows.add_column("function", no_wrap=True, overflow="ellipsis")
        rows.add_column("where", style="dim", no_wrap=True, min_width=min(WIDEST_PLACE, max(map(len, places))))
        everything = profile_data.total(finding.profile) or 1.0
        for function, place in zip(functions, places, strict=True):
            times = finding.profile[function]
            calls = times.calls / (finding.requests or 1) if finding.tool == CPROFILE else times.calls
            rows.add_row(
                f"{100 * times.own / everything:.1f} %",
                f"{min(100.0, 100 * times.cumulative / everything):.1f} %",
                f"{calls:.1f}" if finding.tool == CPROFILE else f"{calls:.0f}",
                Text(short_name(function)),
                Text(place),
            )
        self._out.print()
        self._out.print(Padding(Text(title, style="bold"), (0, 0, 0, 2)))
        self._out.print(Padding(rows, (0, 0, 0, 2), expand=False))


def where(function: Function, folder: Path) -> str:
    """Say in which file and line a function begins: from the project's folder on, or from a package on."""
    if function.file == BUILT_IN:
        return ""
    path = Path(function.file)
    if "site-packages" in path.parts:
        place = Path(*path.parts[path.parts.index("site-packages") + 1 :])
    elif path.is_relative_to(folder):
        place = path.relative_to(folder)
    else:
        place = Path(*path.parts[-2:])
    return printable(f"{place}:{function.line}")


def short_name(function: Function) -> str:
    """Return the name of a function for a table: of a method that isn't Python, the type and the method."""
    name = function.name
    if found := METHOD.fullmatch(name):
        name = f"{found[2]}.{found[1]}"
    elif found := BUILT_IN_FUNCTION.fullmatch(name):
        name = found[1].removeprefix("builtins.")
    name = printable(name)
    return f"{name[: LONGEST - 1]}…" if len(name) > LONGEST else name


def _explained(finding: Finding) -> list[str]:
    """Say what the profile costs, and what it leaves out."""
    tool, waiting = finding.tool, round(100 * (1 - finding.computing))
    slower = f"{finding.slower:.1f} times as long" if finding.slower >= 1.05 else "as long"
    cost = (
        f"With {tool}, a request took {slower} as without it: {finding.profiled_ms:.1f} ms instead of "
        f"{finding.plain_ms:.1f} ms."
    )
    if tool == CPROFILE:
        cost += " So read the shares, and not the speed. What is called often looks dearer than it is."
    else:
        cost += " It looks so many times a second where the service is, and counts no calls."
    blind = (
        f"A profile shows computing, not waiting. Without {tool}, the service waited in {waiting} % of the time of a "
        "request: for the network, the disk, a lock, or another program. kit intervene shows for which."
    )
    return [cost, blind]


def _remarks(finding: Finding) -> list[str]:
    remarks = [printable(remark) for remark in finding.remarks]
    if finding.tool == CPROFILE and finding.covered < ENOUGH:
        remarks.append(
            f"The profile holds {100 * finding.covered:.0f} % of the service's processor time: the rest is the "
            "profiler's own, or in threads and programs that it doesn't see."
        )
    if finding.other > NOISY:
        remarks.append(f"Other programs used up to {finding.other:.1f} cores meanwhile, so these figures are noisy.")
    return remarks
