"""`kit check`: the check of the project's steps, up to the first thing to fix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from grader import course
from grader.commands.completing import steps_and_stages
from grader.commands.options import project_option, project_place, seed_option, verbose_option
from grader.course import Course, Step
from grader.errors import UsageError
from grader.harness.load_level import LoadLevel
from grader.project.state import ProjectState, passed
from grader.results.results import Outcome
from grader.results.scoring import exit_status

if TYPE_CHECKING:
    from rich.console import Console

    from grader.learner.ends import End


@click.command()
@click.argument("what", required=False, metavar="[STAGE|STEP]", shell_complete=steps_and_stages)
@click.option("--all", "every", is_flag=True, help="Check every step of the course again, whatever passed or failed.")
@project_option
@seed_option
@click.option("--hold", is_flag=True, help="Stop at the first failure, and keep its servers running until Enter.")
@click.option(
    "--load",
    type=click.Choice([level.value for level in LoadLevel]),
    default=LoadLevel.QUICK.value,
    show_default=True,
    help="How much load steps of stage 4 put on the service.",
)
@click.option("--only", metavar="NAME", default="", help="With a step: run only its check function of this name.")
@verbose_option
@click.pass_context
def check(  # noqa: PLR0917 - one parameter for each argument and option
    context: click.Context,
    what: str | None,
    every: bool,  # noqa: FBT001
    folder: str,
    seed: int | None,
    hold: bool,  # noqa: FBT001
    load: str,
    only: str,
    verbose: bool,  # noqa: FBT001
) -> int:
    """Check the project, up to the first thing to fix.

    Without an argument, kit checks all steps in order, up to the first one that doesn't pass. With a stage, it checks
    the whole stage. With a step, it checks that step. If these need other steps that passed before, kit checks the
    others again only when they may explain a failure.

    With --all, kit checks every step, also beyond the first that doesn't pass, and believes nothing that it remembers.

    With --hold, the servers that a failed check used stay up while you look at them: your server with its data, or the
    scripted server for your client. With --only, which is for authors of checks, kit doesn't keep the result.

    With --load full, the steps of stage 4 measure as long as those of kit grade --load full. With --load none, kit
    leaves out the steps that need load.

    \b
    Example:  kit check        kit check 1        kit check 1.3        kit check 2.10 --hold
    """
    place = project_place(context, folder)
    known_course = course.load()
    if every and (what or only):
        raise UsageError("--all checks every step; leave the step or the stage out: kit check --all")
    chosen = known_course.find(what) if what else known_course.steps
    if only:
        _confirm_name(known_course, chosen, only)
    steps = chosen if only else known_course.with_needs(chosen)
    before = ProjectState(place).report()
    known = passed(before) - {step.id for step in chosen}
    from grader.report.progress import Progress
    from grader.session import runner

    def begin() -> None:
        progress.begin()
        from grader.learner import ends, next_steps  # noqa: F401 - imported while the project starts anyway

    with Progress(shows_steps=True) as progress:
        found = runner.run(
            known_course,
            place,
            steps,
            stop=(what is None and not every) or hold,
            brief=True,
            seed=seed,
            load=load,
            known=known,
            only=only,
            session=context.obj.session,
            listener=progress.heard,
            decided=progress.decided,
            moment=progress.moment,
            hold=progress.hold if hold else None,
            meanwhile=begin,
        )
    from grader.learner import ends, next_steps
    from grader.report import terminal, terminal_steps

    rows = progress.rows or terminal_steps.Rows(terminal.console())
    out = rows.out
    beyond = len(steps) - sum(len(stage.steps) for stage in found.stages)
    rows.finish(found.stages, max(beyond, 0))
    terminal.show_rest(found, out, verbose=verbose)
    if not only:
        if said := next_steps.remember(place, found):
            terminal.say(said, out, style="yellow")
        if tag := next_steps.tag(known_course, place, found, chosen):
            terminal.say(f"This commit has the tag {tag} now, so that the state can be found again.", out)
        elif found.problem is None and (tag := next_steps.missing_tag(known_course, place, found)):
            terminal.say(next_steps.why_not_tagged(place, tag), out)
        end = ends.reached(known_course, place, found, before, ProjectState(place).report())
        if end is not None:
            _show_end(known_course, end, out)
        lines = next_steps.next_lines(known_course, found, chosen, ProjectState(place).report())
        if end is not None:
            lines = [*end.lines, *(lines if found.problem else [])]
        terminal.show_next(lines, out)
    return exit_status(found.stages, [Outcome.ERROR] if found.faults else [])


def _show_end(known: Course, end: End, out: Console) -> None:
    from grader.report import terminal_course

    if end.following is None:
        sums = (end.points, end.bonus_points, end.max_bonus)
        terminal_course.show_end_of_course(known.stages, sums, end.bonus_left, out)
    else:
        terminal_course.show_end_of_stage(end.stage, end.points, end.bonus_left, out)


def _confirm_name(known: Course, chosen: Sequence[Step], name: str) -> None:
    """Raise UsageError unless exactly one step is chosen, and it has a check function of this name."""
    if len(chosen) != 1:
        raise UsageError("--only names a check of one step; name the step before it: kit check 2.3 --only NAME")
    text = known.check_file(chosen[0]).read_text("utf-8")
    names = re.findall(r"(?m)^def (test_\w+)", text)
    if name.partition("[")[0] not in names:
        raise UsageError(f'Step {chosen[0].id} has no check "{name}". It has: {", ".join(names)}.')
