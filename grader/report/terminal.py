"""The report on a terminal: a line for each step, one thing to fix, and the next commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report.terminal_load import show_loads
from grader.results.doubts import Doubt
from grader.results.held import Held
from grader.results.results import CheckResult, Outcome, RunResult, StageResult, StepResult
from grader.text.values import printable

WIDEST = 100
MARKS = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "bold red"),
    Outcome.SKIP: ("·", "dim"),
    Outcome.UNCLEAR: ("?", "yellow"),
    Outcome.NOT_CHECKED: ("–", "yellow"),
    Outcome.ERROR: ("!", "bold magenta"),
}
BONUS = "   bonus"
SAID = {
    Outcome.UNCLEAR: "unclear: run it again when the machine is quieter",
    Outcome.ERROR: "the kit's own fault, not yours",
}


def console(*, stderr: bool = False) -> Console:
    """Make the console: as wide as the terminal, at most 100 columns, with colours only if the terminal has them."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False, markup=False, emoji=False)
    made.width = min(made.width, WIDEST)
    return made


def show(findings: RunResult, out: Console, *, beyond: int = 0, verbose: bool = False) -> None:
    """Show the result of one run: its stages, its load, its first problem, and the kit's own faults.

    `beyond` is the number of steps that were not run, because they come after the first one that doesn't pass.
    """
    for stage in findings.stages:
        show_stage(stage, out)
    if beyond:
        out.print(beyond_line(beyond))
    show_rest(findings, out, verbose=verbose)


def show_rest(findings: RunResult, out: Console, *, verbose: bool = False) -> None:
    """Show what follows the steps in the result of a run: its load, its first problem, and the kit's own faults."""
    show_loads(findings.load, out)
    problem = first_problem(findings.stages)
    if problem is not None:
        show_problem(problem, out, verbose=verbose)
        failed = [step for step in findings.steps if step.outcome is Outcome.FAIL and step.id != problem.step]
        for step in failed:
            came = f": {step.problem.actual}" if step.problem and step.problem.actual else ""
            sentence = Text(printable(f"{step.id} fails, too{came}"))
            sentence.truncate(out.width - 2, overflow="ellipsis")
            _paragraph(out, sentence, above=step is failed[0])
    for fault in findings.faults:
        _paragraph(out, Text(printable(fault if verbose else fault.splitlines()[0]), style="magenta"))


def show_stage(stage: StageResult, out: Console) -> None:
    """Show a stage: its heading, its points if all of its steps were asked for, and a line for each step."""
    points = f"{stage.points} of {stage.max_points} points" if stage.whole else ""
    out.print()
    out.print(ends(Text(f"  {stage.id}  {stage.title}", style="bold"), Text(points, style="bold"), out.width))
    out.print()
    rows = steps_grid()
    for step in stage.steps:
        add_row(rows, step)
    out.print(rows)


def add_row(rows: Table, step: StepResult, more: str = "") -> None:
    """Add the row of a step to the table of steps; `more` comes behind its title."""
    mark, style = MARKS[step.outcome]
    title = Text(step.title, style="dim" if step.outcome is Outcome.SKIP else "")
    title.append((BONUS if step.bonus else "") + _remark(step) + more, style="dim")
    rows.add_row(Text(mark, style=style), Text(step.id, style="dim" if step.outcome is Outcome.SKIP else ""), title)


def beyond_line(count: int) -> Text:
    """Say how many steps come after the first one that doesn't pass."""
    return Text(f"    … {count} step{'s' if count > 1 else ''} beyond", style="dim")


def first_problem(stages: Sequence[StageResult]) -> CheckResult | None:
    """Find the check that explains the first step which failed, was unclear, or ended in an error."""
    for stage in stages:
        for step in stage.steps:
            if step.outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNCLEAR) and step.problem:
                return step.problem
    return None


def show_problem(check: CheckResult, out: Console, *, verbose: bool = False) -> None:
    """Show a check that did not pass: the request, what was expected, what came, and what the program printed."""
    out.print()
    sentence = Text(f"{check.step}  ", style="bold")
    sentence.append_text(inline(check.sentence, "bold"))
    _paragraph(out, sentence, above=False)
    rows = _labelled(8)
    if check.expected:
        rows.add_row("expected", Text(printable(check.expected)))
    if check.actual:
        rows.add_row("came", Text(printable(check.actual), style="red"))
    if check.outcome in SAID:
        rows.add_row("means", SAID[check.outcome])
    rows.add_row("clause", Text(f"{check.clause} of the contract, exercises/CONTRACT.md", style="dim"))
    if check.warning:
        rows.add_row("note", Text(printable(check.warning), style="yellow"))
    out.print()
    if check.before:
        told = _labelled(8)
        told.add_row("before", Text(printable(check.before)))
        out.print(Padding(told, (0, 0, 0, 4), expand=False))
    if check.request:
        # never wrapped: a line to paste must stay one line
        out.print(Text.assemble(("    asked     ", "dim"), (printable(check.request), "cyan")), soft_wrap=True)
    out.print(Padding(rows, (0, 0, 0, 4), expand=False))
    if check.log and (verbose or check.outcome is Outcome.FAIL):
        for number, line in enumerate(check.log.splitlines()):
            # never wrapped: a path must stay in one piece
            out.print(Text(f"    {'' if number else 'printed':10}{printable(line)}", style="dim"), soft_wrap=True)


