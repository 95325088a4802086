"""Step 2.7: the migration loses no old message and invents nothing, however often it runs and wherever it stops."""

import pytest

from grader.check import check, words


@check("2.7", clause="K7")
def test_old_messages_keep_their_ids_and_their_order(migrated_chat):
    """On a database of step 2.5, the old messages keep their ids and their order."""
    assert migrated_chat.old_page().ids == migrated_chat.expected


@check("2.7", clause="stage 2")
def test_old_messages_keep_their_texts(migrated_chat):
    """The old messages keep their texts."""
    assert migrated_chat.changed_texts == ()


@check("2.7", clause="stage 2")
def test_new_messages_come_before_old_ones(migrated_chat):
    """A new message is listed before all old ones."""
    sent = migrated_chat.send(words())

    assert migrated_chat.page().first == sent.id


@check("2.7", clause="stage 2")
def test_old_messages_have_no_time_or_one_that_can_be(migrated_chat):
    """`created_at` of an old message is null, or a valid time that isn't later than the migration."""
    assert migrated_chat.impossible_times == ()


@check("2.7", clause="stage 2")
def test_a_second_start_changes_nothing(migration):
    """After a second start, the server lists the old messages and their times as before."""
    chat = migration.chat()
    before = chat.times()

    chat.restart()

    assert chat.old_page().ids == chat.expected
    assert chat.times() == before


@pytest.mark.parametrize("locked", [0.0, 1.6], ids=["at-once", "locked"])
@check("2.7", clause="stage 2")
def test_two_may_start_at_the_same_moment(migration, locked):
    """Two servers that start at once on an old database, even a locked one, both come up and list its messages."""
    one, other = migration.two_chats(locked)

    assert one.old_page().ids == one.expected
    assert other.old_page().ids == other.expected


@check("2.7", clause="stage 2")
def test_an_empty_database_works(migration):
    """On an old database without messages, the server starts and lists a new message."""
    chat = migration.empty_chat()
    sent = chat.send(words())

    assert chat.page().ids == (sent.id,)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
@check("2.7", clause="stage 2")
def test_a_start_that_was_killed_between_transactions_is_completed_by_the_next(migration, share):
    """When a start is killed right after one of its transactions, the next start works and nothing is lost."""
    chat = migration.chat_after_commit(share)

    assert chat.old_page().ids == chat.expected
    assert chat.changed_texts == ()
    assert chat.impossible_times == ()
    assert chat.send(words()).identity != ""


@pytest.mark.parametrize("moment", [0.5, 0.7, 0.9, 1.1])
@check("2.7", clause="stage 2")
def test_a_start_that_was_killed_is_completed_by_the_next(migration, moment):
    """When a start is killed in the middle of the migration, the next start works and nothing is lost."""
    chat = migration.chat_after_kill(moment)

    assert chat.old_page().ids == chat.expected
    assert chat.changed_texts == ()
    assert chat.impossible_times == ()
    assert chat.send(words()).identity != ""


@check("2.7", clause="K8")
def test_new_messages_have_the_time_of_their_own(aged_chat):
    """On the migrated database, too, `created_at` of a new message is the moment of its acceptance."""
    assert aged_chat.send_timed(words()).early_or_late == 0


@check("2.7", clause="stage 2")
def test_the_decision_is_written_down(deciding_repository):
    """`DECISIONS.md` is tracked and says, in 80 characters or more beside headings, what you chose for old rows."""
    assert deciding_repository.prose("DECISIONS.md") >= 80
