"""The forms of a report: the written report is valid, and the shown one is as recorded, for every outcome."""

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from grader.project.state import ProjectState, outcomes
from grader.report import document, page, table, terminal, terminal_load
from grader.results.doubts import doubts, load_outcome, status_of
from grader.results.results import CheckResult, ExitStatus, Outcome, RunResult
from grader.results.scoring import judge
from tests.real_course import COURSE
from tests.report import loads

RECORDED = Path(__file__).parent / "recorded"
STAGE = COURSE.stages[0]


def check(step: str, outcome: Outcome, **more: str) -> CheckResult:
    return CheckResult(
        step=step, id="test_it", sentence="`GET /` does what it says.", outcome=outcome, clause="K4", **more
    )


def findings(**changed: Outcome) -> RunResult:
    """Make the result of a run in which all steps pass except those that are named, as in `step_1_4`."""
    changes = {name.removeprefix("step_").replace("_", "."): outcome for name, outcome in changed.items()}
    details = {
        Outcome.FAIL: {
            "request": "curl -i 'http://127.0.0.1:5000/a-rather-long-path/that-does-not-fit/into-eighty-columns?page=1&size=2'",
            "expected": "404",
            "actual": '200 OK, text/html, "<h1>\x1b[31mHello</h1>"',
            "log": "Serving on 5000\n\x1b[2JTraceback (most recent call last):\nValueError: no",
        },
        Outcome.NOT_CHECKED: {"actual": "git is not installed.", "because": "machine"},
        Outcome.UNCLEAR: {"actual": "too noisy", "because": "too noisy"},
        Outcome.ERROR: {"actual": "KeyError: 'x'", "log": "where it happened"},
    }
    checks = [
        check(step.id, found, **details.get(found, {}))
        for step in STAGE.steps
        for found in [changes.get(step.id, Outcome.PASS)]
    ]
    return RunResult(judge([(STAGE, STAGE.steps)], checks), seed=11)


SITUATIONS = {
    "all-pass": findings(),
    "one-fails": findings(step_1_3=Outcome.FAIL),
    "two-fail": findings(step_1_3=Outcome.FAIL, step_1_6=Outcome.FAIL, step_1_9=Outcome.FAIL),
    "machine-cannot": findings(step_1_1=Outcome.NOT_CHECKED),
    "unclear": findings(step_1_9=Outcome.UNCLEAR),
    "own-fault": findings(step_1_4=Outcome.ERROR),
}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", SITUATIONS)
def test_the_terminal_shows_what_was_recorded(name, width, recorded):
    page = io.StringIO()
    out = Console(file=page, width=min(width, terminal.WIDEST), highlight=False)

    terminal.show(SITUATIONS[name], out)
    written = document.document(Path(__file__).parent, SITUATIONS[name])
    terminal.show_total(written, doubts(SITUATIONS[name]), out)

    shown = "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"
    assert "\x1b" not in shown
    recorded(RECORDED / f"{name}-{width}.txt", shown)


def test_a_path_that_a_program_printed_stays_in_one_piece():
    page = io.StringIO()
    path = f'  File "/{"long/" * 30}server.py", line 3, in home'
    failed = findings(step_1_3=Outcome.FAIL).stages[0].steps[2].problem

    terminal.show_problem(replace(failed, log=f"KeyError: 1\n{path}"), Console(file=page, width=80, highlight=False))

    assert f"printed   KeyError: 1\n{' ' * 14}{path}\n" in page.getvalue()


@pytest.mark.parametrize("name", loads.SITUATIONS)
def test_load_is_shown_as_recorded(name, recorded):
    page = io.StringIO()

    terminal_load.show_loads(loads.SITUATIONS[name], Console(file=page, width=80, highlight=False))

    recorded(RECORDED / f"load-{name}.txt", "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n")


def test_what_looks_like_markup_is_shown_as_it_is(capsys):
    said = "text: '[/b] [red]x :smile:'"
    stage = judge(
        [(STAGE, STAGE.steps)], [check("1.1", Outcome.FAIL, request=said, expected=said, actual=said, log=said)]
    )[0]
    out = terminal.console()

    terminal.show_problem(stage.steps[0].problem, out)
    out.print(said)

    assert capsys.readouterr().out.count(said) == 5


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_report_obeys_its_schema(name, tmp_path):
    written = document.document(tmp_path, SITUATIONS[name])
    document.write(written, tmp_path / "deep" / "report.json")

    jsonschema.Draft202012Validator.check_schema(document.schema())
    jsonschema.validate(json.loads((tmp_path / "deep" / "report.json").read_text()), document.schema())


@pytest.mark.parametrize("name", loads.SITUATIONS)
def test_a_load_obeys_the_schema(name, tmp_path):
    findings = replace(SITUATIONS["all-pass"], load=tuple(loads.SITUATIONS[name]))
    written = document.document(tmp_path, findings)

    jsonschema.validate(json.loads(json.dumps(written)), document.schema())
    assert written["machine"]["other"] == max(load["other"] for load in findings.load)


def test_the_row_of_a_project_says_which_load_did_not_pass(tmp_path):
    findings = replace(SITUATIONS["all-pass"], load=tuple(loads.SITUATIONS["ended-early"]))
    written = document.document(tmp_path, findings)

    row = table.row("ann", written, ExitStatus.FAILED, load_outcome(findings))

    assert row.first_problem == "load fail, writes: Not measured: 3 of 200 were accepted."
    assert table.row("ann", written | {"load": []}, ExitStatus.UNDECIDED, "not measured").first_problem == (
        "load not measured"
    )


