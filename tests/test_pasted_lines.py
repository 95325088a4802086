"""The lines that learners paste: each is right for a shell, and gives again what the check saw."""

import re
import shutil
import subprocess

import pytest

from grader.session import runner
from tests import cases, matrix
from tests.real_course import COURSE

SAID = sorted(matrix.MISTAKES.glob("*/*.said.txt"))
ASKED = re.compile(r"(?m)^    asked     (.+)$")
SHELLS = [name for name in ("sh", "dash", "bash") if shutil.which(name)]
LONG = 420
LONGEST_LINE = 1400
"""Characters of a line at most: a slash command has many fields, and all of them are signed."""
WITH_A_STATUS = ["1.4/catch-all", "2.4/any-shape", "2.3/negative-limit", "3.5/conflict"]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_recorded_line_is_right_for_a_shell(shell):
    lines = {line for said in SAID for line in ASKED.findall(said.read_text())}
    assert len(lines) > 50

    wrong = [
        line for line in lines if subprocess.run([shell, "-n", "-c", line], capture_output=True, check=False).returncode
    ]

    assert wrong == []


def test_every_recorded_line_is_short():
    assert {
        said.name: line for said in SAID for line in ASKED.findall(said.read_text()) if len(line) > LONGEST_LINE
    } == {}


@pytest.mark.timeout(LONG)
@pytest.mark.parametrize("name", WITH_A_STATUS)
def test_a_line_that_is_pasted_while_all_is_held_gives_the_same_status(name, tmp_path):
    case = next(case for case in matrix.all_cases() if case.name == name)
    seen = []

    def paste(held):
        printed = subprocess.run(["sh", "-c", held.shown.request], capture_output=True, text=True, check=False).stdout
        seen.append((printed.splitlines()[0].split()[1], held.check.actual.split()[0]))

    runner.run(COURSE, cases.build(case, tmp_path / "p"), matrix.steps_to_test(case), seed=1, stop=True, hold=paste)

    ((pasted, came),) = seen
    assert pasted == came


@pytest.mark.timeout(LONG)
def test_a_clone_can_be_made_anew_by_the_line(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    case = next(case for case in matrix.all_cases() if case.name == "1.10/setup-fails")
    project = cases.build(case, tmp_path / "project")
    findings = runner.run(COURSE, project, matrix.steps_to_test(case), seed=1, stop=True)

    pasted = subprocess.run(
        ["sh", "-c", findings.problem.request], cwd=project, capture_output=True, text=True, check=False
    )

    assert pasted.returncode == 1
    assert "requirements-dev.txt" in pasted.stderr
