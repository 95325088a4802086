import time

import pytest

from grader.text.values import printable, shorten, shown, three_digits


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


@pytest.mark.parametrize(("value", "said"), [(None, "null"), (True, "true"), (False, "false"), (1, "1"), (0, "0")])
def test_the_words_of_json_are_shown_as_in_json(value, said):
    assert shown(value) == said


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "0"), (0.0000793, "0.0000793"), (0.154, "0.154"), (24.31, "24.3"), (1234.0, "1230"), (98765.0, "98800")],
)
def test_a_figure_has_three_digits_and_no_exponent(value, written):
    assert three_digits(value) == written
