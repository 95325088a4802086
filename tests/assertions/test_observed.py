from http import HTTPStatus

import pytest

from grader.assertions.entries import Growth, Listing
from grader.assertions.expected import FAILURE_EXIT_CODES, NOT_FOUND, OK, SERVER_ERROR_BUT_501, OneOf
from grader.assertions.output import ExitCode, Text
from grader.assertions.replies import Body, Fault, Size, Status, Statuses
from grader.session.failure import Comparison

LINE = "curl -i 'http://127.0.0.1:5000/'"
STATUS = Status(500, request=LINE, summary="500 Oops, text/html, empty body")
STATUSES = Statuses([200, 500], request=LINE, summary="19 × 200, 1 × 500")
BODY = Body(b"hello", request=LINE)
EMPTY = Body(b"", request=LINE)
SIZE = Size(1_048_577, request=LINE)
STDOUT = Text("hello\n", stream="stdout", request=LINE, summary='exit code 0, "hello" on stdout')
STDERR = Text("", stream="stderr", request=LINE, summary="exit code 0, nothing printed")
CODE = ExitCode(-11, request=LINE, summary="killed by SIGSEGV, nothing printed")
NOTHING = Listing([], request=LINE, what="commit")
NO_REPOSITORY = Listing([], request=LINE, what="commit", empty="there is no repository")
REQUESTS = Listing(["GET //", "GET /x\x1b"], request=LINE, what="request")
FILES = Listing([f"{n}.db" for n in range(7)], request=LINE, what="SQLite database among the tracked files")
FAULT = Fault("no use", answer="an answer of use", request=LINE, summary="200 OK")


def growth(**tables: int) -> Growth:
    made = Growth(tables)
    made.request = LINE
    return made


@pytest.mark.parametrize(
    ("left", "operator", "right", "expected", "came"),
    [
        # a status
        (STATUS, "in", OK, "200", "500 Oops, text/html, empty body"),
        (STATUS, "==", 200, "200", "500 Oops, text/html, empty body"),
        (STATUS, "==", HTTPStatus.OK, "200", "500 Oops, text/html, empty body"),
        (STATUS, "in", (400, 422), "(400, 422)", "500 Oops, text/html, empty body"),
        (STATUS, "!=", 500, "not 500", "500 Oops, text/html, empty body"),
        (STATUS, "not in", SERVER_ERROR_BUT_501, "anything but a server error (5xx; 501 is fine)", STATUS.summary),
        (STATUS, "in", OneOf({400, 422}, "400 or 422"), "400 or 422", "500 Oops, text/html, empty body"),
        (200, "==", STATUS, "200", "500 Oops, text/html, empty body"),
        # several statuses
        (STATUSES, "==", OK, "200 for all of them", "19 × 200, 1 × 500"),
        (STATUSES, "==", {200}, "{200} for all of them", "19 × 200, 1 × 500"),
        # a body
        (EMPTY, "!=", b"", "a body that is not empty", "an empty body"),
        (BODY, "==", b"bye", '"bye"', '"hello"'),
        (BODY, "==", Body(b"x" * 10**6, request=""), f'"{"x" * 200}"…', '"hello"'),
        (b"bye", "in", BODY, '"bye"', '"hello"'),
        (SIZE, "<=", 1_048_576, "at most 1048576 bytes", "more than 1048576 bytes"),
        # a client
        ("ž it's", "in", STDOUT, 'stdout contains "ž it\'s"', 'exit code 0, "hello" on stdout'),
        ("x" * 999, "in", STDOUT, f"stdout contains '{'x' * 60}'… (999 characters)", 'exit code 0, "hello" on stdout'),
        (STDERR, "!=", "", "something on stderr", "exit code 0, nothing printed"),
        (STDOUT, "==", "bye", "on stdout: 'bye'", 'exit code 0, "hello" on stdout'),
        (CODE, "==", 0, "exit code 0", "killed by SIGSEGV, nothing printed"),
        (CODE, "in", FAILURE_EXIT_CODES, "an exit code from 1 to 125", "killed by SIGSEGV, nothing printed"),
        # lists
        (NOTHING, "!=", (), "at least one commit", "no commit"),
        (NO_REPOSITORY, "!=", (), "at least one commit", "there is no repository"),
        (FILES, "==", (), "no SQLite database among the tracked files", "0.db, 1.db, 2.db, 3.db, 4.db and 2 more"),
        ("GET /", "in", REQUESTS, "'GET /'", r"GET //, GET /x\x1b"),
        ("GET /", "in", NOTHING, "'GET /'", "no commit"),
        (REQUESTS, "==", ("GET /", "GET /x"), "GET /, GET /x", r"GET //, GET /x\x1b"),
        (NOTHING, "==", ("first",), "first", "no commit"),
        (FILES, "==", (*FILES, "x.db"), f"{', '.join(FILES)}, x.db", ", ".join(FILES)),
        (FAULT, "==", "", "an answer of use", "no use, in 200 OK"),
        # rows
        (7, "in", growth(visits=6, log=0), "some table with exactly 7 more rows", "visits +6"),
        (1, "in", growth(a=2, b=-1), "some table with exactly 1 more row", "a +2, b -1"),
        (1, "not in", growth(a=1), "no table with exactly 1 more row", "a +1"),
        (
            7,
            "in",
            growth(visits=0, **{"odd\nname": 0}),
            "some table with exactly 7 more rows",
            r"no new row that another connection can see (tables: odd\nname, visits)",
        ),
        (7, "in", growth(), "some table with exactly 7 more rows", "a database without any table"),
    ],
)
def test_a_failed_comparison_says_what_was_wanted_and_what_came(left, operator, right, expected, came):
    said = Comparison(operator, left, right).described()

    assert said == {"request": LINE, "expected": expected, "actual": came}


def test_two_plain_values_have_nothing_to_say():
    assert Comparison("==", 1, 2).described() is None


def test_what_was_seen_compares_like_the_plain_value():
    assert STATUS == 500
    assert STATUS in SERVER_ERROR_BUT_501
    assert STATUS not in NOT_FOUND
    assert {200, 500} == STATUSES
    assert Statuses([200, 200], request="", summary="") == OK
    assert BODY == b"hello"
    assert STDOUT == "hello\n"
    assert CODE not in FAILURE_EXIT_CODES
    assert NOTHING == ()
    assert "GET //" in REQUESTS


def test_growth_looks_at_numbers_of_rows_and_not_at_names():
    assert 7 in growth(visits=7)
    assert "visits" not in growth(visits=7)
    assert 0 in growth(visits=0)


def test_a_stack_trace_is_found_in_what_a_client_printed():
    printed = Text("Traceback (most recent call last):\n...", stream="stderr", request=LINE, summary="")

    said = Comparison("==", printed.traces, ()).described()

    assert said == {"request": LINE, "expected": "no stack trace", "actual": '"Traceback (most recent call last):"'}
    assert STDERR.traces == ()
