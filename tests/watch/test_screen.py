"""What a snapshot looks like on a terminal, in plain lines."""

from dataclasses import replace

from grader.watch.screen import Screen
from tests.watch.fake_watch import FAILURE, snapshot

HINTS = ("Open the database in `get_db`.", "Commit what you have inserted.")


def shown(now, capsys):
    screen = Screen(is_live=False, has_keys=False)
    screen.show(now)
    return [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_the_step_that_fails_has_a_line_of_its_own_above_the_current_one(capsys):
    lines = shown(snapshot("1.7", failure=replace(FAILURE, step="1.2"), verdict="skip"), capsys)

    (at,) = [number for number, line in enumerate(lines) if line.startswith("✗ 1.2  ")]
    assert "1.7  " in lines[at + 1]


def test_hints_name_their_step_where_another_one_fails(capsys):
    lines = shown(snapshot("1.7", failure=replace(FAILURE, step="1.2"), hints=HINTS), capsys)

    assert "1.7  hint 1  Open the database in get_db." in lines
    assert "1.7  hint 2  Commit what you have inserted." in lines


def test_hints_of_the_step_that_fails_name_none(capsys):
    lines = shown(snapshot("1.4", failure=FAILURE, hints=HINTS), capsys)

    assert "hint 1  Open the database in get_db." in lines
    assert sum("1.4  " in line for line in lines) == 2  # the step, and what is wrong
