"""`kit init`: the course's texts and notebooks in a folder, made or renewed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import __version__
from grader.commands.options import path_named
from grader.place import ROOT
from grader.results.results import ExitStatus

if TYPE_CHECKING:
    from rich.console import Console

    from grader.learner.course_folder import Renewal


@click.command(short_help="Lay the course out in a folder, or renew it.")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option("--anyway", is_flag=True, help="Do it although a newer kit has written what is there.")
def init(folder: str, anyway: bool) -> int:  # noqa: FBT001
    """Lay the course out in a new folder: the briefs, the contract and the notebooks. kit start makes your project.

    In a folder that kit init has made, it renews what a newer kit brings. A file that you changed stays as it is, and
    kit names it. Without a folder, it is this one.

    \b
    Example:  kit init ~/course && cd ~/course && kit start chat
    """
    from grader.learner import course_folder
    from grader.report import terminal
    from grader.text import shell

    place = Path.cwd() if folder == "." else path_named(folder)
    renewal = course_folder.lay_out(place, course_folder.contents(ROOT), __version__, anyway=anyway)
    out = terminal.console()
    if renewal.before is None:
        terminal.say(f"The course lies in {place}: its texts and its notebooks.", out)
        top = course_folder.repository_around(place)
        if top is not None:
            terminal.say(f"It is in the git repository {top}, whose git status will show these files.", out)
    else:
        _show_renewal(renewal, out)
    go = [] if place.resolve() == Path.cwd() else [(f"cd {shell.path_word(str(place))}", "go there")]
    if not any(place.glob("*/service.toml")):
        go.append(("kit start chat && cd chat", "make your project, and go there"))
    go.append(("less exercises/README.md", "read the map of the course"))
    terminal.show_next(go, out)
    return ExitStatus.PASSED


def _show_renewal(renewal: Renewal, out: Console) -> None:
    """Say what is new in a course folder that was there before, and what stays the learner's."""
    from grader.report import terminal

    before = renewal.before
    done = [("new", renewal.made), ("renewed", renewal.renewed), ("removed", renewal.removed)]
    counts = ", ".join(f"{len(names)} {word}" for word, names in done if names)
    since = f" now, before it was that of kit {before.kit}" if before and before.kit not in {"", __version__} else ""
    terminal.say(f"The course here is that of kit {__version__}{since}. Files: {counts or 'none to renew'}.", out)
    if before and not before.readable:
        terminal.say(".course.json could not be read. So every file that differs from the course's is yours.", out)
    for name in renewal.kept:
        terminal.say(f"Kept as you have it: {name}", out)
    if renewal.kept:
        terminal.say("To have the course's, give yours another name, and type kit init again.", out)
