"""A long history: rows are copied where that goes, and messages are sent where it doesn't."""

import pytest

from grader.chat.api import Chat
from grader.errors import NotChecked
from grader.scaling import long_history
from grader.system.resources import Resources
from tests.real_course import harness_of
from tests.scaling.chats import chat


@pytest.fixture
def histories(tmp_path, nothing_left, monkeypatch):
    """Make both histories of a chat with a habit, smaller than usual; a call may forbid that messages are sent."""
    resources = Resources()
    made = []
    monkeypatch.setattr(long_history, "FEW", 400)
    monkeypatch.setattr(long_history, "MANY", 3200)
    monkeypatch.setattr(long_history, "FEWEST", 1600)

    def make(habit="", seconds=40.0):
        monkeypatch.setattr(long_history, "SEND_WITHIN", seconds)
        chat(tmp_path / "project", habit)
        made.append(harness_of(tmp_path / "project", resources))
        return long_history.two_histories(made[-1], {})

    yield make
    for one in made:
        one.close()
    resources.close()


@pytest.mark.parametrize("habit", ["", "uuids"])
def test_rows_are_copied_each_with_an_id_of_its_own(histories, habit):
    short, long, number = histories(habit)

    assert number == 3200
    assert max(short.database.rows().values()) == 400
    assert max(long.database.rows().values()) == 3200
    assert len({str(one) for one in Chat(long).all(limit=100).ids}) == 3200


def test_messages_are_sent_where_two_tables_grow(histories):
    _, long, number = histories("two tables")

    assert number == 3200
    assert long.database.rows() == {"messages": 3200, "twins": 3200}


def test_a_service_that_stores_nothing_in_time_is_not_checked(histories):
    with pytest.raises(NotChecked, match=r"^400 messages could not be stored within 0 s\.$"):
        histories(seconds=0.0)
