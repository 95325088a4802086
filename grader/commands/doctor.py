"""`kit doctor`: what this machine can and can't check."""

from __future__ import annotations

import click

from grader.results.results import ExitStatus


@click.command(short_help="Say what this machine can and can't check.")
def doctor() -> int:
    """Say what this machine can and can't check, and the remedy for each.

    \b
    Example:  kit doctor
    """
    from grader.report import terminal
    from grader.system import doctor as machine

    found = machine.examine()
    terminal.show_doctor(found, terminal.console())
    if any(one.needed and not one.fine for one in found):
        return ExitStatus.FAULT
    return ExitStatus.PASSED if all(one.fine for one in found) else ExitStatus.UNDECIDED
