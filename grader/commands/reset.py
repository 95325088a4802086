"""`kit reset`: the project's files as they were when a step passed."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import click

from grader import course
from grader.commands.completing import recorded, step_argument
from grader.commands.options import Whole, project_option, project_place
from grader.errors import UsageError
from grader.project import git_program
from grader.project.states import Changes, State, States
from grader.results.results import ExitStatus

UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
}


@click.command(short_help="Bring back the files with which a step passed.")
@step_argument(recorded)
@click.option(
    "--back",
    is_flag=False,
    flag_value=1,
    type=Whole(1),
    metavar="[N]",
    help="Undo the last reset, or the Nth last.",
)
@project_option
@click.pass_context
def reset(context: click.Context, step: str | None, back: int | None, folder: str) -> int:
    """Bring the project's files back to the state in which a step passed.

    kit records the files when a step passes for the first time. Before it changes any, it keeps the present ones, and
    kit reset --back brings those back. It changes files only: your branch, your commits and what you have staged stay.
    It leaves what git ignores and files above 1 MiB as they are.

    \b
    Example:  kit reset 1.3        kit reset --back
    """
    place = project_place(context, folder)
    from grader.report import terminal

    states = States(place)
    if (step is None) == (back is None):
        raise UsageError(_what_there_is(states))
    _confirm_nothing_unfinished(place)
    state = _state_of_step(states, step) if step else _state_before(states, back or 1)
    then = f"when {step} passed" if step else f"before a reset, {_moment(state)}"
    done = states.bring_back(state)
    out = terminal.console()
    if done is None:
        terminal.say(f"Your files are as they were {then}; there is nothing to bring back.", out)
        return ExitStatus.PASSED
    terminal.say(f"Your files are as they were {then}: {_told(done)}.", out)
    if done.kept:
        terminal.say(f"Left as they are, because kit has no copy of them: {_listed(done.kept)}.", out, style="yellow")
    lines = [("kit reset --back", "bring back what you had just now")]
    terminal.show_next([*lines, (f"kit check {step}" if step else "kit check", "see what passes")], out)
    return ExitStatus.PASSED


def _state_of_step(states: States, word: str) -> State:
    step = course.load().find_step(word)
    state = states.of_step(step.id)
    if state is None:
        raise UsageError(f"Of {step.id}, no state is recorded. {_what_there_is(states)}")
    return state


def _state_before(states: States, number: int) -> State:
    known = states.before_resets()
    if number > len(known):
        raise UsageError(f"There is no state from before a reset to go back to; kit knows {len(known)} of them.")
    return known[number - 1]


def _what_there_is(states: States) -> str:
    steps = states.steps()
    if not steps:
        return "kit records your files when a step passes; so far it has recorded none. Type: kit check"
    return f"Name a step to go back to, such as: kit reset {steps[-1]}   Recorded are {_listed(steps)}."


def _confirm_nothing_unfinished(place: Path) -> None:
    """Raise UsageError in the middle of a merge: files that change under it would be taken for its result."""
    found = git_program.run(place, "rev-parse", "--absolute-git-dir") if shutil.which("git") else None
    if found is None or found.returncode:
        return
    folder = Path(os.fsdecode(found.stdout.removesuffix(b"\n")))
    for name, what in UNFINISHED.items():
        if (folder / name).exists():
            raise UsageError(f"A {what} of git is unfinished here. End it first: git {what} --continue (or --abort)")


def _told(done: Changes) -> str:
    parts = [("brought back", done.written), ("removed", done.removed)]
    return "; ".join(f"{what} {_listed(paths)}" for what, paths in parts if paths) or "nothing could be changed"


def _listed(words: list[str]) -> str:
    return ", ".join(words) if len(words) <= 12 else f"{', '.join(words[:12])} and {len(words) - 12} more"


def _moment(state: State) -> str:
    return datetime.fromtimestamp(state.kept_at).astimezone().strftime("%Y-%m-%d %H:%M")
