"""`kit grade` as an instructor types it, on one project and on a class, in which anything may be wrong."""

import csv
import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import jsonschema
import pytest

from grader.course import ROOT
from grader.report.document import schema
from tests.command import KIT, environment, kit

SOLUTION = ROOT / "solutions" / "01-scaffolding"
QUICKLY = ("--load", "none", "--stages", "1")
BROKEN = '[server]\ncommand = "no-such-program"\n'
"""A service.toml with which all that takes time is left out."""


def project(place: Path) -> Path:
    place.mkdir(parents=True)
    (place / "service.toml").write_text(BROKEN)
    return place


def grades(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["project"]: row for row in csv.DictReader(file)}


def test_the_report_is_valid_and_the_solution_has_full_points(tmp_path):
    done = kit("grade", SOLUTION, "--stages", "1", "--json", "one.json", "--report", "faces", cwd=tmp_path)

    report = json.loads((tmp_path / "one.json").read_text())
    jsonschema.validate(report, schema())
    assert json.loads((tmp_path / "faces" / "report.json").read_text()) == report
    assert (report["points"], report["max_points"], report["rerun"]) == (100, 100, [])
    assert report["load"][0]["outcome"] == "pass"
    assert report["load"][0]["rows_written"] == report["load"][0]["answered"] > 0
    assert done.status == 0


def test_whatever_is_wrong_with_one_project_the_others_are_graded(tmp_path):
    no_utf_8 = os.fsdecode(b"ren\xe9e")
    for name in ("ann/a", "ben/a-2", "cleo/a", "=1+1", no_utf_8, "long/" + "x" * 250, "clash", "zoe"):
        project(tmp_path / name)
    (tmp_path / "empty").mkdir()
    project(tmp_path / "nested" / "chat")
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "out" / "clash.json").mkdir(parents=True)
    (tmp_path / "out" / "empty.json").write_text("of an older run")
    folders = ["ann/a", "ben/a-2", "cleo/a", "=1+1", no_utf_8, "long/" + "x" * 250, "clash"]

    done = kit(
        "grade", *folders, "nowhere", "empty", "nested", "file", "loop", "out", "zoe", *QUICKLY, "--report", "out",
        cwd=tmp_path,
    )  # fmt: skip

    found = grades(tmp_path / "out")
    graded = ["ann-a", "a-2", "cleo-a", "'=1+1", "ren%E9e", "x" * 120, "clash", "zoe"]
    assert [name for name, row in found.items() if row["points"] == "0"] == graded
    assert {row["step_1.2"] for row in found.values() if row["points"]} == {"fail"}
    for name, sentence in (
        ("nowhere", "There is no folder"),
        ("empty", "the folder is empty"),
        ("nested", "one lies deeper: nested/chat"),
        ("file", "is a file"),
        ("loop", "loop"),
    ):
        assert (found[name]["points"], sentence in found[name]["first_problem"]) == ("", True)
    assert found["empty"]["result"] == "no project"
    assert found["clash"]["result"] == "error"
    assert "clash.json" in found["clash"]["why"]
    assert [found[name]["path"] for name in ("ann-a", "cleo-a")] == [f"{tmp_path}/ann/a", f"{tmp_path}/cleo/a"]
    assert found["ren%E9e"]["path"] == f"{tmp_path}/ren\\xe9e"
    for name in set(graded) - {"clash"}:
        jsonschema.validate(json.loads((tmp_path / "out" / f"{name.lstrip(chr(39))}.json").read_text()), schema())
    assert not (tmp_path / "out" / "empty.json").exists()
    assert f"of {len(folders) + 6}" in done.text
    assert "Traceback" not in done.text
    assert done.status == 3


def test_after_ctrl_c_the_table_holds_what_was_graded_and_nothing_older(tmp_path):
    for name in ("ann", "ben", "cleo"):
        project(tmp_path / name)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "grades.csv").write_text("project,points,result\nann,90,an older run\n")
    words = [KIT, "grade", "ann", "ben", "cleo", *QUICKLY, "--report", "out"]
    pipe = subprocess.PIPE
    run = subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=pipe, stderr=pipe, text=True)
    while "ann: " not in run.stdout.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)

    rest, complained = run.communicate(timeout=30)

    assert [(name, row["result"]) for name, row in grades(tmp_path / "out").items()] == [("ann", "failed")]
    assert "Grades: out/grades.csv" in rest
    assert complained.strip() == "kit: stopped."
    assert run.returncode == 130


@pytest.mark.parametrize("there", [[], [".DS_Store"]])
def test_an_empty_folder_is_no_project(tmp_path, there):
    (tmp_path / "empty").mkdir()
    for name in there:
        (tmp_path / "empty" / name).write_text("")

    done = kit("grade", "empty", "--json", "report.json", cwd=tmp_path)

    assert done.status == 2
    assert done.text == 'kit: There is no project in "empty": the folder is empty.'
    assert not (tmp_path / "report.json").exists()


def test_the_report_may_go_to_the_standard_output_alone(tmp_path):
    project(tmp_path / "ann")

    done = kit("grade", "ann", *QUICKLY, "--json", "/dev/stdout", cwd=tmp_path)

    jsonschema.validate(json.loads(done.stdout), schema())
    assert "0 of 100 points" in done.stderr
    assert stat.S_ISLNK(os.lstat("/dev/stdout").st_mode)
    assert done.status == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--json", "nowhere/report.json"], 'There is no folder "nowhere" for the report'),
        (["--json", "ann"], '"ann" is a folder'),
        (["--report", "ann/service.toml"], 'The folder "ann/service.toml" cannot be made'),
    ],
)
def test_a_place_that_takes_no_report_is_said_before_anything_is_graded(tmp_path, words, sentence):
    project(tmp_path / "ann")
    (tmp_path / "ann" / "service.toml").write_text('[server]\ncommand = "touch begun"\n')

    done = kit("grade", "ann", *QUICKLY, *words, cwd=tmp_path)

    assert (done.status, sentence in done.text) == (2, True)
    assert not (tmp_path / "ann" / "begun").exists()


def test_a_report_that_gets_lost_at_the_end_does_not_hide_the_points(tmp_path):
    project(tmp_path / "ann")

    done = kit("grade", "ann", *QUICKLY, "--json", "/dev/full", cwd=tmp_path)

    assert 'The report cannot be written to "/dev/full"' in done.text
    assert "0 of 100 points" in done.text
    assert done.status == 3
