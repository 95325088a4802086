"""The files of checks themselves: short, plain, and tied to a step and a clause."""

import ast
import re
from pathlib import Path

import pytest

from grader import check as check_module
from grader.course import EXERCISES
from tests import projects, words
from tests.real_course import COURSE

LONGEST = 12
BRANCHES = (
    ast.For,
    ast.While,
    ast.If,
    ast.IfExp,
    ast.Match,
    ast.Try,
    ast.TryStar,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.BoolOp,
)
FORBIDDEN = {
    "sleep",
    "mock",
    "Mock",
    "MagicMock",
    "patch",
    "monkeypatch",
    "mocker",
    "skip",
    "xfail",
    "raises",
    "print",
    "seed",
}
IMPORTABLE = {"pytest", "json", "datetime", "decimal", "math", "itertools", "urllib"}
CLAUSE = re.compile(r"K([1-9]|10)|stage [1-4]")

FILES = sorted(EXERCISES.glob("*/checks/test_*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}
CHECKS = [(path, node) for path in FILES for node in TREES[path].body if isinstance(node, ast.FunctionDef)]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_check = pytest.mark.parametrize(
    ("path", "check"), CHECKS, ids=[f"{path.stem}-{node.name}" for path, node in CHECKS]
)


def markers(check: ast.FunctionDef) -> list[ast.Call]:
    return [
        call
        for call in check.decorator_list
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check"
    ]


def body(check: ast.FunctionDef) -> list[ast.stmt]:
    """The statements after the docstring."""
    return check.body[1:]


def files_of_checks(folder: Path) -> list[Path]:
    """What lies in a stage's folder of checks; a conftest.py, which holds words of the stage's own, is none of them."""
    return sorted(path for path in folder.glob("checks/*.py") if path.name != "conftest.py")


def known_words(folder: Path) -> set[str]:
    """Name the fixtures that a check of this stage may take."""
    return {word.name for word in (*words.of_the_kit(), *words.of_stage(folder))}


def test_there_are_checks():
    assert len(CHECKS) >= 20


@pytest.mark.parametrize("stage", COURSE.stages, ids=lambda stage: stage.id)
def test_every_step_has_one_file_of_checks_and_every_file_a_step(stage):
    expected = [stage.check_file(step) for step in stage.steps]

    assert sorted(expected) == files_of_checks(stage.folder)


@every_file
def test_a_file_holds_its_docstring_imports_and_checks_and_nothing_else(path):
    tree = TREES[path]
    step = COURSE.find_step(".".join(str(int(number)) for number in path.stem.split("_")[1:3]))
    imports = (ast.Import, ast.ImportFrom)

    assert re.fullmatch(rf"Step {re.escape(step.id)}: .+\.", ast.get_docstring(tree) or "")
    assert [node for node in tree.body[1:] if not isinstance(node, (*imports, ast.FunctionDef))] == []
    named = [
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in tree.body
        if isinstance(node, imports)
    ]
    assert {name.partition(".")[0] for name in named if name != "grader.check"} <= IMPORTABLE


@every_file
def test_a_file_imports_names_of_grader_check_and_nothing_else_of_the_kit(path):
    froms = [node for node in TREES[path].body if isinstance(node, ast.ImportFrom) and node.module == "grader.check"]
    names = {alias.name for node in froms for alias in node.names}

    assert "check" in names
    assert names <= set(check_module.__all__)


@every_file
def test_names_are_not_used_twice(path):
    names = [node.name for node in TREES[path].body if isinstance(node, ast.FunctionDef)]

    assert sorted(names) == sorted(set(names))


@every_check
def test_a_check_belongs_to_the_step_of_its_file_and_cites_a_clause(path, check):
    (marker,) = markers(check)
    (step,) = [ast.literal_eval(argument) for argument in marker.args]
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in marker.keywords}

    major, minor = step.split(".")
    assert path.stem.startswith(f"test_{major}_{int(minor):02}_")
    assert COURSE.find_step(step).stage == path.parent.parent.name[:2]
    assert named.keys() - {"timed"} == {"clause"}
    assert CLAUSE.fullmatch(named["clause"])
    assert check.name.startswith("test_")


@every_check
def test_a_check_is_one_sentence(path, check):
    sentence = " ".join((ast.get_docstring(check) or "").split())

    assert sentence.endswith(".")
    assert re.search(r"[.!?] [A-Z]", sentence) is None
    assert sentence[0].isupper() or sentence.startswith("`")
    assert sentence.count("`") % 2 == 0


@every_check
def test_a_check_is_short(path, check):
    first, last = body(check)[0].lineno, check.end_lineno

    assert 1 <= last - first + 1 <= LONGEST


@every_check
def test_a_check_has_no_loop_branch_try_sleep_or_mock(path, check):
    inside = [node for statement in body(check) for node in ast.walk(statement)]
    names = {node.id for node in inside if isinstance(node, ast.Name)} | {
        node.attr for node in inside if isinstance(node, ast.Attribute)
    }

    assert [ast.unparse(node) for node in inside if isinstance(node, BRANCHES)] == []
    assert names & FORBIDDEN == set()
    assert {argument.arg for argument in check.args.args} & FORBIDDEN == set()


@every_check
def test_a_check_asserts_a_comparison(path, check):
    """Only a failed comparison can say what was wanted and what came."""
    asserts = [node for statement in body(check) for node in ast.walk(statement) if isinstance(node, ast.Assert)]
    asserted = [node.test for node in asserts]

    assert asserted
    assert [ast.unparse(test) for test in asserted if not isinstance(test, ast.Compare) or len(test.ops) != 1] == []
    assert [ast.unparse(node) for node in asserts if node.msg] == []


@every_check
def test_a_check_speaks_through_fixtures_only(path, check):
    parametrised = {
        name.strip()
        for call in check.decorator_list
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.parametrize"
        for name in ",".join(map(str, _names(call))).split(",")
    }
    arguments = {argument.arg for argument in check.args.args}

    assert arguments - parametrised <= known_words(path.parent.parent)
    assert parametrised <= arguments
    assert arguments - parametrised


def test_a_conftest_beside_checks_is_no_file_of_checks_and_its_words_are_known(tmp_path):
    conftest = (
        'import pytest\n\n\n@pytest.fixture\ndef page(service):\n    """Give a page."""\n    return service.get("/")\n'
    )

    (stage,) = projects.course(tmp_path, {"1.1": ""}, conftest=conftest).iterdir()

    assert [path.name for path in files_of_checks(stage)] == ["test_1_01_step.py"]
    assert known_words(stage) - known_words(COURSE.find_stage("1").folder) == {"page"}


def _names(call: ast.Call) -> list[str]:
    value = ast.literal_eval(call.args[0])
    return [value] if isinstance(value, str) else list(value)
