"""What several commands have in common: where the project lies, and the port that its service listens on."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from grader.errors import UsageError
from grader.project import config

SERVE_PORT = 5000

Command = TypeVar("Command", bound=Callable[..., Any])

project_option = click.option(
    "--project", "folder", default=".", metavar="DIR", help="The project's folder; this folder unless given."
)


def port_option(purpose: str) -> Callable[[Command], Command]:
    """Make the option for the port, which says what it is for."""
    return click.option("--port", default=SERVE_PORT, show_default=True, type=click.IntRange(1, 65535), help=purpose)


def place(context: click.Context, folder: str) -> Path:
    """Find the folder that was named, whether before or behind the command."""
    before = context.obj if isinstance(context.obj, str) else "."
    return config.find(Path(folder if folder != "." else before).expanduser())


def project_place(context: click.Context, folder: str) -> Path:
    """Find the project's folder; raises UsageError where is neither a service.toml nor a repository for one."""
    found = place(context, folder)
    if not any(os.path.lexists(found / name) for name in (config.FILE, ".git")):
        above = next((place for place in found.parents if (place / config.FILE).exists()), None)
        raise UsageError(
            f"The project lies further up; type: cd {shlex.quote(str(above))}"
            if above
            else f'There is no project in "{found}", as it has no {config.FILE}; start one with: kit start ~/chat'
        )
    return found
