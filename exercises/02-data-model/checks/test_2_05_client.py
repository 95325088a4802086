"""Step 2.5: a client that sends and lists."""

import pytest

from grader.check import FAILURE_EXIT_CODES, SPOKEN, check, words


@check("2.5", clause="stage 2")
def test_send_posts_the_text_as_json_and_prints_the_new_id(client, any_scripted_chat):
    """`send TEXT` posts the unchanged text as JSON to `/messages`, and prints the id from the answer (201 or 200)."""
    text = f'  {words()} – žluťoučký κόσμος 🐎 "quoted" & 100%  two blanks \\n '

    run = client("send", text, server_url=any_scripted_chat.url)

    assert any_scripted_chat.posts(run.request) == ("POST /messages",)
    assert any_scripted_chat.posted("text", run.request) == text
    assert any_scripted_chat.content_type(run.request) == "application/json"
    assert any_scripted_chat.messages[0].id in run.stdout
    assert run.exit_code == 0


@check("2.5", clause="stage 2")
def test_send_takes_a_number_for_a_text(client, scripted_chat):
    """`send 007` posts the text `007`, although it looks like a number, and posts it again when it is sent again."""
    client("send", "007", server_url=scripted_chat.url)
    run = client("send", "007", server_url=scripted_chat.url)

    assert scripted_chat.posted("text", run.request) == "007"
    assert scripted_chat.texts_posted(run.request) == ("007", "007")
    assert run.exit_code == 0


@check("2.5", clause="stage 2")
def test_list_shows_a_line_for_each_message(client, any_scripted_chat, lines):
    """`list` prints a line with id and text for each message, in the order received or reversed."""
    any_scripted_chat.fill(SPOKEN)

    run = client("list", server_url=any_scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, any_scripted_chat).without_their_text == ()
    assert lines(run, any_scripted_chat).ids == any_scripted_chat.ids


@check("2.5", clause="stage 2")
def test_list_shows_a_line_for_each_of_several_equal_messages(client, any_scripted_chat, lines):
    """`list` prints a line for each message, also where texts and times are equal, in their order or reversed."""
    any_scripted_chat.fill_alike()

    run = client("list", server_url=any_scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, any_scripted_chat).without_their_text == ()
    assert lines(run, any_scripted_chat).ids == any_scripted_chat.ids


@check("2.5", clause="stage 2")
def test_list_shows_messages_of_a_young_server(client, young_scripted_chat, lines):
    """`list` shows messages that have an `id` and a `text`, and no other member of the contract yet."""
    young_scripted_chat.fill(SPOKEN[:3])
    young_scripted_chat.fill_alike()

    run = client("list", server_url=young_scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, young_scripted_chat).ids == young_scripted_chat.ids


@check("2.5", clause="K7")
def test_the_integer_0_is_an_id(client, scripted_chat_from_zero, lines):
    """`send` prints the id 0 like any other, and `list` shows the message that has it."""
    sent = client("send", SPOKEN[0], server_url=scripted_chat_from_zero.url)
    listed = client("list", server_url=scripted_chat_from_zero.url)

    assert sent.exit_code == 0
    assert scripted_chat_from_zero.messages[0].id in sent.stdout
    assert listed.exit_code == 0
    assert lines(listed, scripted_chat_from_zero).ids == scripted_chat_from_zero.ids


@check("2.5", clause="stage 2")
def test_list_shows_the_longest_page(client, scripted_chat, lines):
    """`list --limit 100` shows a page of a hundred messages that have 2000 characters each."""
    scripted_chat.fill_up(100, length=2000)

    run = client("list", "--limit", "100", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).ids == scripted_chat.ids


@check("2.5", clause="stage 2")
def test_list_of_nothing_is_no_failure(client, scripted_chat):
    """When there is no message, `list` exits with 0."""
    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert run.stderr.traces == ()


@check("2.5", clause="stage 2")
def test_list_passes_the_limit_on(client, scripted_chat, lines):
    """`list --limit 3` asks `/messages` for three messages and prints what the server answers."""
    scripted_chat.fill(SPOKEN)

    run = client("list", "--limit", "3", server_url=scripted_chat.url)

    assert scripted_chat.asked("limit", run.request) == ("3",)
    assert lines(run, scripted_chat, scripted_chat.given).ids == scripted_chat.ids_given
    assert run.exit_code == 0


@pytest.mark.parametrize("status", [400, 422, 500, 503])
@check("2.5", clause="K10")
def test_a_refusal_is_a_failure(client, scripted_chat, status):
    """When the server refuses, `send` says so, ends with an exit status from 1 to 125, and doesn't send again."""
    scripted_chat.refuse_with(status)

    run = client("send", words(), server_url=scripted_chat.url)

    assert scripted_chat.posts(run.request) == ("POST /messages",)
    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.5", clause="K10")
def test_list_fails_when_the_server_does(client, scripted_chat):
    """When the answer is a 500, `list` says so on stderr and ends with an exit status from 1 to 125."""
    scripted_chat.refuse_with(500)

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("answer", ["a-page", "half"])
@check("2.5", clause="stage 2")
def test_send_fails_when_the_answer_is_no_message(client, scripted_chat, answer):
    """When the answer is no JSON object or breaks off, `send` says so, ends with 1 to 125, and doesn't send again."""
    scripted_chat.answer_with(answer)

    run = client("send", words(), server_url=scripted_chat.url)

    assert scripted_chat.posts(run.request) == ("POST /messages",)
    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("answer", ["a-list", "nothing", "half"])
@check("2.5", clause="stage 2")
def test_list_fails_when_the_answer_is_no_list(client, scripted_chat, answer):
    """When the answer is no JSON object or breaks off, `list` says so and ends with an exit status from 1 to 125."""
    scripted_chat.fill(SPOKEN)
    scripted_chat.answer_with(answer)

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@pytest.mark.parametrize("command", [["send", "Hello?"], ["list"]], ids=["send", "list"])
@check("2.5", clause="K10")
def test_sending_and_listing_fail_when_nobody_is_there(client, refused, command):
    """When no program listens, `send` and `list` say so on stderr and end with an exit status from 1 to 125."""
    run = client(*command, server_url=refused)

    assert run.exit_code in FAILURE_EXIT_CODES
    assert run.stderr != ""
    assert run.stderr.traces == ()


@check("2.5", clause="K10")
def test_send_gives_up_on_a_silent_server(unanswered_send):
    """When the server never answers, `send` says so within 15 seconds, ends with 1 to 125, and doesn't send again."""
    assert unanswered_send.posts == ("POST /messages",)
    assert unanswered_send.exit_code in FAILURE_EXIT_CODES
    assert unanswered_send.stderr != ""
    assert unanswered_send.stderr.traces == ()


@check("2.5", clause="K10")
def test_list_gives_up_on_a_silent_server(unanswered_list):
    """When the server never answers, `list` says so within 15 seconds and ends with an exit status from 1 to 125."""
    assert unanswered_list.exit_code in FAILURE_EXIT_CODES
    assert unanswered_list.stderr != ""
    assert unanswered_list.stderr.traces == ()
