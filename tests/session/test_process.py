"""What is imported before a service starts: a learner waits for each of these modules after every change."""

import subprocess
import sys

import pytest

ONLY_LATER = {
    "concurrent.futures",
    "grader.http_client.client",
    "grader.report.terminal",
    "grader.text.last_words",
    "grader.text.stack_traces",
    "http.client",
    "pytest",
    "rich",
    "traceback",
}


def imported_by(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "later"),
    [
        ("grader.session.process", {*ONLY_LATER, "dataclasses", "grader.course", "grader.session.runner", "tomllib"}),
        ("grader.session.__main__", ONLY_LATER),
    ],
)
def test_what_can_wait_is_not_imported_before_the_service_starts(module, later):
    assert imported_by(module) & later == set()
