"""What a check starts on old data ends with the check; what several checks share goes on."""

import contextlib

import pytest

from grader.migration.own_starts import own_starts
from grader.migration.starts import migration_from
from tests.migration.migrating_servers import IN_ONE_TRANSACTION, OLD, SERVER
from tests.projects import project
from tests.real_course import harness_of


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def migration(tmp_path, resources, nothing_left):
    made = project(tmp_path / "project", SERVER.format(start=IN_ONE_TRANSACTION, more=""))
    project(tmp_path / "project" / "history" / "2.5", SERVER.format(start=OLD, more=""))
    harness = harness_of(made.folder, resources)
    yield migration_from(harness, ("2.5",))
    harness.close()


def test_the_servers_of_a_check_end_with_it(migration):
    shared = migration.chat()

    with own_starts(migration) as starts:
        pair = starts.two_chats(0)
        chats = [starts.chat(), starts.empty_chat(), starts.chat_after_kill(0.5), starts.chat_after_commit(1), *pair]
        assert [chat.service.running for chat in chats] == [True] * 6

    assert [chat.service.running for chat in chats] == [False] * 6
    assert shared.service.running


def test_they_end_when_the_check_fails_too(migration):
    with contextlib.suppress(AssertionError), own_starts(migration) as starts:
        chat = starts.chat()
        raise AssertionError

    assert not chat.service.running
