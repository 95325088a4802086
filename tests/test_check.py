"""What `grader.check` offers to files of checks, and what it needs for that."""

import subprocess
import sys

from grader import check

ALLOWED = ("grader.assertions", "grader.course", "grader.errors", "grader.system", "grader.testdata", "grader.text")


def test_it_offers_what_it_lists():
    assert [name for name in check.__all__ if not hasattr(check, name)] == []


def test_it_needs_nothing_that_speaks_to_a_project():
    code = "import sys, grader.check; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    ours = [name for name in loaded if name.startswith("grader.") and name != "grader.check"]
    assert [name for name in ours if not name.startswith(ALLOWED)] == []
