"""The options that several commands have in common, and the search for the project's folder."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from grader.errors import UsageError
from grader.project import config, handed_in
from grader.text.shell import SERVE_PORT

if TYPE_CHECKING:
    from grader.session.process import Session

Command = TypeVar("Command", bound=Callable[..., Any])


class _Limited:
    """What a number between limits has in common: the error says in one sentence what is needed."""

    min: Any
    max: Any
    fail: Callable[..., NoReturn]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)  # type: ignore[misc]
        except click.BadParameter:
            kind = "whole number" if isinstance(self, click.IntRange) else "number"
            limits = f"from {self.min} up" if self.max is None else f"from {self.min} to {self.max}"
            self.fail(f"a {kind} {limits} is needed, not {str(value)!r}.", param, ctx)


class Whole(_Limited, click.IntRange):
    """A whole number between two limits."""


class Number(_Limited, click.FloatRange):
    """A number between two limits."""


project_option = click.option(
    "--project", "folder", default=".", metavar="DIR", help="The project's folder; this folder unless given."
)


verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Show all that was printed, and details of the kit's own faults."
)
seed_option = click.option("--seed", type=int, metavar="N", help="Draw the random values of the report with this seed.")
page_option = click.option(
    "--report", "report_folder", metavar="DIR", help="Write a page with pictures of what was measured into this folder."
)
repeat_option = click.option(
    "--repeat", metavar="N", default=1, type=Whole(1, 100), help="Deliver the same event N times."
)


@dataclass
class Invocation:
    """What the kit knows before a command runs: the folder given before it, and the process started for its checks."""

    folder: str = "."
    session: Session | None = None


def port_option(purpose: str) -> Callable[[Command], Command]:
    """Make the option `--port`, with its purpose as the help text."""
    return click.option("--port", default=SERVE_PORT, show_default=True, type=Whole(1, 65535), help=purpose)


def place(context: click.Context, folder: str) -> Path:
    """Find the folder that `--project` names, before or behind the command."""
    return config.find(path_named(folder if folder != "." else context.obj.folder))


def path_named(word: str) -> Path:
    """Read a path that a person typed, with `~` or `~name` for a home; raises UsageError where nobody has that home."""
    try:
        return Path(word).expanduser()
    except RuntimeError:
        home = word.partition("/")[0]
        raise UsageError(f'There is no home "{home}", so "{word}" leads nowhere; write the path without ~.') from None


def project_place(context: click.Context, folder: str) -> Path:
    """Find the project's folder; raises UsageError when it has neither a service.toml nor a git repository.

    The folder of the course is none, though it may be a git repository.
    """
    found = place(context, folder)
    handed_in.confirm_not_course(found)
    if not any(os.path.lexists(found / name) for name in (config.FILE, ".git")):
        above = next((place for place in found.parents if (place / config.FILE).exists()), None)
        raise UsageError(
            f"The project lies further up; type: cd {shlex.quote(str(above))}"
            if above
            else f'There is no project in "{found}", as it has no {config.FILE}; start one with: kit start ~/chat'
        )
    return found
