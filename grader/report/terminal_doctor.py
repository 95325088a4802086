"""What `kit doctor` found, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report.terminal import say
from grader.system.diagnosis import Diagnosis


def show_doctor(found: Sequence[Diagnosis], out: Console) -> None:
    """Show what the kit can check on this machine, and the remedies for what it can't."""
    rows = Table.grid(padding=(0, 2))
    for one in found:
        mark, style = ("✓", "green") if one.fine else ("✗", "bold red") if one.needed else ("–", "yellow")
        seen = Text(one.seen)
        if not one.fine:
            seen.append(f"\n{one.remedy}", style="cyan")
            if one.steps:
                seen.append(f"\nthese depend on it: {', '.join(one.steps)}", style="dim")
        rows.add_row(Text(mark, style=style), Text(one.name), seen)
    out.print()
    out.print(Padding(rows, (0, 0, 0, 2), expand=False))
    lacking = sum(not one.fine for one in found)
    say(
        "Everything can be checked here."
        if not lacking
        else f"{lacking} of {len(found)} are not as they should be."
        if any(one.needed and not one.fine for one in found)
        else "Every step can be checked here; what is marked – is for some commands only."
        if not any(one.steps for one in found if not one.fine)
        else "Most of the course can be checked here; what is marked – says which steps can't be, or take longer.",
        out,
    )
    out.print()
