"""`kit contract`: what the contract says about a clause, a stage or a step."""

from __future__ import annotations

import click

from grader import course
from grader.commands.completing import steps_and_stages
from grader.results.results import ExitStatus


@click.command(short_help="Show a part of the contract.")
@click.argument("words", nargs=-1, metavar="[CLAUSE|STAGE|STEP]", shell_complete=steps_and_stages)
def contract(words: tuple[str, ...]) -> int:
    """Show what the contract says: one clause, one stage, or what a stage promises for one step.

    Without an argument, kit names the clauses and the file.

    \b
    Example:  kit contract K6        kit contract 2        kit contract 2.3
    """
    from grader.learner import clauses
    from grader.report import terminal, terminal_text

    known = course.load()
    found = clauses.find(known, " ".join(words))
    out = terminal.console()
    terminal_text.show_markdown(found.text, out)
    terminal.unbroken(f"{found.path}, line {found.line}", out, style="dim")
    out.print()
    return ExitStatus.PASSED
