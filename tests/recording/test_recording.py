import xml.etree.ElementTree as ET

import pytest

from tests.recording import drawing, session, terminal
from tests.recording.__main__ import RECORDING, TITLE
from tests.recording.terminal import Run

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    return session.play(tmp_path_factory.mktemp("home"))


def drawn_lines(svg: str) -> list[str]:
    """Read the lines of a recording: each text at its column."""
    lines = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        places = [(float(run.get("x", "")) - drawing.MARGIN) / drawing.CHARACTER for run in text]
        lines.append(tuple(Run(round(place), run.text or "") for place, run in zip(places, text, strict=True)))
    return [terminal.text_of(line) for line in lines]


def test_the_recording_shows_what_the_commands_say(played):
    said = [line for line in session.text_of(played) if line]

    assert drawn_lines(RECORDING.read_text("utf-8")) == said, "to record it anew: make recording"


def test_the_recording_is_drawn_as_the_code_draws_it(played):
    assert RECORDING.read_text("utf-8") == drawing.draw(played, TITLE), "to record it anew: make recording"


def test_the_recording_is_small_and_says_in_words_what_it_shows():
    root = ET.fromstring(RECORDING.read_text("utf-8"))

    assert RECORDING.stat().st_size < 300_000
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == TITLE
    assert "kit check: Steps 1.1 to 1.3 pass" in root.findtext(f"{SVG}desc", "")
    style = root.findtext(f"{SVG}style", "")
    before, _, moving = style.partition("@media (prefers-reduced-motion:no-preference)")
    assert ("animation" in before, "animation" in moving) == (False, True)
    assert "prefers-color-scheme:dark" in before


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"10 %\r90 %\r\n", ["90 %"]),
        (b"a\r\nb\r\n\x1b[1A\x1b[2Kc\r\n", ["a", "c"]),
        (b"end\r\n\r\n", ["end", ""]),
        (b"left   right\r\n", ["left   right"]),
        (b"no end", ["no end"]),
    ],
)
def test_a_terminal_shows_what_stands_at_the_end(written, lines):
    assert [terminal.text_of(line) for line in terminal.shown(written)] == lines


def test_a_terminal_shows_colours_and_faint_text():
    (line,) = terminal.shown(b"\x1b[1;31mred\x1b[0m \x1b[2mfaint\x1b[0m \x1b[38;2;1;2;3mown\x1b[0m\r\n")

    assert line == (Run(0, "red", ("red", "bold")), Run(4, "faint", ("dim",)), Run(10, "own"))


def test_each_text_is_as_wide_as_its_characters_and_nothing_is_left_of_the_paper(played):
    for tspan in ET.fromstring(drawing.draw(played, TITLE)).iter(f"{SVG}tspan"):
        left, width = float(tspan.get("x", "")), float(tspan.get("textLength", ""))
        assert width == pytest.approx(len(tspan.text or "") * drawing.CHARACTER)
        assert drawing.MARGIN <= left <= left + width <= drawing.WIDTH - drawing.MARGIN + 0.1
