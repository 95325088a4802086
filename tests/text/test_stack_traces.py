import time

import pytest

from grader.text.stack_traces import stack_traces, without_colours
from tests.text.traces import COMPLAINTS, TRACES


@pytest.mark.parametrize("language", TRACES)
def test_a_stack_trace_is_recognised(language):
    assert stack_traces(TRACES[language]) != []
    assert stack_traces("chat: something went wrong\n" + TRACES[language] + "\n") != []
    assert stack_traces(TRACES[language].replace("\n", "\r\n")) != []


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_a_complaint_for_people_is_no_stack_trace(complaint):
    assert stack_traces(complaint) == []
    assert stack_traces(f"  {complaint}\n") == []


def test_the_line_that_gives_it_away_is_shown():
    assert stack_traces(TRACES["JavaScript"]) == ['"at Object.<anonymous> (/src/chat.js:3:9)"']


def test_a_trace_in_colours_is_shown_without_them():
    assert stack_traces(TRACES["Python, in colours"])[0] == '"Traceback (most recent call last):"'


@pytest.mark.parametrize(
    ("coloured", "plain"),
    [
        ("\x1b[1;31mred\x1b[0m and \x1b[mnot", "red and not"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b[2K\x1b[1Gready", "ready"),
        ("plain [1m", "plain [1m"),
    ],
)
def test_colours_are_removed(coloured, plain):
    assert without_colours(coloured) == plain


@pytest.mark.parametrize("far", ["\n" * 200_000, "nothing\n" * 40_000])
def test_a_trace_at_the_end_of_a_long_text_is_found(far):
    assert stack_traces(far + TRACES["Python"]) != []
    assert stack_traces(TRACES["Python"] + far) != []


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 65536,
        " " * 65536,
        "(" * 65536,
        "\n at " + "(" * 65530,
        "\n at " + ":1" * 32000,
        "\n at " + "a.js:1" * 10000,
        "\x1b[" * 30000,
        "\x1b]" * 30000,
        " at x\n" * 700_000,
    ],
)
def test_looking_for_stack_traces_takes_no_time(text):
    began = time.monotonic()

    stack_traces(text)

    assert time.monotonic() - began < 2
