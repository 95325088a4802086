"""`kit start`: a new project in a folder."""

from __future__ import annotations

import shlex

import click

from grader import course
from grader.commands.options import path_named
from grader.errors import UsageError
from grader.results.results import ExitStatus


@click.command(short_help="Make a new project in a folder.")
@click.argument("words", nargs=-1, required=True, metavar="[STAGE] DIR")
@click.option("--bare", is_flag=True, help="Leave out the code in Python: for another language or framework.")
def start(words: tuple[str, ...], bare: bool) -> int:  # noqa: FBT001
    """Make a new project in a folder. It is for stage 01, unless you name another stage before the folder.

    With --bare, the project has no code: service.toml names the programs that you write, in any language.

    \b
    Example:  kit start ~/chat        kit start --bare ~/chat
    """
    from grader.learner import course_folder, scaffold
    from grader.report import terminal
    from grader.text import shell

    if len(words) > 2:
        raise UsageError("kit start takes a folder, and before it a stage at most.")
    known = course.load()
    stage = known.find_stage(words[0]) if len(words) == 2 else known.stages[0]
    folder = path_named(words[-1])
    scaffold.start(stage, folder, bare=[one for one in known.stages if one.id <= stage.id] if bare else ())
    out = terminal.console()
    terminal.say(f"A project for stage {stage.id}, {stage.title}, lies in {folder}.", out)
    brief = course_folder.text_near(folder, stage.folder / "README.md")
    steps = [
        (f"cd {shell.path_word(str(folder))}", "go there"),
        ("kit watch", "see what to do, and what each save brings"),
        ("kit check", "the same, once"),
        (f"less {shlex.quote(brief)}", "read the brief"),
    ]
    if not scaffold.has_identity(folder):
        steps += [
            ("git config --global user.name NAME", "your name, for your commits"),
            ("git config --global user.email NAME@localhost", "your address, or any"),
        ]
    terminal.show_next(steps, out)
    return ExitStatus.PASSED
