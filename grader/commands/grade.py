"""`kit grade`: the grading of one finished project, or of several one after the other, with their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from grader import course
from grader.commands.options import seed_option, verbose_option
from grader.course import Course, Step
from grader.errors import KitError, UsageError
from grader.project import config
from grader.report.progress import Progress
from grader.results.results import ExitStatus, Outcome, RunResult
from grader.results.scoring import exit_status
from grader.session import runner

WORST_FIRST = (ExitStatus.FAULT, ExitStatus.USAGE, ExitStatus.FAILED, ExitStatus.UNDECIDED, ExitStatus.PASSED)
SEVERAL = Path("report")
"""The folder for the reports of several projects, unless `--report` names another."""


@click.command(short_help="Grade one project, or a whole class.")
@click.argument("folders", nargs=-1, required=True, metavar="PROJECT...")
@click.option("--stages", metavar="2 or 1-4", help="The stages to grade; all stages unless given.")
@click.option(
    "--load",
    type=click.Choice(["none", "quick", "full"]),
    default="quick",
    show_default=True,
    help="How long kit puts the service under load.",
)
@click.option("--setup", is_flag=True, help="Run the project's setup first, in a copy of the folder.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report of one project to this file.")
@click.option("--report", "report_folder", metavar="DIR", help="Write all files of the report into this folder.")
@seed_option
@verbose_option
def grade(  # noqa: PLR0917 - one parameter for each argument and option
    folders: tuple[str, ...],
    stages: str | None,
    load: str,
    setup: bool,  # noqa: FBT001
    json_file: str | None,
    report_folder: str | None,
    seed: int | None,
    verbose: bool,  # noqa: FBT001
) -> int:
    """Grade one project, or several one after the other, and write the report.

    For several projects, kit also shows a table and writes the file grades.csv into the report's folder (report/
    unless given). A project that can't be graded doesn't stop the others.

    What was handed in may need its setup before it can start, as a new clone does. With --setup, kit copies each
    project to a place of its own, without what was installed there, and runs the setup of its service.toml in the copy.
    The folder that was handed in stays as it is.

    \b
    Example:  kit grade .                kit grade class/* --setup --report results
    """
    known = course.load()
    chosen = known.stages_between(stages) if stages else known.stages
    steps = tuple(step for stage in chosen for step in stage.steps)
    if json_file and len(folders) > 1:
        raise UsageError("--json takes the report of one project; with several, use --report DIR.")
    request = Request(known, steps, load, seed, Path(report_folder) if report_folder else None, verbose, setup)
    if len(folders) == 1:
        return grade_one(Path(folders[0]), request, Path(json_file) if json_file else None)
    return grade_several([Path(folder) for folder in folders], request)


@dataclass(frozen=True)
class Request:
    """The steps to grade, and the options of the command."""

    course: Course
    steps: tuple[Step, ...]
    load: str
    seed: int | None
    report: Path | None
    verbose: bool
    setup: bool = False


def grade_one(folder: Path, request: Request, json_file: Path | None) -> ExitStatus:
    """Grade one project, show the report, and write it to the files that the command names."""
    from grader.report import document, terminal

    place = config.find(folder)
    for target in (json_file, request.report):
        if target is not None:
            _writable(target.parent if target is json_file else target)
    findings = _run(place, request)
    written = document.document(place, findings)
    out = terminal.console()
    terminal.show(findings, out, verbose=request.verbose)
    for path in [path for path in (json_file, request.report and request.report / "report.json") if path]:
        document.write(written, path)
        terminal.say(f"Report: {path}", out, style="dim")
    terminal.show_total(written, out)
    return status_of(findings)


def grade_several(folders: Sequence[Path], request: Request) -> ExitStatus:
    """Grade projects one after the other. The row of a project that can't be graded has the reason."""
    from grader.report import document, table, terminal

    target = request.report or SEVERAL
    _writable(target)
    out = terminal.console()
    rows: list[table.Row] = []
    for name, folder in zip(table.names(folders), folders, strict=True):
        try:
            place = config.find(folder)
            findings = _run(place, request, f"{name}: ")
            written = document.document(place, findings)
            document.write(written, target / f"{name}.json")
            rows.append(table.row(name, written, status_of(findings)))
        except KitError as error:
            rows.append(table.unusable(name, str(error), ExitStatus(error.exit_status)))
        terminal.say(rows[-1].line, out)
    table.write_csv(rows, target / "grades.csv")
    table.show(rows, out)
    terminal.say(f"Grades: {target / 'grades.csv'}", out, style="dim")
    return next(status for status in WORST_FIRST if any(row.status is status for row in rows))


def status_of(findings: RunResult) -> ExitStatus:
    """Reduce one project's results, with those under load, to an exit status."""
    extra = [Outcome(load["outcome"]) for load in findings.load]
    extra += [Outcome.NOT_CHECKED] if findings.load_note else []
    extra += [Outcome.ERROR] if findings.faults else []
    return exit_status(findings.stages, extra)


def _run(place: Path, request: Request, prefix: str = "") -> RunResult:
    with Progress(prefix) as progress:
        return runner.run(
            request.course,
            place,
            request.steps,
            seed=request.seed,
            load=request.load,
            setup=request.setup,
            listener=progress.heard,
            moment=progress.moment,
            meanwhile=progress.begin,
        )


def _writable(folder: Path) -> None:
    """Make the folder of a report before the run; raises UsageError at once when the kit can't write there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f'The folder "{folder}" cannot be made: {error.strerror}.') from None
