"""Running a learner's service for the learner: on a known port, with data that stays, until Ctrl-C."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.errors import ProjectError, UsageError
from grader.project import environment
from grader.project.config import Project
from grader.project.state import FOLDER, SECRETS, ProjectState
from grader.system import foreground, startable, time_zones
from grader.system.ports import LOOPBACK, is_free
from grader.system.process import how_it_ended
from grader.text.values import printable

UTC = "UTC"


@dataclass(frozen=True)
class Settings:
    """The variables of a server beside its port and database, and how the learner sees them: without the secrets."""

    environment: Mapping[str, str]
    shown: Mapping[str, str]


def settings(state: ProjectState, port: int, zone: str = UTC) -> Settings:
    """Return the settings with the public URL, the secrets that the kit keeps, and the time zone.

    A variable of the learner's shell wins over the kit's value, even when it is empty. The shell's zone doesn't count.
    """
    kept = state.make_credentials()
    ours = kept.environment(f"http://{LOOPBACK}:{port}")
    theirs = {name: os.environ[name] for name in ours if name in os.environ}
    secrets = [
        f"{name} from your shell" if name in theirs else f"{name} from {FOLDER}/{SECRETS}" for name in kept.by_name
    ]
    if not theirs.keys() & kept.by_name.keys():
        secrets = [f"in {FOLDER}/{SECRETS}, for the webhooks of stage 3"]
    public = theirs["PUBLIC_URL"] + " from your shell" if "PUBLIC_URL" in theirs else ours["PUBLIC_URL"]
    other = {"TZ": zone} if zone != UTC else {}
    return Settings(ours | theirs | other, {"PUBLIC_URL": public, "secrets": ", ".join(secrets)} | other)


def announce(url: str, shown: Mapping[str, str], out: Console) -> None:
    """Print the URL of a server, and its settings."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim")
    rows.add_column(overflow="fold")
    for name, value in shown.items():
        rows.add_row(name, Text(printable(value)))
    out.print()
    out.print(Text.assemble("  ", (url, "bold cyan"), "   Ctrl-C ends it; after a change, start it again."))
    out.print()
    out.print(Padding(rows, (0, 0, 0, 2), expand=False))
    out.print()


def confirm_free(port: int) -> None:
    """Raise UsageError when another program listens on a port."""
    if not is_free(port):
        raise UsageError(f"Port {port} is taken by another program; choose another: kit serve --port {port + 1}")


def confirm_known(zone: str) -> None:
    """Raise UsageError for a time zone that this machine doesn't know; a program would take UTC for it, silently."""
    if zone != UTC and not time_zones.is_known(zone):
        raise UsageError(f'This machine knows no time zone "{zone}"; one that it may know is Asia/Kolkata.')


def confirm_programs(project: Project, port: int, data: Path) -> None:
    """Raise ProjectError where the server or its `migrate` is no program. `migrate` may make a server with a path."""
    env = environment.for_server(project, port=port, data=data)
    first, *later = [project.fill(argv, port, data) for argv in (project.migrate, project.server) if argv]
    for argv in [first, *(one for one in later if "/" not in one[0])]:
        startable.confirm(argv, project.folder, env)


def serve(project: Project, *, port: int, data: Path, more: Mapping[str, str] | None = None) -> int | None:
    """Run `migrate` and the server in the foreground. Return the exit code of a server that ended by itself, else None.

    `more` is added to the environment of both. On Ctrl-C, SIGTERM or the end of the terminal, the kit sends SIGTERM to
    the running process. After at most ten seconds, it kills the process group.
    """
    confirm_free(port)
    foreground.hear_ends()
    env = environment.for_server(project, port=port, data=data, more=more)
    if project.migrate:
        code = foreground.run(project.fill(project.migrate, port, data), project.folder, env)
        if code is None:
            return None
        if code:
            raise ProjectError(f"migrate ended with {how_it_ended(code)}.")
    return foreground.run(project.fill(project.server, port, data), project.folder, env)