def test_the_worst_of_several_loads_counts():
    findings = replace(SITUATIONS["all-pass"], load=tuple(loads.SITUATIONS["ended-early"]))

    assert load_outcome(findings) == "fail"
    assert load_outcome(replace(findings, load=tuple(loads.SITUATIONS["all"]))) == "pass"
    assert load_outcome(replace(findings, load=(), load_note="no Locust")) == "not measured"
    assert load_outcome(SITUATIONS["all-pass"]) == ""
    assert status_of(findings) == ExitStatus.FAILED


def test_what_is_not_the_learners_fault_costs_nothing_and_is_run_again(tmp_path):
    machine = document.document(tmp_path, SITUATIONS["machine-cannot"])
    assert (machine["points"], machine["max_points"]) == (90, 90)
    assert machine["rerun"] == ["kit doctor"]
    own = document.document(tmp_path, SITUATIONS["own-fault"])
    assert own["rerun"] == ["kit check 1.4"]


def test_what_is_to_be_run_again_can_be_pasted_where_the_report_was_asked_for(tmp_path):
    written = document.document(tmp_path, SITUATIONS["unclear"], place="'a b'")

    assert written["rerun"] == ["kit check 1.9 --project 'a b'"]
    assert "kit check 1.9 --project &#39;a b&#39;" in page.page(written)


@pytest.mark.parametrize(("because", "provisional"), [("load", False), ("machine", True), ("project", True)])
def test_points_are_provisional_where_they_hang_on_what_is_undecided(tmp_path, because, provisional):
    left_out = check("1.1", Outcome.NOT_CHECKED, actual="Why.", because=because)
    found = RunResult(judge([(STAGE, STAGE.steps[:1])], [left_out]), seed=1)

    row = table.row("ann", document.document(tmp_path, found), status_of(found), why=("1.1 not checked: why.",))

    assert (row.provisional, row.result) == (provisional, "undecided")


def test_the_digest_changes_with_the_files_and_with_nothing_else(tmp_path):
    (tmp_path / "a.py").write_text("1")
    before = document.digest(tmp_path)
    (tmp_path / ".kit").mkdir()
    (tmp_path / ".kit" / "report.json").write_text("{}")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"1")

    assert document.digest(tmp_path) == before
    (tmp_path / "a.py").write_text("2")
    assert document.digest(tmp_path) != before


def test_the_table_names_each_project_as_its_folder_is_named_with_points_and_bonus():
    rows = [
        table.Row("[red]a", ExitStatus.PASSED, 200, 200, 10, (), "", provisional=False),
        table.Row("b\x1b[2J", ExitStatus.FAILED, 30, 200, 0, (), "1.4 fail", provisional=False),
        table.unusable("c", "There is no folder [c].", ExitStatus.USAGE),
    ]
    out = Console(file=io.StringIO(), width=80)

    table.show(rows, out)

    assert [line.split() for line in out.file.getvalue().splitlines()] == [
        [],
        ["project", "points", "of", "bonus", "result", "first", "problem"],
        ["[red]a", "200", "200", "10", "passed"],
        ["b\\x1b[2J", "30", "200", "0", "failed", "1.4", "fail"],
        ["c", *table.SAID[ExitStatus.USAGE].split(), "There", "is", "no", "folder", "[c]."],
    ]
    assert [row.line for row in rows] == [
        "[red]a: 200 of 200 points and 10 bonus points",
        "b\x1b[2J: 30 of 200 points",
        "c: There is no folder [c].",
    ]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_of_a_long_problem_the_table_shows_two_lines(width):
    long = "1.3 fail: 404 Not Found, application/json, The requested URL was not found on the server. " * 2
    row = table.Row("ann", ExitStatus.FAILED, 240, 300, 25, (), long, provisional=True)
    short = table.Row("ben-with-a-name-longer-than-others", ExitStatus.PASSED, 300, 300, 25, (), "", provisional=False)
    out = Console(file=io.StringIO(), width=width)

    table.show([row], out)
    alone = out.file.getvalue().splitlines()
    table.show([row, short], out)

    lines = out.file.getvalue().splitlines()[len(alone) :]
    assert len(alone) == 4
    assert [line.split()[0] for line in lines[1:4]] == ["project", "ann", "provisional"]
    assert alone[3].rstrip().endswith("…")
    assert lines[3].rstrip().endswith("…")
    assert max(map(len, lines)) <= width


def test_a_report_is_remembered_and_a_part_of_it_renewed(tmp_path):
    state = ProjectState(tmp_path)
    state.keep_report(document.document(tmp_path, SITUATIONS["one-fails"]))
    part = RunResult(judge([(STAGE, STAGE.steps[2:3])], [check("1.3", Outcome.PASS)]), seed=1)

    state.keep_report(document.document(tmp_path, part))

    found = outcomes(state.report())
    assert list(found) == [step.id for step in STAGE.steps]
    assert found["1.3"] == "pass"


@pytest.mark.parametrize("content", ["", "[]", "{", "\0"])
def test_a_broken_state_is_an_empty_one(tmp_path, content):
    (tmp_path / ".kit").mkdir()
    (tmp_path / ".kit" / "report.json").write_text(content)
    (tmp_path / ".kit" / "progress.json").write_text(content)

    assert (ProjectState(tmp_path).report(), ProjectState(tmp_path).hints_read("1.3")) == ({}, 0)


def test_a_command_too_long_for_its_row_stands_alone_on_one_line():
    page = io.StringIO()
    path = "less /" + "a" * 60 + "/README.md"

    terminal.show_next([(path, "read the brief"), ("kit check 2.1", "A title " * 4)], Console(file=page, width=80))

    assert f"\n  {path}\n" in page.getvalue()
    assert "kit check 2.1   A title" in page.getvalue()
