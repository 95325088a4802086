"""`kit fuzz`: tests of the API beyond the scored checks."""

from __future__ import annotations

import click

from grader import course
from grader.commands.options import Whole, project_option, project_place
from grader.project import config
from grader.results.results import ExitStatus


@click.command(short_help="Test the API beyond the scored checks.")
@click.option("--examples", default=30, show_default=True, type=Whole(1, 1000), help="Requests per operation.")
@project_option
@click.pass_context
def fuzz(context: click.Context, examples: int, folder: str) -> int:
    """Start the service and send it requests that the description of its API allows or forbids. It is never scored.

    \b
    Example:  kit fuzz --examples 100
    """
    from grader.learner import fuzz as fuzzing

    found_nothing = fuzzing.fuzz(course.load(), config.read(project_place(context, folder)), examples=examples)
    return ExitStatus.PASSED if found_nothing else ExitStatus.FAILED
