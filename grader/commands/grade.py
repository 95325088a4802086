"""`kit grade`: the grading of one finished project, or of several one after the other, with their reports."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import course
from grader.commands.options import seed_option, verbose_option
from grader.course import Course, Step
from grader.errors import KitError, UsageError
from grader.harness.load_level import LoadLevel
from grader.project import handed_in
from grader.report.progress import Progress
from grader.results.doubts import doubts, load_outcome, status_of
from grader.results.results import ExitStatus, RunResult
from grader.session import runner
from grader.session.own_files import OwnFiles

if TYPE_CHECKING:
    from grader.report.table import Row

WORST_FIRST = (ExitStatus.FAULT, ExitStatus.USAGE, ExitStatus.FAILED, ExitStatus.UNDECIDED, ExitStatus.PASSED)
CHANGED = "While it was graded, {} of the kit's own files were changed, such as {}."
SPOILED = "Not graded, as the kit's own files were changed while {} was: install the kit anew, and grade the rest."
SEVERAL = Path("report")
"""The folder for the reports of several projects, unless `--report` names another."""


@click.command(short_help="Grade one project, or a whole class.")
@click.argument("folders", nargs=-1, required=True, metavar="PROJECT...")
@click.option("--stages", metavar="2 or 1-4", help="The stages to grade; all stages unless given.")
@click.option(
    "--load",
    type=click.Choice([level.value for level in LoadLevel]),
    default="quick",
    show_default=True,
    help="How long kit puts the service under load, as said above.",
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
    """Grade one project, or several one after the other, and show the report.

    For one project, kit writes a file only with --json or --report.

    For several projects, kit also shows a table and writes the file grades.csv into the report's folder (report/
    unless given). It renews the file after each project, so after Ctrl-C it holds what was graded so far. It has a row
    for each project: points, result, why something is undecided, path, commit, time, and the outcome of each step. The
    page index.html beside it has the same rows, and leads to the page of each project.

    A project is named as its folder is. Folders of the same name get those above in front: a/chat is a-chat. Its report
    is NAME.json, and NAME.html for reading. A project that can't be graded gets a row with the reason, and doesn't stop
    the others. A folder without service.toml and git repository is no project, and gets no points.

    A report may also go to a link, a pipe or a device: kit grade . --json /dev/stdout | jq .points

    What was handed in may need its setup before it can start, as a new clone does. With --setup, kit copies each
    project to a place of its own, without what was installed there, and runs the setup of its service.toml in the copy.
    The folder that was handed in stays as it is.

    Once step 2.2 has passed, kit also measures reads and writes under load. No points hang on that. --load none leaves
    it out, and --load full measures longer.

    Most steps of stage 4 measure the service under load. That takes two to three minutes with --load quick, and up to
    ten with --load full, which measures longer. With --load none, kit leaves these steps out; they count nowhere then.

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
    from grader.report import destination, document, names, page, terminal

    place = handed_in.find(folder)
    if json_file:
        destination.confirm_file(json_file)
    if request.report:
        destination.confirm_folder(request.report, "report.json")
    findings = _run(place, request)
    pasted = "" if place == Path.cwd() else names.pasted(folder)
    written = document.document(place, findings, place=pasted)
    piped = json_file is not None and destination.is_standard_output(json_file)
    out = terminal.console(stderr=piped)  # who reads the report from a pipe wants nothing else there
    terminal.show(findings, out, verbose=request.verbose)
    status = status_of(findings)
    for number, path in enumerate(_faces(json_file, request.report)):
        try:
            if path.name == "report.html":
                destination.write(path, page.page(written))
            else:
                document.write(written, path)
            terminal.say(f"Report: {path}", out, style="dim", above=number == 0)
        except KitError as error:
            terminal.say(str(error), out, style="bold red")
            status = ExitStatus.FAULT
    terminal.show_total(written, doubts(findings, pasted), out)
    return status


def _faces(json_file: Path | None, folder: Path | None) -> list[Path]:
    """List the files that a report is written to."""
    return [*([json_file] if json_file else []), *([folder / "report.json", folder / "report.html"] if folder else [])]


