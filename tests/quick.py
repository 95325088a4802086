"""Tests what the changed files touch: for the minute between two edits."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

from grader.course import ROOT
from tests import cases, matrix
from tests.real_course import COURSE

IN_STEP = "tests/test_course_in_step.py"
WAITS = "tests/hostile/test_every_wait_has_an_end.py"
STARTER = "test_the_starter_fails_from_its_first_own_step_on_without_an_error"
SOLUTION = "test_the_solution_passes_everything"
WORDS = {"title", "hints"}
"""The keys of a step that only people read."""


def changed() -> list[str]:
    """List the files that differ from the last commit, new ones included."""
    diff = subprocess.run(["git", "diff", "--name-only", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    new = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sorted({*diff.stdout.split(), *new.stdout.split()})


def touched(path: str, known: list[cases.Case]) -> set[str]:
    """Name the tests that a changed file touches, as pytest wants them named."""
    place = PurePosixPath(path)
    if place.parts[0] == "grader":
        return _tests_of(place) | ({WAITS} if place.suffix == ".py" else set())
    if place.parts[:2] in (("tests", "mistakes"), ("tests", "variants")):
        return {matrix_id(case.name) for case in known if _belongs(ROOT / path, case)}
    if place.name.startswith("test_") and place.parts[0] == "tests":
        return {path}
    if found := re.match(r"exercises/\d\d-[\w-]+/checks/test_(\d+)_(\d+)_", path):
        step = f"{int(found[1])}.{int(found[2])}"
        return {matrix_id(case.name) for case in known if case.step == step} | {"tests/test_check_files.py"}
    if place.parts[0] in ("exercises", "solutions"):
        return {*_without_projects(), "tests/test_docs.py", *_runs(place), *_of_text(place)}
    return {"tests/test_docs.py"} if place.suffix == ".md" else set()


def _without_projects() -> set[str]:
    """Name the tests of the course that only read its files: they take a second, the others a minute."""
    tree = ast.parse((ROOT / IN_STEP).read_text("utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {
        f"{IN_STEP}::{node.name}"
        for node in found
        if "as_a_project" not in {argument.arg for argument in node.args.args}
    }


def _runs(place: PurePosixPath) -> set[str]:
    """Name the tests that run the starter or the solution which a changed file belongs to, or may now fail."""
    stage, starter, solution = place.parts[1], f"{IN_STEP}::{STARTER}", f"{IN_STEP}::{SOLUTION}"
    if stage not in {known.folder.name for known in COURSE.stages}:
        return set()
    if place.parts[0] == "solutions":
        return {f"{solution}[{stage}]"}
    if place.parts[2:3] == ("starter",):
        return {f"{starter}[{stage}]"}
    if place.name == "steps.toml" and rules(_committed(place)) != rules(_now(place)):
        return {f"{starter}[{stage}]", f"{solution}[{stage}]"}
    return set()


def _of_text(place: PurePosixPath) -> set[str]:
    """Name the tests that hold what one text of the course says."""
    return {"CHECKS.md": {"tests/test_words.py"}, "openapi.yaml": {"tests/test_openapi.py"}}.get(place.name, set())


def rules(steps: str) -> object:
    """Return what a steps.toml says besides its words, as only that may change an outcome."""
    try:
        content = tomllib.loads(steps)
        rules = [{key: value for key, value in step.items() if key not in WORDS} for step in content.pop("steps", [])]
    except (tomllib.TOMLDecodeError, AttributeError):
        return steps
    return {**content, "title": "", "steps": rules}


def _committed(place: PurePosixPath) -> str:
    shown = subprocess.run(["git", "show", f"HEAD:{place}"], cwd=ROOT, capture_output=True, text=True, check=False)
    return shown.stdout


def _now(place: PurePosixPath) -> str:
    return (ROOT / place).read_text("utf-8") if (ROOT / place).exists() else ""


def _tests_of(module: PurePosixPath) -> set[str]:
    """Find the tests of a module of the grader: `grader/chat/api.py` has `tests/chat/test_api.py`."""
    package = PurePosixPath("tests", *module.parts[1:-1])
    found = package / f"test_{module.stem.strip('_')}.py"
    return {str(found)} if (ROOT / found).exists() else set()


def matrix_id(case: str) -> str:
    """Name the test that runs a case."""
    return f"tests/test_matrix.py::test_a_mistake_fails_its_step_and_a_variant_passes_everything[{case}]"


def _belongs(path: Path, case: cases.Case) -> bool:
    """Tell whether a file describes a case, records it, or lies in its whole project."""
    return path in (case.file, case.said) or (case.solution is None and case.file.parent in path.parents)


def main() -> int:
    """Run the tests that the changes touch; with none, say so."""
    known = [case for case in matrix.all_cases() if matrix.is_quick(case)]
    chosen = sorted(set().union(*(touched(path, known) for path in changed())))
    if not chosen:
        print("No test is touched by what has changed.")
        return 0
    print(f"{len(chosen)} tests or files of tests are touched.")
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "4", *chosen], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
