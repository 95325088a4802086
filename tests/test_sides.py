"""Which steps a mistake can't break, as they look at another side of the project."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from grader import course
from tests import matrix, sides
from tests.cases import Case, Edit

FIXTURES = ["service.py", "chat.py", "webhooks.py"]


def a_case(folder: Path, *files: str, **more) -> Case:
    edits = tuple(Edit(file, "", "x") for file in files)
    case = Case(folder, "wrong", ("W1",), "02-data-model", "2.1", {}, (), (), races=False, varies=False, edits=edits)
    return replace(case, **more)


@pytest.mark.parametrize(
    ("files", "touched"),
    [
        (["server/db.py"], {"server"}),
        (["client/__main__.py", "client/api.py"], {"client"}),
        (["client/api.py", "server/db.py"], {"client", "server"}),
        (["server/db.py", "service.toml"], {"client", "server"}),
    ],
)
def test_a_case_touches_the_sides_whose_files_it_changes(tmp_path, files, touched):
    assert sides.touched(a_case(tmp_path, *files)) == touched


def test_new_files_count_too(tmp_path):
    (tmp_path / "files" / "history").mkdir(parents=True)
    (tmp_path / "files" / "history" / "old.py").touch()

    assert sides.touched(a_case(tmp_path, "server/db.py")) == {"client", "server"}


@pytest.mark.parametrize("more", [{"solution": None}, {"prepare": (("true",),)}])
def test_of_a_whole_project_or_a_prepared_one_nothing_is_known(tmp_path, more):
    assert sides.touched(a_case(tmp_path, "server/db.py", **more)) == {"client", "server"}


@pytest.mark.parametrize(
    ("step", "looked_at"),
    [
        ("2.1", {"server"}),
        ("2.10", {"client"}),
        ("3.8", {"client", "server"}),
        ("1.1", {"client", "server"}),
        ("3.12", {"client", "server"}),
    ],
)
def test_a_step_looks_at_what_its_checks_ask_for(step, looked_at):
    assert sides.looked_at(course.find_step(step)) == looked_at


def test_every_fixture_that_runs_the_client_is_known():
    found = set()
    for file in FIXTURES:
        text = (course.ROOT / "grader" / "fixtures" / file).read_text("utf-8")
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        found |= {one.name for one in functions if {"program.run", "harness.silence"} & _called(one)}

    assert sides.RUN_THE_CLIENT - found <= {"client_since"}  # which is built on `client`
    assert found <= sides.RUN_THE_CLIENT


def test_a_mistake_is_run_through_the_steps_of_its_side_only(tmp_path):
    server = matrix.steps_to_test(a_case(tmp_path / "2-1-x", "server/db.py"))
    client = matrix.steps_to_test(a_case(tmp_path / "2-2-x", "client/api.py", step="2.5"))

    assert {step.id for step in server} >= {"2.1", "2.4", "2.9", "2.11"}
    assert {step.id for step in server}.isdisjoint({"2.5", "2.7", "2.10", "2.12"})
    assert [step.id for step in client if step.stage == "02"] == ["2.5", "2.10", "2.12"]


def test_the_matrix_leaves_out_what_a_case_cannot_change(tmp_path):
    every = {step.id for step in course.all_steps() if step.stage <= "02"}
    client_only = {"1.5", "1.6", "2.5", "2.10", "2.12"}

    def asked(*files):
        return {step.id for step in matrix.up_to(a_case(tmp_path / "2-1-x", *files))}

    assert asked("server/db.py") == every - client_only
    assert asked("client/api.py") == client_only | {"1.1"}
    assert asked("service.toml") == asked("server/db.py", "client/api.py") == every


def test_a_variant_is_repeated_on_its_side_only(tmp_path):
    server = matrix.steps_to_repeat(a_case(tmp_path / "2-1-x", "server/db.py", step=None))
    client = matrix.steps_to_repeat(a_case(tmp_path / "2-2-x", "client/api.py", step=None))
    whole = matrix.steps_to_repeat(a_case(tmp_path / "2-3-x", "service.toml", step=None))

    assert set(whole) == {*server, *client}
    assert [step.id for step in client if step.stage == "02"] == ["2.5", "2.10", "2.12"]
    assert {step.id for step in server if step.stage == "02"}.isdisjoint({"2.5", "2.10", "2.12"})


def test_the_steps_that_a_mistake_breaks_look_at_a_side_that_it_touches():
    looked_at = {step.id: sides.looked_at(step) for step in course.all_steps()}
    mistakes = [case for case in matrix.all_cases() if case.step]
    broken = [(case, step) for case in mistakes for step in (case.step, *case.may_fail)]

    assert len(mistakes) > 500
    assert [case.name for case, step in broken if sides.touched(case).isdisjoint(looked_at[step])] == []


def test_steps_of_earlier_stages_are_left_to_their_own_cases(tmp_path):
    mistake = a_case(tmp_path / "3-1-x", "server/sms.py", solution="03-integrations", step="3.6")
    about_earlier = matrix.steps_to_test(replace(mistake, step="2.4"))

    assert {step.stage for step in matrix.steps_to_test(mistake)} == {"03"}
    assert {"1.2", "2.1", "2.4", "2.8", "3.8"} < {step.id for step in about_earlier}
    assert {step.stage for step in matrix.steps_to_test(replace(mistake, step=None))} == {"03"}
    assert {step.stage for step in matrix.steps_to_test(replace(mistake, step=None, solution=None))} > {"02", "03"}
    assert [step.id for step in matrix.steps_to_repeat(mistake)] == ["3.2", "3.6"]
    assert [step.id for step in matrix.steps_to_repeat(replace(mistake, step="2.4"))] == ["2.1", "2.2", "2.4"]


def test_a_step_that_asks_an_earlier_stage_once_more_brings_its_steps(tmp_path):
    mistake = a_case(tmp_path / "3-1-x", "server/sms.py", solution="03-integrations", step="3.1")
    variant = replace(mistake, step=None)

    assert {step.stage for step in matrix.steps_to_test(mistake)} == {"02", "03"}
    assert {step.stage for step in matrix.steps_to_repeat(mistake)} == {"02", "03"}
    assert {step.stage for step in matrix.steps_to_repeat(variant)} == {"03"}


def _called(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
