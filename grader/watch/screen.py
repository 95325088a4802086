"""A watch on a terminal: what it knows, drawn anew with each change, and as plain lines where there is no terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.report import terminal
from grader.results.results import Outcome
from grader.text.values import printable
from grader.watch.snapshot import CHECKING, SETTLED, Snapshot, StageRow

KEYS = "h hint   s solution   n next   r check again   q quit"
CODE = ("+", "-", "@", " ")
"""How the lines of a diff begin."""
LEAST = 5
"""How many rows the failure keeps, whatever keys have asked for."""
HOME, TO_LINE_END, TO_END = "\x1b[H", "\x1b[K", "\x1b[J"
MARKS = {str(outcome): mark for outcome, mark in terminal.MARKS.items()}


class Screen:
    """Shows snapshots on the standard output. `is_live` says that it is a terminal, `has_keys` that keys work.

    `page` is the address of the same in a browser; it is empty where there is none.
    """

    def __init__(self, *, is_live: bool, has_keys: bool, page: str = "") -> None:
        self._is_live = is_live
        self._has_keys = has_keys
        self._page = page
        self._drawn = ""
        self._last: Snapshot | None = None
        if is_live:
            sys.stdout.write("\n" * (shutil.get_terminal_size().lines - 1))  # what stood there can be scrolled back

    def show(self, now: Snapshot) -> None:
        """Show what the watch knows now."""
        before, self._last = self._last, now
        if self._is_live:
            self._draw(now)
        else:
            if self._page and before is None:
                print(f"  This page shows it: {self._page}", flush=True)
            _print(before, now)

    def forget(self) -> None:
        """Draw everything anew next time, as after a change of the terminal's size. A signal handler may call it."""
        self._drawn = ""

    def end(self) -> None:
        """Leave what was shown last, and go to the line below it."""
        if self._is_live:
            sys.stdout.write("\n")

    def _draw(self, now: Snapshot) -> None:
        size = shutil.get_terminal_size()
        head = _lines(lambda out: _head(now, out))
        tail = _lines(lambda out: _tail(now, out, has_keys=self._has_keys, page=self._page))
        room = size.lines - 1 - _height([*head, *tail], size.columns)
        text = "\n".join([*head, *_fitting(now, room, size.columns), *tail])
        if text != self._drawn:
            self._drawn = text
            sys.stdout.write(HOME + text.replace("\n", f"{TO_LINE_END}\n") + TO_LINE_END + TO_END)
            sys.stdout.flush()


def _print(before: Snapshot | None, now: Snapshot) -> None:
    """Print what has changed, where nothing can be drawn anew: a line when checks begin, and what came of them."""
    out = terminal.console()
    if now.phase == CHECKING and (before is None or before.phase == SETTLED):
        out.print(Text(f"  checking {now.step.id}"))
    relevant = (now.checked_at, now.failure, now.since, now.step, now.note, now.problem, now.hints, now.solution)
    if before is not None and before.phase == SETTLED:
        known = before
        if relevant == (
            known.checked_at, known.failure, known.since, known.step, known.note, known.problem, known.hints,
            known.solution,
        ):  # fmt: skip
            return
    if now.phase == SETTLED:
        for part in (_head, _body, lambda one, to: _tail(one, to, has_keys=False)):
            part(now, out)
        out.print()
    out.file.flush()


def _head(now: Snapshot, out: Console) -> None:
    """Show what changed, at the very top; then where the learner is, and what the kit does."""
    out.print()
    stage = next(stage for stage in now.stages if stage.id == now.step.stage)
    told = now.since.sentence if len(now.since.sentence) < out.width - 2 else now.since.counts
    left = Text(f"  {told}", style="bold")
    out.print(terminal.ends(left, Text(_count(stage), style="dim"), out.width) if _is_wide(out) else left)
    if now.problem:
        terminal.say(now.problem, out, style="yellow")
    out.print()
    mark, style = ("…", "cyan") if now.phase == CHECKING else MARKS.get(_outcome(now), (" ", ""))
    if now.failure is not None and now.failure.step != now.step.id:  # an earlier step is broken: mend it first
        out.print(_row(*MARKS[now.failure.outcome], now, now.failure.step))
    out.print(_row(mark, style, now, now.step.id))
    if now.doing:
        out.print(Padding(Text(f"{now.doing} …", style="cyan"), (0, 0, 0, 4), expand=False))


def _row(mark: str, style: str, now: Snapshot, step: str) -> Text:
    title = next(one.title for stage in now.stages for one in stage.steps if one.id == step)
    return Text.assemble("  ", (mark, style), " ", (f"{step}  {title}", "bold"))


