"""`kit doctor`: what the kit can and can't check on this machine."""

from __future__ import annotations

import click

from grader.results.results import ExitStatus


@click.command(short_help="Show what kit can and can't check on this machine.")
def doctor() -> int:
    """Show what kit can and can't check on this machine, and a remedy for each thing that it can't.

    \b
    Example:  kit doctor
    """
    from grader.report import terminal, terminal_doctor
    from grader.system import doctor as machine

    found = machine.examine()
    terminal_doctor.show_doctor(found, terminal.console())
    if any(one.needed and not one.fine for one in found):
        return ExitStatus.FAULT
    return ExitStatus.PASSED if all(one.fine for one in found) else ExitStatus.UNDECIDED
