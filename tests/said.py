"""Records what a learner reads about one mistake: `make record CASE=1.7/no-commit`."""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import PurePosixPath

from grader.course import ROOT
from tests import matrix
from tests.quick import matrix_id


def case_named(word: str) -> str:
    """Read the name of a case, also from the path of its file: `1.7/no-commit`."""
    path = PurePosixPath(word.removesuffix(".toml").removesuffix(".said.txt"))
    return "/".join(path.parts[-2:])


def obstacle(name: str) -> str:
    """Say why nothing is recorded of a case; empty when something is."""
    known = {case.name: case for case in matrix.all_cases()}
    case = known.get(name)
    if case is None:
        near = difflib.get_close_matches(name, known, n=1)
        return f'There is no case "{name}"' + (f"; did you mean {near[0]}?" if near else ".")
    if case.step is None:
        return f"{name} is a variant, and passes: a learner reads nothing about it."
    if case.varies:
        return f"{name} varies: what a learner reads differs from run to run, so it is not recorded."
    if not matrix.is_quick(case):
        return f"make test does not run {name}, so nothing of it is recorded: `make matrix` does."
    if case.missing:
        return f"{name} needs {', '.join(case.missing)}, which this machine doesn't have."
    return ""


def main(words: list[str]) -> int:
    """Record one case, and show how its text has changed."""
    if len(words) != 1 or not words[0]:
        print("Name one case: make record CASE=1.7/no-commit")
        return 2
    name = case_named(words[0])
    if sentence := obstacle(name):
        print(sentence)
        return 2
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--record", matrix_id(name)]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    written = f"tests/mistakes/{name}.said.txt"
    print(f"Recorded in {written}:" if not status else f"Not recorded: {written}")
    subprocess.run(["git", "--no-pager", "diff", "--", written], cwd=ROOT, check=False)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