def _body(now: Snapshot, out: Console) -> None:
    _failure(now, out)
    _asked_for(now, out)
    if now.solution is not None:
        _solution(now.solution, out)


def _failure(now: Snapshot, out: Console) -> None:
    if now.failure is not None:
        terminal.show_problem(now.failure.result(), out)


def _asked_for(now: Snapshot, out: Console, *, hints: int = 0) -> None:
    """Show what keys have asked for: the last so many hints (0: all), a solution, a sentence.

    Where another step fails than the one that the hints are for, they name theirs.
    """
    if now.hints:
        out.print()
        theirs = f"{now.step.id}  " if now.failure is not None and now.failure.step != now.step.id else ""
        for number, hint in [*enumerate(now.hints, 1)][-hints:]:
            label = Text(f"{theirs}hint {number}  ", style="dim")
            out.print(Padding(label + terminal.inline(hint, ""), (0, 0, 0, 2), expand=False))
    if now.note:
        terminal.say(now.note, out)


def _solution(solution: str, out: Console) -> None:
    """Show the text of a solution: its sentences are wrapped, its lines of code are not."""
    out.print()
    for line in solution.splitlines():
        if not line:
            out.print()
        elif line[0] in CODE:
            out.print(Text(f"  {printable(line)}", style=_colour(line)), soft_wrap=True)
        else:
            out.print(Padding(terminal.inline(line, ""), (0, 0, 0, 2), expand=False))


def _tail(now: Snapshot, out: Console, *, has_keys: bool, page: str = "") -> None:
    terminal.say(now.next_line, out)
    state = "your service" if now.service.running else "your service doesn't run"
    out.print(Padding(Text(f"{now.service.url}/  {state}", style="dim"), (0, 0, 0, 2), expand=False))
    if page:
        out.print(Text(f"  {page}  this in a browser", style="dim"), soft_wrap=True)  # so that all of it can be copied
    if has_keys:
        out.print(Padding(Text(KEYS, style="cyan"), (0, 0, 0, 2), expand=False))


def _fitting(now: Snapshot, room: int, width: int) -> Sequence[str]:
    """Return the lines of the body that fit into so many rows of this width.

    A solution stands alone. What other keys have asked for comes first. Of the failure, blank lines and what the
    program printed are left out before anything else.
    """
    if now.solution is not None:
        step = now.solution.partition(" ")[0]
        shown = _lines(lambda out: _solution(now.solution or "", out))
        return _cut(shown, room, width, f"    … all of it: kit solution {step}   (s hides this)")
    bare = replace(now, failure=replace(now.failure, printed="") if now.failure else None)
    extra = _lines(lambda out: _asked_for(now, out))
    if _height([*_lines(lambda out: _failure(bare, out)), *extra], width) > room:
        extra = _lines(lambda out: _asked_for(now, out, hints=1))
        extra = _cut(extra, room - LEAST, width, "    … more: in a larger window")
    room -= _height(extra, width)
    failure = _lines(lambda out: _failure(now, out))
    if _height(failure, width) > room:
        cut = [""] if bare != now else []  # it gives way to the sentence
        failure = [line for line in _lines(lambda out: _failure(bare, out)) if line.strip()] + cut
    return [*_cut(failure, room, width, f"    … more: kit check {now.step.id}"), *extra]


def _cut(lines: list[str], room: int, width: int, more: str) -> list[str]:
    """Leave out the last lines, where there is no room for them, and say so."""
    if _height(lines, width) <= room:
        return lines
    while lines and _height(lines, width) > room - 1:
        lines.pop()
    return [*lines, more]


def _lines(show: Callable[[Console], None]) -> list[str]:
    out = terminal.console()
    with out.capture() as caught:
        show(out)
    text = caught.get().removesuffix("\n")
    return text.split("\n") if text else []


def _height(lines: Sequence[str], width: int) -> int:
    """Count the rows that lines take in a terminal, which wraps those that are wider than itself."""
    return sum(max(1, -(-Text.from_ansi(line).cell_len // width)) for line in lines)


def _outcome(now: Snapshot) -> str:
    return next(step.outcome for stage in now.stages for step in stage.steps if step.id == now.step.id)


def _count(stage: StageRow) -> str:
    steps = [step for step in stage.steps if not step.bonus]
    passed = sum(step.outcome == Outcome.PASS for step in steps)
    return f"{stage.id} {stage.title}: {passed} of {len(steps)}"


def _is_wide(out: Console) -> bool:
    return out.width >= 72


def _colour(line: str) -> str:
    if line.startswith("+"):
        return "green"
    return "red" if line.startswith("-") else ""