def grade_several(folders: Sequence[Path], request: Request) -> ExitStatus:
    """Grade projects one after the other. The row of a project that can't be graded has the reason."""
    from grader.report import destination, gradebook, names, page, table, terminal
    from grader.report.estimate import Estimate

    target = request.report or SEVERAL
    destination.confirm_folder(target, gradebook.FILE)
    out = terminal.console()
    projects = [folder for folder in folders if os.path.realpath(folder) != os.path.realpath(target)]
    if len(projects) < len(folders):
        terminal.say(f'Left out: "{target}" is the folder of the reports.', out, style="dim")
    estimate = Estimate(len(projects), request.steps, request.load)
    terminal.say(estimate.announced, out, style="dim")
    book = gradebook.Gradebook(target / gradebook.FILE, request.steps, page.of_class)
    own, spoiled = OwnFiles(), ""
    try:
        for name, folder in zip(names.names(projects), projects, strict=True):
            if spoiled:
                where = {"path": names.readable(names.absolute(folder)), "time": _now()}
                row = table.unusable(name, spoiled, ExitStatus.FAULT, **where)
            else:
                row = _graded(name, folder, request, target, f"{estimate.position}  {name}: ")
                if changed := own.changed():
                    said = CHANGED.format(len(changed), names.readable(changed[0]))
                    row, spoiled = replace(row, status=ExitStatus.FAULT, why=(*row.why, said)), SPOILED.format(name)
            book.add(row)
            terminal.say(f"{estimate.ended(graded=row.points is not None)}  {row.line}", out)
    finally:  # after Ctrl-C too
        if book.rows:
            table.show(book.rows, out)
        terminal.say(book.finish(), out, style="dim")
    found = {row.status for row in book.rows} | ({ExitStatus.FAULT} if book.complaint else set())
    return next((status for status in WORST_FIRST if status in found), ExitStatus.USAGE)


def _graded(name: str, folder: Path, request: Request, target: Path, prefix: str) -> Row:
    """Grade one of several projects, and write its report. Whatever goes wrong is the outcome of this project."""
    from grader.report import destination, document, gradebook, names, page, table

    where = {"path": names.readable(names.absolute(folder)), "time": _now()}
    report, drawn = target / f"{name}.json", target / f"{name}.html"
    row = None
    try:
        destination.forget(report)  # an older one would be taken for this run's
        destination.forget(drawn)
        place = handed_in.find(folder)
        findings = _run(place, request, prefix)
        pasted = names.pasted(folder)
        written = document.document(place, findings, name, place=pasted)
        why = tuple(doubt.sentence for doubt in doubts(findings, pasted))
        row = table.row(name, written, status_of(findings), load_outcome(findings), why=why, **where)
        document.write(written, report)
        destination.write(drawn, page.page(written, above=gradebook.PAGE))
        row = replace(row, page=drawn.name)
    except handed_in.NoProject as error:
        return table.unusable(name, names.readable(str(error)), ExitStatus.USAGE, word=table.NO_PROJECT, **where)
    except KitError as error:
        return _with_error(row, name, names.readable(str(error)), ExitStatus(error.exit_status), where)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other projects are graded
        if request.verbose:
            traceback.print_exception(error)
        reason = names.readable(f"error: {type(error).__name__}: {error}")
        return _with_error(row, name, reason, ExitStatus.FAULT, where)
    return row


def _with_error(row: Row | None, name: str, reason: str, status: ExitStatus, where: Mapping[str, str]) -> Row:
    """Say in the row of a project what went wrong. What was graded before keeps its points."""
    from grader.report import table

    if row is None:
        return table.unusable(name, reason, status, **where)
    return replace(row, status=status, why=(*row.why, reason))


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _run(place: Path, request: Request, prefix: str = "") -> RunResult:
    with Progress(prefix) as progress:
        return runner.run(
            request.course,
            place,
            request.steps,
            seed=request.seed,
            load=request.load,
            closing_load=True,
            setup=request.setup,
            listener=progress.heard,
            moment=progress.moment,
            meanwhile=progress.begin,
        )
