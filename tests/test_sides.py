"""Which steps a mistake can't break, as they look at another side of the project."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from grader import course
from tests import matrix, sides
from tests.cases import Case, Edit
from tests.real_course import COURSE

FIXTURES = ["client.py", "scripted_chat.py"]


def a_case(place: str, *files: str, solution: str | None = "02-data-model", **more) -> Case:
    edits = tuple(Edit(file, "", "x") for file in files)
    case = Case(Path(f"{place}/it.toml"), "It is so.", (), solution, {}, (), (), races=False, varies=False, edits=edits)
    return replace(case, **more)


def ids(steps):
    return [step.id for step in steps]


@pytest.mark.parametrize(
    ("files", "touched"),
    [
        (["server/db.py"], {"server"}),
        (["client/__main__.py", "client/api.py"], {"client"}),
        (["client/api.py", "server/db.py"], {"client", "server"}),
        (["server/db.py", "service.toml"], {"client", "server"}),
        (["server/db.py", "history/old.py"], {"client", "server"}),
    ],
)
def test_a_case_touches_the_sides_whose_files_it_changes(files, touched):
    assert sides.touched(a_case("2.1", *files)) == touched


@pytest.mark.parametrize("more", [{"solution": None}, {"prepare": (("true",),)}])
def test_of_a_whole_project_or_a_prepared_one_nothing_is_known(more):
    assert sides.touched(a_case("2.1", "server/db.py", **more)) == {"client", "server"}


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
    assert sides.looked_at(COURSE.find_step(step)) == looked_at


def test_every_fixture_that_runs_the_client_is_known():
    found = set()
    for file in FIXTURES:
        text = (course.ROOT / "grader" / "fixtures" / file).read_text("utf-8")
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        found |= {one.name for one in functions if {"program.run", "unanswered"} & _called(one)}

    assert sides.RUN_THE_CLIENT - found <= {"client_since"}  # which is built on `client`
    assert found - {"unanswered"} <= sides.RUN_THE_CLIENT


def test_the_matrix_leaves_out_what_a_case_cannot_change():
    every = {step.id for step in COURSE.steps if step.stage <= "02"}
    client_only = {"1.5", "1.6", "2.5", "2.10", "2.12"}

    def asked(*files):
        return set(ids(matrix.up_to(a_case("2.1", *files))))

    assert asked("server/db.py") == every - client_only
    assert asked("client/api.py") == client_only | {"1.1", "1.10"}
    assert asked("service.toml") == asked("server/db.py", "client/api.py") == every


def test_the_matrix_asks_a_project_all_stages_that_it_has_whichever_step_fails():
    early = matrix.up_to(a_case("1.2", "service.toml", solution="03-integrations"))

    assert early == matrix.up_to(a_case("3.2", "service.toml", solution="03-integrations"))
    assert early == tuple(step for step in COURSE.steps if step.stage <= "03")


def test_a_variant_is_repeated_on_its_side_only():
    server = matrix.steps_to_repeat(a_case("02", "server/db.py"))
    client = matrix.steps_to_repeat(a_case("02", "client/api.py"))
    whole = matrix.steps_to_repeat(a_case("02", "service.toml"))

    assert set(whole) == {*server, *client}
    assert ids(client) == ["2.5", "2.10", "2.12"]
    assert set(ids(server)).isdisjoint(ids(client))


def test_the_steps_that_a_mistake_breaks_look_at_a_side_that_it_touches():
    looked_at = {step.id: sides.looked_at(step) for step in COURSE.steps}
    mistakes = [case for case in matrix.all_cases() if case.step]
    broken = [(case, step) for case in mistakes for step in (case.step, *case.may_fail)]

    assert len(mistakes) > 500
    assert [case.name for case, step in broken if sides.touched(case).isdisjoint(looked_at[step])] == []


@pytest.mark.parametrize(
    ("step", "needs"),
    [
        ("1.6", ["1.5"]),
        ("1.10", ["1.1", "1.2", "1.3", "1.5", "1.7"]),
        ("2.4", ["2.1", "2.2"]),
        ("2.5", []),
        ("3.6", ["3.2"]),
        ("3.8", ["3.1", "3.2"]),
    ],
)
def test_a_mistake_is_asked_its_step_and_repeatedly_also_what_that_needs_of_its_stage(step, needs):
    mistake = a_case(step, "server/db.py", solution="03-integrations")

    assert ids(matrix.steps_to_test(mistake)) == [step]
    assert ids(matrix.steps_to_repeat(mistake)) == [*needs, step]


def test_a_step_that_asks_an_earlier_stage_once_more_brings_its_steps():
    mistake = a_case("3.1", "server/db.py", solution="03-integrations")

    assert ids(matrix.steps_to_test(mistake)) == ["2.1", "2.2", "2.3", "2.4", "2.6", "2.8", "2.9", "3.1"]
    assert matrix.steps_to_repeat(mistake) == matrix.steps_to_test(mistake)


def test_a_variant_is_asked_the_steps_of_its_stage_that_look_at_what_it_touches(monkeypatch):
    monkeypatch.setattr(matrix, "runs_slow_steps", lambda _: True)
    server, client = (matrix.steps_to_test(a_case("02", file)) for file in ("server/db.py", "client/api.py"))

    assert ids(client) == ["2.5", "2.10", "2.12"]
    assert {*server, *client} == {*COURSE.find_stage("02").steps}
    assert set(server).isdisjoint(client)


def test_a_fixed_part_of_the_edited_variants_is_asked_the_slow_steps(monkeypatch):
    edited = [case for case in matrix.all_cases() if not case.step and case.solution and matrix.steps_to_test(case)]
    asked = [case for case in edited if matrix.is_quick(case)]
    chosen = [case for case in asked if matrix.runs_slow_steps(case)]
    monkeypatch.setattr(matrix, "runs_slow_steps", lambda _: False)

    assert len(edited) / 20 < len(chosen) < len(asked) < len(edited) / 3
    assert {case.stage for case in chosen} == {"01", "02", "03", "04"}
    assert "2.7" not in ids(matrix.steps_to_test(a_case("02", "server/db.py")))


def test_a_whole_project_is_asked_its_stage():
    third = COURSE.find_stage("03").steps

    assert matrix.steps_to_test(a_case("03", solution=None)) == third


def _called(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
