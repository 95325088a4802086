"""The line with which a person starts a server as the kit did."""

from __future__ import annotations

import shlex
from pathlib import Path

from grader.project.config import Project
from grader.text.shell import SHOWN_PORT, command_line

ANYWHERE = Path("/tmp")  # noqa: S108 - only to be read


def start_line(project: Project, command: tuple[str, ...], zone: str | None = None, data: Path | None = None) -> str:
    """Write a command of a project as a line to paste, with the environment of a server.

    `zone` is the time zone, where it isn't UTC. `data` is the folder of data that exist; without one, the line names a
    folder that every machine has, and a project that lies in a place of its own is made anew.
    """
    place = data or ANYWHERE
    settings = {"TZ": zone} if zone is not None else {}
    settings |= {"PORT": str(SHOWN_PORT), "DATABASE_URL": project.database_url(place)}
    line = command_line(project.fill(command, SHOWN_PORT, place), **settings)
    if data is None or not project.way:
        return project.typed(line)
    there = f'cd {shlex.quote(str(project.folder))} && PATH="$PWD/.venv/bin:$PATH"'
    return f"( {there} && {line} )"
