"""Step 2.12: a client that sends replies, and shows which message each one answers."""

import pytest

from grader.check import FAILURE_EXIT_CODES, SPOKEN, check, words


@check("2.12", clause="stage 2")
def test_reply_posts_text_and_parent(client, any_scripted_chat):
    """`reply ID TEXT` posts the text with `reply_to`, and prints the new id."""
    parent = any_scripted_chat.say(words())
    text = words()

    run = client("reply", parent.id, text, server_url=any_scripted_chat.url)

    assert any_scripted_chat.posts(run.request) == ("POST /messages",)
    assert any_scripted_chat.posted("text", run.request) == text
    assert any_scripted_chat.posted_id("reply_to", run.request) == parent.id
    assert any_scripted_chat.messages[0].id in run.stdout
    assert run.exit_code == 0


@check("2.12", clause="K7")
def test_zeros_at_the_beginning_belong_to_an_id(client, any_scripted_chat):
    """`show ID` asks for the id as it was typed: zeros at its beginning belong to it."""
    any_scripted_chat.say(words())
    any_scripted_chat.say(words())
    third = any_scripted_chat.say(words())

    run = client("show", third.id, server_url=any_scripted_chat.url)

    assert run.exit_code == 0
    assert third.text in run.stdout


@check("2.12", clause="K7")
def test_the_integer_0_is_the_id_of_a_parent(client, scripted_chat_from_zero, lines):
    """`reply 0 TEXT` and `show 0` are about the message with the id 0, and the line of a reply to it contains the 0."""
    parent = scripted_chat_from_zero.say(SPOKEN[0])
    reply = scripted_chat_from_zero.say(SPOKEN[1], reply_to=parent.id)

    listed = client("list", server_url=scripted_chat_from_zero.url)
    shown = client("show", parent.id, server_url=scripted_chat_from_zero.url)
    replied = client("reply", parent.id, words(), server_url=scripted_chat_from_zero.url)

    assert lines(listed, scripted_chat_from_zero).naming(reply, parent.id) == ()
    assert shown.exit_code == 0
    assert parent.text in shown.stdout
    assert scripted_chat_from_zero.posted_id("reply_to", replied.request) == parent.id
    assert replied.exit_code == 0


@check("2.12", clause="stage 2")
def test_a_line_of_a_reply_names_its_parent(client, any_scripted_chat, lines):
    """In a listing, the line of a reply contains the id of its parent, and the line of another message doesn't."""
    parent, other = any_scripted_chat.say(words()), any_scripted_chat.say(words())
    reply = any_scripted_chat.say(words(), reply_to=parent.id)

    run = client("list", server_url=any_scripted_chat.url)

    assert lines(run, any_scripted_chat).naming(reply, parent.id) == ()
    assert lines(run, any_scripted_chat).not_naming(other, parent.id) == ()


@check("2.12", clause="stage 2")
def test_a_parent_may_be_on_another_page(client, scripted_chat, lines):
    """`list` shows a reply even when its parent isn't on the page."""
    parent = scripted_chat.say(words())
    scripted_chat.fill_up(25)
    reply = scripted_chat.say(words(), reply_to=parent.id)

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).naming(reply, parent.id) == ()


@check("2.12", clause="stage 2")
def test_show_prints_a_message_and_then_its_replies(client, any_scripted_chat, lines):
    """`show ID` prints the message, then its replies, the oldest first, each with its id and text, also equal texts."""
    parent = any_scripted_chat.say(words())
    any_scripted_chat.fill_alike(reply_to=parent.id)

    run = client("show", parent.id, server_url=any_scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, any_scripted_chat, any_scripted_chat.messages[::-1]).texts_in_order == ()
    assert lines(run, any_scripted_chat, any_scripted_chat.messages[::-1]).unnamed == ()


@check("2.12", clause="stage 2")
def test_show_prints_a_message_without_replies(client, scripted_chat, lines):
    """`show ID` prints a message that has no replies, with its id and text."""
    said = scripted_chat.say(words())

    run = client("show", said.id, server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).texts_in_order == ()
    assert lines(run, scripted_chat).unnamed == ()


@pytest.mark.parametrize("status", [422, 503])
@check("2.12", clause="K10")
def test_a_refused_reply_is_a_failure(client, scripted_chat, status):
    """When the server refuses, `reply` says so, ends with an exit status from 1 to 125, and doesn't send again."""
    said = scripted_chat.say(words())
    scripted_chat.refuse_with(status)

    run = client("reply", said.id, words(), server_url=scripted_chat.url)

    assert scripted_chat.posts(run.request) == ("POST /messages",)
    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("command", [["reply", "m-7f.3a~9", "Hello?"], ["show", "m-7f.3a~9"]], ids=["reply", "show"])
@check("2.12", clause="stage 2")
def test_replying_and_showing_fail_when_the_answer_breaks_off(client, scripted_chat, command):
    """When the answer breaks off, `reply` and `show` say so on stderr and end with an exit status from 1 to 125."""
    scripted_chat.say(words())
    scripted_chat.answer_with("half")

    run = client(*command, server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.12", clause="K10")
def test_show_fails_when_there_is_no_such_message(client, scripted_chat):
    """When there is no such message, `show` says so on stderr and ends with an exit status from 1 to 125."""
    run = client("show", "not-there", server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("command", [["reply", "m-80", "Hello?"], ["show", "m-80"]], ids=["reply", "show"])
@check("2.12", clause="K10")
def test_replying_and_showing_fail_when_nobody_is_there(client, refused, command):
    """When no program listens, `reply` and `show` say so on stderr and end with an exit status from 1 to 125."""
    run = client(*command, server_url=refused)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.12", clause="K10")
def test_reply_gives_up_on_a_silent_server(unanswered_reply):
    """When the server never answers, `reply` says so within 15 seconds, ends with 1 to 125, and doesn't send again."""
    assert unanswered_reply.posts == ("POST /messages",)
    assert unanswered_reply.exit_code in FAILURE_EXIT_CODES
    assert unanswered_reply.stderr != ""
    assert unanswered_reply.stderr.traces == ()


@check("2.12", clause="K10")
def test_show_gives_up_on_a_silent_server(unanswered_show):
    """When the server never answers, `show` says so within 15 seconds and ends with an exit status from 1 to 125."""
    assert unanswered_show.exit_code in FAILURE_EXIT_CODES
    assert unanswered_show.stderr != ""
    assert unanswered_show.stderr.traces == ()
