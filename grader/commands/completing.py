"""What the Tab key completes behind a command: steps and stages, with their titles where the shell shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from grader import course
from grader.errors import KitError
from grader.project import config

Items = list[CompletionItem]
Completing = Callable[[click.Context, click.Parameter, str], Items]


def steps(_context: click.Context, _parameter: click.Parameter, begun: str) -> Items:
    """Complete a step."""
    return _fitting([(step.id, step.title) for step in course.load().steps], begun)


def steps_and_stages(_context: click.Context, _parameter: click.Parameter, begun: str) -> Items:
    """Complete stages until something is typed, and then steps, too."""
    known = course.load()
    stages = [(stage.id.lstrip("0"), f"{stage.title}, the whole stage") for stage in known.stages]
    return _fitting([*stages, *((step.id, step.title) for step in known.steps)] if begun else stages, begun)


def recorded(context: click.Context, _parameter: click.Parameter, begun: str) -> Items:
    """Complete a step of which `kit reset` knows a state of the files."""
    from grader.project.states import States

    folder = context.params.get("folder") or "."
    try:
        known = set(States(config.find(Path(folder).expanduser())).steps())
    except (KitError, OSError):
        return []
    return _fitting([(step.id, step.title) for step in course.load().steps if step.id in known], begun)


def step_argument(complete: Completing = steps) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Make the argument `STEP`, which may be left out, and which the Tab key completes."""
    return click.argument("step", required=False, metavar="[STEP]", shell_complete=complete)


def _fitting(items: list[tuple[str, str]], begun: str) -> Items:
    return [CompletionItem(value, help=title) for value, title in items if value.startswith(begun)]