def show_held(held: Held, out: Console) -> None:
    """Show a failed check and the servers that still run, before the kit ends them."""
    show_problem(held.shown, out)
    rows = _labelled(8)
    for server in held.servers:
        rows.add_row("server", f"http://127.0.0.1:{server.port}/")
        rows.add_row("data", printable(server.data))
    if held.servers:
        out.print()
        out.print(Padding(rows, (0, 0, 0, 4), expand=False))
    if held.locked:
        say("The kit has locked the database again: what a request writes waits until you press Enter.", out)
    if held.start and held.start == held.check.request:
        say("No server of this check runs any more. Its data stays until you press Enter.", out)
    elif held.start:
        say("No server of this check runs any more. This starts one on the data that it left:", out)
        out.print(
            Text(f"  {printable(held.start)}", style="cyan"), soft_wrap=True
        )  # a line to paste must stay one line
        say("The data stays until you press Enter.", out)
    else:
        say("All of this stays up, as the check left it, until you press Enter.", out)
    out.print()


def show_next(lines: Sequence[tuple[str, str]], out: Console) -> None:
    """Show commands to type next, each with its purpose."""
    width = out.width - 5 - max(len(purpose) for _, purpose in lines)
    short = [(command, purpose) for command, purpose in lines if len(command) <= width]
    rows = Table.grid(padding=(0, 3))
    for command, purpose in short:
        rows.add_row(Text(command, style="bold cyan"), Text(purpose, style="dim"))
    out.print()
    if short:
        out.print(Padding(rows, (0, 0, 0, 2), expand=False))
    for command, purpose in lines:
        if (command, purpose) not in short:
            out.print(Text(f"\n  {purpose}:", style="dim"))
            out.print(Text(f"  {command}", style="bold cyan"), soft_wrap=True)  # a line to paste must stay one line
    out.print()


def show_total(report: dict[str, Any], doubts: Sequence[Doubt], out: Console) -> None:
    """Show the sum of the points, why something is undecided, and the commands that would settle it."""
    bonus = f" and {report['bonus_points']} bonus points" if report["bonus_points"] else ""
    total = f"{report['points']} of {report['max_points']} points{bonus}"
    say(total + (", provisional" if report["rerun"] or report["faults"] else ""), out, style="bold")
    for doubt in doubts:
        say(doubt.reason, out, style="yellow")
    commands = {doubt.command: doubt.purpose for doubt in doubts if doubt.command}
    if commands:
        show_next([*commands.items()], out)
    else:
        out.print()


def say(sentence: str, out: Console, style: str = "", *, above: bool = True) -> None:
    """Print one sentence as its own paragraph; without the empty line `above` it, it belongs to what stands there."""
    _paragraph(out, Text(printable(sentence), style=style), above=above)


def unbroken(line: str, out: Console, style: str = "") -> None:
    """Print one line as its own paragraph, however long it is: a path that is broken can't be pasted."""
    out.print()
    out.print(Text(f"  {printable(line)}", style=style), soft_wrap=True)


def indented(sentence: str, style: str = "") -> Padding:
    """Return a sentence for a list of lines: what doesn't fit begins the next line as far to the right."""
    return Padding(Text(sentence, style=style), (0, 0, 0, 2), expand=False)


def steps_grid() -> Table:
    """Make the table of steps: a mark, an id, a title."""
    rows = Table.grid(padding=(0, 1))
    rows.add_column(width=3, justify="right")
    rows.add_column(width=5)
    rows.add_column()
    return rows


def _labelled(width: int) -> Table:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(width=width, style="dim")
    rows.add_column(overflow="fold")
    return rows


def _remark(step: StepResult) -> str:
    if step.outcome is Outcome.SKIP:
        return f"   needs {step.because}"
    if step.outcome is Outcome.NOT_CHECKED:
        return f"   not checked: {step.note}"
    return f"   ({step.note})" if step.note else ""


def inline(sentence: str, style: str) -> Text:
    """Return a sentence in which `code` has its own colour and no backticks."""
    text = Text()
    for number, part in enumerate(printable(sentence).split("`")):
        text.append(part, style=f"{style} cyan" if number % 2 else style)
    return text


def _paragraph(out: Console, text: Text, *, above: bool = True) -> None:
    if above:
        out.print()
    out.print(Padding(text, (0, 0, 0, 2), expand=False))


def ends(left: Text, right: Text, width: int) -> Text:
    """Put one text at the left end of a line and another at its right end."""
    gap = max(2, width - left.cell_len - right.cell_len - 2)
    return left + Text(" " * gap) + right
