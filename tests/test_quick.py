"""What `make quick` and `make record` choose: enough for a change, and nothing that takes a minute for a word."""

import subprocess
import sys

import pytest

from grader.course import ROOT
from tests import matrix, quick, said

KNOWN = [case for case in matrix.all_cases() if matrix.is_quick(case)]
STAGES = ["01-scaffolding", "02-data-model", "03-integrations"]


def running(path: str) -> set[str]:
    """Name the tests touched by a file that run a project through a whole stage."""
    return {name.partition("::")[2] for name in quick.touched(path, KNOWN) if "[" in name and quick.IN_STEP in name}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("exercises/01-scaffolding/README.md", set()),
        ("exercises/CONTRACT.md", set()),
        ("exercises/02-data-model/starter/server/home.py", {f"{quick.STARTER}[02-data-model]"}),
        ("solutions/03-integrations/server/home.py", {f"{quick.SOLUTION}[03-integrations]"}),
        ("solutions/README.md", set()),
    ],
)
def test_only_what_a_file_may_break_is_run(path, expected):
    assert running(path) == expected


def test_a_changed_word_runs_no_project_and_a_changed_rule_does():
    text = (ROOT / "exercises" / "01-scaffolding" / "steps.toml").read_text("utf-8")
    for word in ("The port is an input", "An answer at /", "Scaffolding", "what a learner"):
        assert word in text
        assert quick.rules(text.replace(word, "Else", 1)) == quick.rules(text)
    for old, new in (("needs = []", 'needs = ["1.1"]'), ("bonus = false", "bonus = true"), ("[[steps]]", "[[steps")):
        assert quick.rules(text.replace(old, new, 1)) != quick.rules(text)


def test_the_texts_of_the_course_are_read_in_any_case():
    chosen = quick.touched("exercises/01-scaffolding/steps.toml", KNOWN)

    assert f"{quick.IN_STEP}::test_a_step_has_its_texts" in chosen
    assert "tests/test_docs.py" in chosen
    assert "tests/test_words.py" in quick.touched("exercises/CHECKS.md", KNOWN)


def test_every_chosen_test_exists():
    chosen = {
        name for stage in STAGES for path in (f"solutions/{stage}/x", f"exercises/{stage}/starter/x")
        for name in quick.touched(path, KNOWN)
    }  # fmt: skip
    chosen.add(quick.matrix_id(KNOWN[0].name))
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *sorted(chosen)]

    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize(
    "word", ["1.7/no-commit", "tests/mistakes/1.7/no-commit.toml", "tests/mistakes/1.7/no-commit.said.txt"]
)
def test_a_case_to_record_may_be_named_by_its_file(word):
    assert said.case_named(word) == "1.7/no-commit"
    assert said.obstacle("1.7/no-commit") == ""


def test_what_is_not_recorded_says_why():
    unlisted = next(case.name for case in matrix.all_cases() if case.step and not matrix.is_quick(case))
    variant = next(case.name for case in matrix.all_cases() if case.step is None)

    assert said.obstacle("1.7/no-comit") == 'There is no case "1.7/no-comit"; did you mean 1.7/no-commit?'
    assert "passes" in said.obstacle(variant)
    assert "make test does not run" in said.obstacle(unlisted)
    assert said.main([""]) == 2


def test_a_changed_module_of_the_kit_is_searched_for_waits_without_end():
    assert quick.touched("grader/chat/api.py", KNOWN) == {"tests/chat/test_api.py", quick.WAITS}
    assert quick.WAITS not in quick.touched("grader/report/pages/page.html", KNOWN)
