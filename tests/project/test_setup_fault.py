"""Which failures of `setup` are sure to come again."""

import pytest

from grader.errors import Failed
from grader.project import setup_fault


@pytest.mark.parametrize(
    "printed",
    [
        'ERROR: unknown command "instal" - maybe you meant "install"',
        "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirement.txt'",
        "ERROR: Invalid requirement: '&&': Expected package name at the start of dependency specifier",
        "no such option: --requirements",
        "/usr/bin/python: No module named pipp",
        "python: can't open file '/x/setup.py': [Errno 2] No such file or directory",
        "make: *** No rule to make target 'setup'.  Stop.",
        "sh: 1: npmm: not found",
    ],
)
def test_a_wrong_command_fails_again(printed):
    assert setup_fault.is_lasting(Failed("setup failed (exit code 1)", expected="exit code 0", log=printed))


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "ERROR: No matching distribution found for flask",
        "WARNING: Retrying (Retry(total=4)) after connection broken: no such file or directory",
        "npm ERR! network request to https://registry.example.test/x failed",
        "Killed",
    ],
)
def test_what_a_registry_may_have_done_is_tried_again(printed):
    assert not setup_fault.is_lasting(Failed("setup failed (exit code 1)", expected="exit code 0", log=printed))


def test_a_program_that_is_not_there_stays_away():
    missing = Failed('There is no program "pipp" on PATH.', expected=setup_fault.NOT_STARTED)

    assert setup_fault.is_lasting(missing)
