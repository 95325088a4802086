"""Tests what the changed files touch: for the minute between two edits."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

from grader.course import ROOT
from tests import cases, matrix


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
        return _tests_of(place)
    if place.parts[:2] in (("tests", "mistakes"), ("tests", "variants")):
        return {_matrix_id(case) for case in known if _belongs(ROOT / path, case)}
    if place.name.startswith("test_") and place.parts[0] == "tests":
        return {path}
    if found := re.match(r"exercises/\d\d-[\w-]+/checks/test_(\d+)_(\d+)_", path):
        step = f"{int(found[1])}.{int(found[2])}"
        return {_matrix_id(case) for case in known if case.step == step} | {"tests/test_check_files.py"}
    if place.parts[0] in ("exercises", "solutions"):
        return {"tests/test_course_in_step.py", "tests/test_docs.py"}
    return {"tests/test_docs.py"} if place.suffix == ".md" else set()


def _tests_of(module: PurePosixPath) -> set[str]:
    """Find the tests of a module of the grader: `grader/chat/api.py` has `tests/chat/test_api.py`."""
    package = PurePosixPath("tests", *module.parts[1:-1])
    found = package / f"test_{module.stem.strip('_')}.py"
    return {str(found)} if (ROOT / found).exists() else set()


def _matrix_id(case: cases.Case) -> str:
    return f"tests/test_matrix.py::test_a_mistake_fails_its_step_and_a_variant_passes_everything[{case.name}]"


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
