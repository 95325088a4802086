"""`kit worksheet`: predict, lock, measure, and compare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.commands.options import project_option, project_place
from grader.errors import Failed, UsageError
from grader.results.results import ExitStatus

if TYPE_CHECKING:
    from grader.learner.worksheet_lines import WorksheetLines
    from grader.scaling.worksheet import Worksheet

ANSWERS = {"measured", "lacking"}
"""What the kit says about a question: the figure, or why there is none."""
PICTURE = Path("evidence") / "worksheet.svg"


@click.command(short_help="Predict how your service behaves, then measure it.")
@click.argument("action", type=click.Choice(["lock", "measure"]), required=False, metavar="[lock|measure]")
@project_option
@click.pass_context
def worksheet(context: click.Context, action: str | None, folder: str) -> int:
    """Predict twelve things about your service, and let kit measure them.

    Without a word, kit writes the questions into worksheet.toml, or shows what is still open, or how far your
    predictions were off. Write a number and a reason for each. With `lock`, kit seals them: a prediction that changes
    afterwards doesn't count. Commit the file then. With `measure`, which takes four minutes, kit measures your service,
    writes the answers into worksheet.toml, and draws them in evidence/worksheet.svg. At the end, write a `reflection`
    about each of your three worst predictions. Being wrong costs nothing. After Ctrl-C, what was measured is kept.

    \b
    Example:  kit worksheet        kit worksheet lock        kit worksheet measure
    """
    from grader.learner.worksheet_lines import WorksheetLines
    from grader.scaling import worksheet as sheets
    from grader.scaling.evidence import WORKSHEET

    place = project_place(context, folder)
    lines = WorksheetLines()
    if not (place / WORKSHEET).exists():
        path = sheets.write(sheets.form(place))
        lines.say(f"The questions are in {path.name}. For each, write a number above 0, and a reason.")
        lines.then("kit worksheet lock", "when all are predicted")
        return ExitStatus.PASSED if action is None else ExitStatus.USAGE
    try:
        sheet = sheets.read(place)
    except Failed as broken:
        raise UsageError(broken.actual) from None
    match action:
        case "lock":
            return _lock(sheet, lines)
        case "measure":
            return _measure(sheet, lines)
    return _show(sheet, lines)


def _show(sheet: Worksheet, lines: WorksheetLines) -> int:
    """Show what is open, or how far the predictions were off."""
    if not sheet.is_measured:
        if sheet.unpredicted:
            lines.open_questions([*sheet.unpredicted])
            lines.then("kit worksheet lock", "when all are predicted")
        elif sheet.is_locked:
            lines.say("Your predictions are locked. Commit worksheet.toml, if you haven't.")
            lines.then("kit worksheet measure", "takes four minutes")
        else:
            lines.then("kit worksheet lock", "your predictions are complete; seal them")
        return ExitStatus.PASSED
    lines.compared(sheet)
    if sheet.without_reflection:
        lines.say(f"Write a reflection about your worst predictions: {', '.join(sheet.without_reflection)}.")
    lines.then("kit check 4.11", "when the reflections are written")
    return ExitStatus.PASSED


def _lock(sheet: Worksheet, lines: WorksheetLines) -> int:
    """Seal the predictions with a hash and a date."""
    from grader.scaling import worksheet as sheets

    if sheet.is_measured:
        raise UsageError("The worksheet was measured already, so its predictions stay as they are.")
    if sheet.unpredicted:
        left = [*sheet.unpredicted]
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        raise UsageError(f"Not predicted yet, with a number above 0 and a reason: {', '.join(left[:3])}{more}.")
    sheets.write(_with(sheet, lock={"hash": sheet.digest(), "date": _now()}))
    lines.say("Your predictions are locked. If you change one now, lock again before you measure.")
    lines.then('git add worksheet.toml && git commit -m "Predict"', "then measure: kit worksheet measure")
    return ExitStatus.PASSED


def _measure(sheet: Worksheet, lines: WorksheetLines) -> int:
    """Measure everything, write it into the worksheet, and draw it."""
    from grader.load import slo
    from grader.load.bench import bench, cores
    from grader.project import config
    from grader.scaling import worksheet as sheets
    from grader.scaling.experiments import Experiments

    commit = _confirm(sheet)
    with bench(config.read(sheet.folder)) as ready:
        lines.say("Measuring your service. That takes about four minutes.")
        experiments = Experiments(ready, slo.read(sheet.folder))
        answers: dict[str, dict[str, Any]] = {}
        stopped = False
        try:
            for name, value, reason in experiments.run():
                lines.answer(name, value, reason)
                answers[name] = {"lacking": reason} if value is None else {"measured": value}
        except KeyboardInterrupt:
            if not answers:
                raise
            stopped = True
    machine = {"cores": cores(), "other": experiments.busiest}
    curve = {"clients": [n for n, _ in experiments.curve], "measured": [x for _, x in experiments.curve]}
    found = _with(sheet, measured={"commit": commit, "date": _now(), **machine}, curve=curve, **answers)
    if stopped:
        sheets.write(found)
        lines.say(f"Stopped: the {len(answers)} answers until now are in worksheet.toml.")
        lines.then("kit worksheet measure", "measures all questions again")
        return ExitStatus.INTERRUPTED
    found = _with(found, **{name: {"reflection": found.text(name, "reflection")} for name in found.worst()})
    sheets.write(found)
    _draw(found, experiments)
    lines.noise(experiments.busiest)
    lines.throughput([*experiments.curve], experiments.latency, experiments.demand)
    return _show(found, lines)


def _confirm(sheet: Worksheet) -> str:
    """Return the commit that holds the locked predictions; raises UsageError when they aren't locked or committed."""
    from grader.project.git import GitRepository
    from grader.scaling import worksheet as sheets
    from grader.scaling.evidence import WORKSHEET

    if not sheet.is_locked:
        raise UsageError("The predictions are not locked, or have changed since. Type first: kit worksheet lock")
    if sheet.is_measured:
        return str(sheet.tables["measured"]["commit"])
    repository = GitRepository(sheet.folder)
    committed = sheets.parsed(sheet.folder, repository.text("HEAD", WORKSHEET))
    if committed is None or not committed.is_locked or committed.digest() != sheet.digest():
        raise UsageError(f'Commit the locked predictions first: git add {WORKSHEET} && git commit -m "Predict"')
    return repository.head()


def _draw(sheet: Worksheet, experiments: Any) -> None:
    from grader.project import plain_files
    from grader.scaling.worksheet_picture import picture

    path = sheet.folder / PICTURE
    path.parent.mkdir(exist_ok=True)
    drawn = picture(sheet, experiments.curve, experiments.latency, experiments.demand)
    plain_files.put(path, drawn.encode(), 0o644)


def _with(sheet: Worksheet, **tables: Mapping[str, Any]) -> Worksheet:
    """Return a worksheet in which these tables have these values too."""
    from grader.scaling.worksheet import Worksheet

    known = {name: value for name, value in sheet.tables.items() if isinstance(value, dict)}
    for name, more in tables.items():
        if not ANSWERS.isdisjoint(more):
            known[name] = {key: value for key, value in known.get(name, {}).items() if key not in ANSWERS}
    return Worksheet(sheet.folder, known | {name: known.get(name, {}) | dict(more) for name, more in tables.items()})


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
