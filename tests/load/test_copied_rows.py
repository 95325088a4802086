"""Rows that the kit copies inside a database, and data that it fills in this way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from grader.load import bench as benches, copied_rows
from grader.load.bench import bench
from tests.scaling.chats import chat

pytestmark = pytest.mark.timeout(90)


@pytest.mark.parametrize(("habit", "tables"), [("", {"messages"}), ("two tables", {"messages", "twins"})])
def test_data_are_filled_with_copied_rows_or_else_with_messages(
    tmp_path: Path, habit: str, tables: set[str], nothing_left: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benches, "SENT", 200)
    with bench(chat(tmp_path / "project", habit)) as ready:
        place = ready.filled(900)
        with sqlite3.connect(place / "chat.db") as connection:
            counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}

    assert counts == dict.fromkeys(tables, 900)


def test_the_table_of_messages_is_the_only_one_that_grew() -> None:
    assert copied_rows.grown_table({"visits": 3}, {"visits": 4, "messages": 200}, 200) == "messages"
    assert copied_rows.grown_table({}, {"messages": 200, "twins": 200}, 200) is None
    assert copied_rows.grown_table({}, {}, 200) is None


@pytest.mark.parametrize("value", ["7c9e6679-7425-40de-944b-e07fc1f90ae7", b"\x00\x01", 17, "Ab9"])
def test_another_value_has_the_same_form(value: str | bytes | int) -> None:
    others = {copied_rows._another(value) for _ in range(20)}

    assert len(others) > 1
    assert {type(one) for one in others} == {type(value)}
    if not isinstance(value, int):
        assert {len(one) for one in others} == {len(value)}


def test_nothing_stays_nothing() -> None:
    assert copied_rows._another(None) is None
