import time

import pytest

from grader.text.values import printable, shorten, shown, stack_traces


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", '"hello"'),
        (b"", '""'),
        (b"  two\r\n\t lines \n", '"two lines"'),
        (b"\x1b[31mred\x07\x00", r'"\x1b[31mred\x07\x00"'),
        (b"\xff\xfe", '"\ufffd\ufffd"'),
        ("\u202eright to left\u2028".encode(), r'"\u202eright to left"'),
        ("žluť 🐎".encode(), '"žluť 🐎"'),
        (b"x" * 200, f'"{"x" * 200}"'),
        (b"x" * 201, f'"{"x" * 200}"…'),
        ("ž".encode() * 201, f'"{"ž" * 200}"…'),
        ("🐎".encode() * 200, f'"{"🐎" * 200}"'),
        (b"abc" + "🐎".encode() * 300, f'"abc{"🐎" * 197}"…'),
        (b"\n" * 5000 + b"x", '""…'),
    ],
)
def test_a_body_is_shown_on_one_line_of_200_characters(content, said):
    assert shorten(content) == said


@pytest.mark.parametrize("filler", [b"\n", b" ", b"\n\n"])
def test_a_character_is_never_shown_in_half(filler):
    for before in range(796, 801):
        assert "\ufffd" not in shorten(filler * before + "🐎".encode() * 3)


def test_large_things_are_shown_quickly():
    began = time.monotonic()

    shorten(b"\xff" * 50_000_000)

    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("plain ž 🐎", "plain ž 🐎"), ("a\nb\x1b[0m", r"a\nb\x1b[0m"), ("\udcff\u200b\u00a0", r"\udcff\u200b\xa0")],
)
def test_what_a_terminal_would_obey_is_escaped(text, said):
    assert printable(text) == said


def test_some_characters_may_be_kept():
    assert printable("a\nb\tc\r", keep="\n\t") == "a\nb\tc\\r"


@pytest.mark.parametrize(
    ("value", "said"),
    [(5, "5"), ("it's", '"it\'s"'), (b"it's", '"it\'s"'), ("x" * 300, "'" + "x" * 60 + "'… (300 characters)")],
)
def test_a_value_is_shown_as_in_python_and_shortened(value, said):
    assert shown(value) == said


TRACES = {
    "Python": 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nZeroDivisionError: x',
    "Java": 'Exception in thread "main" java.net.ConnectException\n\tat java.base/sun.nio.ch.Net.poll(Native)',
    "Java, logged": "refused\n\tat com.example.Client.main(Client.java:14)",
    "C#": "Unhandled exception. System.Exception: x\n   at Chat.Program.Main(String[] args) in /src/Program.cs:line 5",
    "JavaScript": "Error: x\n    at Object.<anonymous> (/src/chat.js:3:9)",
    "JavaScript, module": "Error: x\n    at async file:///src/chat.mjs:3:9",
    "JavaScript, internal": "Error: x\n    at node:internal/main/run_main_module:23:47",
    "Rust": "thread 'main' panicked at src/main.rs:4:5:\nrefused",
    "Go": "panic: x\n\ngoroutine 1 [running]:\nmain.main()",
    "Ruby": "chat.rb:3:in `connect': refused (Errno::ECONNREFUSED)",
    "Perl": "refused at chat.pl line 4.\n\tmain::ping() called at chat.pl line 9",
    "PHP": "PHP Fatal error:  Uncaught Exception: x in /src/chat.php:3\nStack trace:\n#0 {main}",
    "C": "Segmentation fault (core dumped)",
}


@pytest.mark.parametrize("language", TRACES)
def test_a_stack_trace_is_recognised(language):
    assert stack_traces(TRACES[language]) != []
    assert stack_traces("chat: something went wrong\n" + TRACES[language] + "\n") != []


@pytest.mark.parametrize(
    "complaint",
    [
        "chat: nobody listens at /run/chat.sock",
        "chat: got 404 for GET at /",
        "cannot reach the server\n    at http://127.0.0.1:5000 (connection refused)",
        "cannot reach the server\n\tat 127.0.0.1:5000",
        "No route to host at chat.pl line 4.",
        "Error: connect ECONNREFUSED 127.0.0.1:5000",
        "error: the answer was 500, see the stack trace on the server",
        "Is there a server at all?\n at least nobody answered (timeout)",
    ],
)
def test_a_complaint_for_people_is_no_stack_trace(complaint):
    assert stack_traces(complaint) == []


def test_the_line_that_gives_it_away_is_shown():
    assert stack_traces(TRACES["JavaScript"]) == ['"at Object.<anonymous> (/src/chat.js:3:9)"']


@pytest.mark.parametrize(
    "text", ["\n" * 65536, " " * 65536, "(" * 65536, "\n at " + "(" * 65530, "\n at " + ":1" * 32000]
)
def test_looking_for_stack_traces_takes_no_time(text):
    began = time.monotonic()

    stack_traces(text)

    assert time.monotonic() - began < 2


@pytest.mark.parametrize(("value", "said"), [(None, "null"), (True, "true"), (False, "false"), (1, "1"), (0, "0")])
def test_the_words_of_json_are_shown_as_in_json(value, said):
    assert shown(value) == said
