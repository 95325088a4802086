"""`kit doctor`: what the kit can and can't check on this machine."""

from __future__ import annotations

import click

from grader.results.results import ExitStatus


@click.command(short_help="Show what kit can and can't check on this machine.")
def doctor() -> int:
    """Show what kit can and can't check on this machine, with a remedy and the steps concerned for each thing.

    The exit status is 0 when every step can be checked, and 4 when some can't.

    \b
    Example:  kit doctor
    """
    from grader.report import terminal, terminal_doctor
    from grader.system import doctor as machine

    found = machine.examine()
    terminal_doctor.show_doctor(found, terminal.console())
    if any(one.needed and not one.fine for one in found):
        return ExitStatus.FAULT
    return ExitStatus.UNDECIDED if any(one.steps and not one.fine for one in found) else ExitStatus.PASSED
