"""The sets of values that a check may expect: their members and their names."""

from grader.assertions.expected import (
    ANY_SERVER_ERROR,
    FAILURE_EXIT_CODES,
    INVALID,
    NO_SUCH_MESSAGE,
    NO_SUCH_PARENT,
    SERVER_ERROR_BUT_501,
    TOO_LARGE,
)
from grader.course import ROOT


def test_a_set_is_called_by_what_a_learner_reads():
    assert str(INVALID) == repr(INVALID) == "400 or 422"


def test_what_a_refusal_may_say():
    assert 422 in TOO_LARGE
    assert 404 in NO_SUCH_PARENT
    assert 422 in NO_SUCH_MESSAGE
    assert 409 not in NO_SUCH_MESSAGE


def test_501_is_a_server_error_only_where_nothing_excuses_it():
    assert 501 in ANY_SERVER_ERROR
    assert {501} == ANY_SERVER_ERROR - SERVER_ERROR_BUT_501
    assert SERVER_ERROR_BUT_501.issuperset({500, 502, 503, 599})


def test_126_and_a_signal_are_no_failure():
    assert (FAILURE_EXIT_CODES & {0, 126, -15}) == set()
    assert FAILURE_EXIT_CODES.issuperset({1, 2, 125})


def test_no_other_module_names_a_set():
    made = [path for path in (ROOT / "grader").rglob("*.py") if "= OneOf(" in path.read_text("utf-8")]

    assert [path.name for path in made] == ["expected.py"]
