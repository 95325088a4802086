"""The words that people type, and the exit statuses they get; everything else happens elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from grader import __version__, course
from grader.commands.options import port_option, project_option, project_place as _place
from grader.errors import UsageError
from grader.interactive import launch
from grader.project import config
from grader.project.state import ProjectState, passed
from grader.results.results import ExitStatus, Outcome, exit_status
from grader.session import runner

verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Show all that was printed, and the kit's own faults."
)
seed_option = click.option("--seed", type=int, metavar="N", help="Repeat what a report's seed drew at random.")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kit", message="%(prog)s %(version)s")
@project_option
@click.pass_context
def cli(context: click.Context, folder: str) -> int:
    """Build one small chat service, step by step; kit checks it from outside.

    Alone, kit shows where you are and what comes next.

    \b
    Example:  kit start ~/chat && cd ~/chat && kit check
    """
    context.obj = folder
    if context.invoked_subcommand is not None:
        return ExitStatus.PASSED
    from grader.learner import overview
    from grader.report import terminal

    out = terminal.console()
    place = config.find(Path(folder))
    overview.show(place, ProjectState(place).report(), out)
    return ExitStatus.PASSED


@cli.command(short_help="Make a new project in a folder.")
@click.argument("words", nargs=-1, required=True, metavar="[STAGE] DIR")
def start(words: tuple[str, ...]) -> int:
    """Make a new project in a folder, for stage 01 unless another is named before it.

    \b
    Example:  kit start ~/chat
    """
    from grader.learner import scaffold
    from grader.report import terminal

    if len(words) > 2:
        raise UsageError("kit start takes a folder, and before it a stage at most.")
    stage = course.find_stage(words[0]) if len(words) == 2 else course.stages()[0]
    folder = Path(words[-1]).expanduser()
    scaffold.start(stage, folder)
    out = terminal.console()
    terminal.say(f"A project for stage {stage.id}, {stage.title}, lies in {folder}.", out)
    brief = stage.folder / "README.md"
    steps = [
        (f"cd {folder}", "go there"),
        ("kit check", "see the first thing to do"),
        (f"less {brief}", "read the brief"),
    ]
    if not scaffold.has_identity(folder):
        steps += [
            ("git config --global user.name NAME", "your name, for your commits"),
            ("git config --global user.email NAME@localhost", "your address, or any"),
        ]
    terminal.show_next(steps, out)
    return ExitStatus.PASSED


@cli.command(name="next", short_help="Add the next stage's new files.")
@project_option
@click.pass_context
def next_stage(context: click.Context, folder: str) -> int:
    """Copy the next stage's new files into the project; none that exists is touched.

    \b
    Example:  kit next
    """
    from grader.learner import scaffold
    from grader.report import terminal

    place = _place(context, folder)
    stage, copied = scaffold.advance(place)
    out = terminal.console()
    terminal.say(f"Stage {stage.id}, {stage.title}. New here: {', '.join(map(str, copied))}.", out)
    if left := scaffold.unfinished(stage, passed(ProjectState(place).report())):
        terminal.say(f"Not passed yet: {', '.join(left)}. kit check shows the first thing to do there.", out)
    lines = [
        (f"less {stage.folder / 'README.md'}", "read the brief"),
        (f"kit check {stage.steps[0].id}", stage.steps[0].title),
    ]
    terminal.show_next(lines, out)
    return ExitStatus.PASSED


@cli.command()
@click.argument("what", required=False, metavar="[STAGE|STEP]")
@project_option
@seed_option
@click.option("--hold", is_flag=True, help="Stop at the first failure, and leave all of it running until Enter.")
@verbose_option
@click.pass_context
def check(  # noqa: PLR0917 - one parameter for each word that people may type
    context: click.Context,
    what: str | None,
    folder: str,
    seed: int | None,
    hold: bool,  # noqa: FBT001
    verbose: bool,  # noqa: FBT001
) -> int:
    """Check the project, up to the first thing to fix.

    Without an argument: all steps in order, up to the first that doesn't pass. With a stage: the whole stage. With
    a step: that step. What they need and what passed before is only checked again where it may explain a failure.
    With --hold, what a failed check used stays up while you look at it: your server with its data, or the scripted
    server that your client was to ask.

    \b
    Example:  kit check        kit check 1        kit check 1.3        kit check 2.10 --hold
    """
    place = _place(context, folder)
    chosen = course.find(what) if what else course.all_steps()
    steps = course.with_needs(chosen)
    known = passed(ProjectState(place).report()) - {step.id for step in chosen}
    from grader.report.progress import Progress

    with Progress() as progress:
        findings = runner.run(
            place,
            steps,
            stop=what is None or hold,
            seed=seed,
            known=known,
            listener=progress.heard,
            hold=progress.hold if hold else None,
            meanwhile=progress.begin,
        )
    from grader.learner import next_steps
    from grader.report import terminal

    out = terminal.console()
    beyond = len(steps) - sum(len(stage.steps) for stage in findings.stages)
    terminal.show(findings, out, beyond=max(beyond, 0), verbose=verbose)
    next_steps.remember(place, findings)
    if tag := next_steps.tag(place, findings):
        terminal.say(f"This commit has the tag {tag} now, so that the state can be found again.", out)
    elif tag := next_steps.missing_tag(place, findings):
        terminal.say(f"Not tagged {tag}, which a later step starts from: commit first, then check again.", out)
    terminal.show_next(next_steps.next_lines(findings, chosen), out)
    return _status(findings)


@cli.command(short_help="Show the next hint for a step.")
@click.argument("step", required=False)
@project_option
@click.pass_context
def hint(context: click.Context, step: str | None, folder: str) -> int:
    """Show the next hint for a step; for the one you are at unless you name it.

    Each call shows one more. The first says where to look, the last almost what to do.

    \b
    Example:  kit hint 1.3
    """
    place = _place(context, folder)
    from grader.learner import next_steps
    from grader.report import terminal

    memory = ProjectState(place)
    chosen = course.find_step(step) if step else next_steps.current_step(memory.report())
    level = min(memory.hints_read(chosen.id) + 1, len(chosen.hints))
    memory.keep_hints_read(chosen.id, level)
    terminal.show_hints(chosen, level, terminal.console())
    return ExitStatus.PASSED


@cli.command(short_help="Run the project's server as the checks do.")
@port_option("The port to listen on.")
@project_option
@click.pass_context
def serve(context: click.Context, port: int, folder: str) -> int:
    """Run the project's server as the checks do, on a known port, until Ctrl-C.

    Its database lies in .kit/data/ and stays. What your shell sets of PUBLIC_URL, TWILIO_AUTH_TOKEN and
    SLACK_SIGNING_SECRET wins over what kit would set.

    \b
    Example:  kit serve --port 5001
    """
    from grader.learner import serve as serving
    from grader.report import terminal

    place = _place(context, folder)
    project = config.read(place)
    memory = ProjectState(place)
    serving.confirm_free(port)
    data, settings = memory.data(), serving.settings(memory, port)
    serving.announce(
        f"http://127.0.0.1:{port}/",
        {"DATABASE_URL": project.database_url(data), **settings.shown},
        terminal.console(stderr=True),
    )
    code = serving.serve(project, port=port, data=data, more=settings.environment)
    return ExitStatus.PASSED if code == 0 else ExitStatus.FAILED


cli.add_command(launch.phone)
cli.add_command(launch.slack)


@cli.command(short_help="Try the API beyond what is scored.")
@click.option("--examples", default=30, show_default=True, type=click.IntRange(1, 1000), help="Requests per operation.")
@project_option
@click.pass_context
def fuzz(context: click.Context, examples: int, folder: str) -> int:
    """Send the running service whatever its API's description allows and forbids; never scored.

    \b
    Example:  kit fuzz --examples 100
    """
    from grader.learner import fuzz as fuzzing

    found_nothing = fuzzing.fuzz(config.read(_place(context, folder)), examples=examples)
    return ExitStatus.PASSED if found_nothing else ExitStatus.FAILED


@cli.command(short_help="Grade one project, or a whole class.")
@click.argument("folders", nargs=-1, required=True, metavar="PROJECT...")
@click.option("--stages", metavar="2 or 1-4", help="The stages to grade; all there are unless given.")
@click.option(
    "--load",
    type=click.Choice(["none", "quick", "full"]),
    default="quick",
    show_default=True,
    help="How long to load it.",
)
@click.option("--json", "json_file", metavar="FILE", help="Write the report of one project to this file.")
@click.option("--report", "report_folder", metavar="DIR", help="Write every face of the report into this folder.")
@seed_option
@verbose_option
def grade(  # noqa: PLR0917 - one parameter for each word that people may type
    folders: tuple[str, ...],
    stages: str | None,
    load: str,
    json_file: str | None,
    report_folder: str | None,
    seed: int | None,
    verbose: bool,  # noqa: FBT001
) -> int:
    """Grade one project, or several one after the other, and write the report.

    Several projects get a table, and a file grades.csv in the report's folder (report/ unless given).
    One that can't be graded doesn't stop the others.

    \b
    Example:  kit grade .                kit grade class/* --report results
    """
    from grader.commands import grade as grading

    chosen = course.stages_between(stages) if stages else course.stages()
    steps = tuple(step for stage in chosen for step in stage.steps)
    if json_file and len(folders) > 1:
        raise UsageError("--json takes the report of one project; with several, use --report DIR.")
    request = grading.Request(steps, load, seed, Path(report_folder) if report_folder else None, verbose)
    if len(folders) == 1:
        return grading.grade_one(Path(folders[0]), request, Path(json_file) if json_file else None)
    return grading.grade_several([Path(folder) for folder in folders], request)


@cli.command(short_help="Say what this machine can and can't check.")
def doctor() -> int:
    """Say what this machine can and can't check, and the remedy for each.

    \b
    Example:  kit doctor
    """
    from grader.report import terminal
    from grader.system import doctor as looking

    found = looking.examine()
    terminal.show_doctor(found, terminal.console())
    if any(one.needed and not one.fine for one in found):
        return ExitStatus.FAULT
    return ExitStatus.PASSED if all(one.fine for one in found) else ExitStatus.UNDECIDED


def _status(findings: runner.RunResult) -> ExitStatus:
    extra = [Outcome.ERROR] if findings.faults else []
    return exit_status(findings.stages, extra)
