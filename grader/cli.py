"""The command `kit`, with the names of its commands. Each command is a module of `grader.commands`."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from grader import __version__, course
from grader.commands.options import Invocation, project_option
from grader.errors import UsageError
from grader.project import config
from grader.results.results import ExitStatus

WORDS = {
    "brief": "brief",
    "capacity": "capacity",
    "check": "check",
    "completion": "completion",
    "contract": "contract",
    "doctor": "doctor",
    "fuzz": "fuzz",
    "grade": "grade",
    "hint": "hint",
    "init": "init",
    "intervene": "intervene",
    "load": "load",
    "next": "next_stage",
    "notebook": "notebook",
    "phone": "phone",
    "profile": "profile",
    "reset": "reset",
    "serve": "serve",
    "slack": "slack",
    "solution": "solution",
    "start": "start",
    "watch": "watch",
    "worksheet": "worksheet",
}
"""The function of each command. The name of the command is also the name of the function's module."""


class Commands(click.Group):
    """The group of all commands. It imports a command only when it is used, so that `kit` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - they are always the same
        return list(WORDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in WORDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"grader.commands.{cmd_name}"), WORDS[cmd_name])
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `kit help COMMAND` as `kit COMMAND --help`. `help` is no command, so no list has it."""
        return super().parse_args(ctx, [*args[1:], "--help"] if args[:1] == ["help"] else args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed. For a wrong word, the error names a command with a similar name."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=WORDS, ctx=ctx) from None


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kit", message="%(prog)s %(version)s")
@click.option("--all", "every", is_flag=True, help="Without a command: show every step of every stage.")
@project_option
@click.pass_context
def cli(context: click.Context, every: bool, folder: str) -> int:  # noqa: FBT001
    """Build one small chat service, step by step. kit checks it from outside.

    Without a command, kit shows where you are and what comes next; with --all, every step.

    \b
    Example:  kit start ~/chat && cd ~/chat && kit check
    """
    context.obj = Invocation(folder, context.obj)
    if context.invoked_subcommand is not None:
        if every:
            raise UsageError(f"kit --all is a command of its own. Perhaps you mean: kit {context.invoked_subcommand}")
        return ExitStatus.PASSED
    from grader.learner import overview
    from grader.report import terminal

    overview.show(course.load(), config.find(Path(folder)), terminal.console(), every=every)
    return ExitStatus.PASSED
