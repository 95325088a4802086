"""Step 2.6: the instant at which the server accepted a message."""

from grader.check import check, words


@check("2.6", clause="K8")
def test_created_at_is_the_moment_of_acceptance(summer_chat):
    """`created_at` of a new message is the moment of its acceptance, give or take a second, in summer time too."""
    timed = summer_chat.send_timed(words())

    assert timed.early_or_late == 0


@check("2.6", clause="stage 2")
def test_created_at_is_never_taken_from_the_request(summer_chat):
    """The server ignores a `created_at` in the request."""
    timed = summer_chat.send_timed(words(), created_at="2000-01-01T00:00:00Z")

    assert timed.early_or_late == 0


@check("2.6", clause="stage 2")
def test_created_at_never_changes(summer_chat):
    """`created_at` is the same in the answer, in the list, and after a restart in another time zone."""
    sent = summer_chat.send(words())
    before = summer_chat.page()

    assert before.by_id(sent.id).member("created_at") == sent.member("created_at")
    summer_chat.move_to_winter()
    assert summer_chat.page().by_id(sent.id).moment == sent.moment
    summer_chat.try_to_reply(sent)
    assert summer_chat.changed_since(before, "created_at", places=False) == ()


@check("2.6", clause="stage 2")
def test_later_messages_leave_created_at_as_it_was(chat):
    """`created_at` of a message stays the same when other messages come: one with its text, or one that names it."""
    text = words()
    sent = chat.send_in_turn(text, words(), words())
    before = chat.page()

    chat.try_to_reply(sent.messages[-1])
    chat.send_in_turn(text, words())

    assert chat.changed_since(before, "created_at", places=False) == ()


@check("2.6", clause="K8")
def test_created_at_is_right_in_winter_too(summer_chat):
    """`created_at` of a new message is the moment of its acceptance, also where summer time is not in force."""
    summer_chat.move_to_winter()

    assert summer_chat.send_timed(words()).early_or_late == 0
