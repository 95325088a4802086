"""Step 3.8: a text message is a message like any other, and the client says who sent it and from where."""

import pytest

from grader.check import check, ids, words


@check("3.8", clause="K8")
def test_it_has_a_time_and_is_found_by_since(phone):
    """`created_at` of a text message is a time, and `since` with that time lists the message."""
    sent = phone.text(words())

    assert phone.chat.page(since=sent.created_at.written).by_id(sent.id).text == sent.text
    assert phone.chat.page(since="2099-12-31T23:59:59Z").count == 0


@check("3.8", clause="K8")
def test_its_time_is_the_moment_of_acceptance(summer_phone):
    """A text message has the moment of its acceptance, within a second, in any time zone and in summer time."""
    assert summer_phone.text_timed(words()).early_or_late == 0


@check("3.8", clause="K9")
def test_it_stands_in_the_order_of_all_messages(phone):
    """The list shows text messages and others together, the newest first."""
    first, second, third = phone.text(words()), phone.chat.send(words()), phone.text(words())

    assert phone.chat.page().top(3) == (third.id, second.id, first.id)


@check("3.8", clause="stage 2")
def test_it_is_on_one_page_and_once(phone):
    """The pages that `next` leads to hold each text message exactly once."""
    sent = [phone.text(words()), phone.chat.send(words()), phone.text(words()), phone.text(words())]

    found = phone.chat.all(since=sent[0].created_at.written, limit=2)

    assert found.repeated == ()
    assert found.of(ids(sent)) == ids(sent[::-1])


@check("3.8", clause="stage 2")
def test_it_can_be_replied_to(replying_phone):
    """If the service has replies, a text message can have replies, and shows them."""
    sent = replying_phone.text(words())
    reply = replying_phone.chat.send(words(), reply_to=sent.id)

    thread = replying_phone.chat.thread(sent.id)

    assert reply.parent == sent.id
    assert thread.replies.ids == (reply.id,)
    assert thread.member("author") == sent.member("author")
    assert thread.member("source") == "sms"


@check("3.8", clause="stage 3")
def test_a_thread_says_who_replied(replying_phone):
    """If the service has replies, a thread shows the `author` and the `source` of each reply."""
    author = words()
    sent = replying_phone.text(words())
    reply = replying_phone.chat.send(words(), author=author, reply_to=sent.id)

    shown = replying_phone.chat.thread(sent.id).replies.by_id(reply.id)

    assert shown.member("author") == author
    assert shown.member("source") == "api"
    assert replying_phone.chat.thread(reply.id).member("author") == author


@check("3.8", clause="K3")
def test_it_outlives_the_process(phone):
    """A restart, and an event that comes again after it, change no message, and a number is still the same author."""
    message, sent = phone.write(words()), phone.text(words())
    phone.deliver(message)
    phone.chat.send(words(), author=words())
    before = phone.chat.page()

    phone.chat.restart()
    phone.deliver(message)

    assert phone.chat.page().by_id(sent.id).promised == sent.promised
    assert phone.chat.changed_since(before) == ()
    assert phone.text(words()).member("author") == sent.member("author")


@check("3.8", clause="stage 3")
def test_its_author_may_write_by_the_api_too(phone):
    """A message by the API with the author of a text message has its own source, and changes no earlier message."""
    sent, text = phone.text(words()), words()
    before = phone.chat.page()

    named = phone.chat.send(text, author=sent.member("author").value)
    again = phone.text(text)

    assert named.member("author") == sent.member("author")
    assert named.member("source") == "api"
    assert again.member("source") == "sms"
    assert phone.chat.page().top(2) == (again.id, named.id)
    assert phone.chat.changed_since(before) == ()


@pytest.mark.parametrize(
    ("author", "source"),
    [("caller-7f3a", "sms"), ("Žofie K.", "slack"), ("kit", "api"), ("[ops] Ines", "slack"), ("long-" * 20, "sms")],
    ids=["caller", "name", "short", "brackets", "longest"],
)
@check("3.8", clause="stage 3")
def test_a_line_says_who_and_from_where(client, scripted_chat, lines, author, source):
    """In a listing, each line contains the `author` and the `source` of its message."""
    said = scripted_chat.say(words(), author=author, source=source)
    scripted_chat.say(words(), author=None, source="api")

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).ids == scripted_chat.ids
    assert lines(run, scripted_chat).naming(said, author) == ()
    assert lines(run, scripted_chat).naming(said, source) == ()


@check("3.8", clause="stage 3")
def test_a_line_of_a_reply_says_who_and_from_where(client, scripted_chat, lines):
    """In a listing, the line of a reply, too, contains its own `author` and `source`."""
    author = words()
    said = scripted_chat.say(words(), author=words(), source="api")
    reply = scripted_chat.say(words(), author=author, source="sms", reply_to=said.id)

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).naming(reply, author) == ()
    assert lines(run, scripted_chat).naming(reply, "sms") == ()


@check("3.8", clause="stage 3")
def test_messages_of_one_author_get_a_line_each(client, scripted_chat, lines):
    """`list` prints a line for each message of one author, even where text, time and source are equal, too."""
    scripted_chat.fill_alike(author=words(), source="sms")

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).ids == scripted_chat.ids


@check("3.8", clause="stage 3")
def test_a_line_says_who_and_from_where_with_since(client_since, scripted_chat, lines):
    """With `--since`, too, each line contains the `author` and the `source` of its message."""
    author = words()
    said = scripted_chat.say(words(), author=author, source="slack")
    scripted_chat.fill_alike(author=author, source="slack")

    run = client_since(server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).ids == scripted_chat.ids
    assert lines(run, scripted_chat).naming(said, author) == ()
    assert lines(run, scripted_chat).naming(said, "slack") == ()


@check("3.8", clause="stage 3")
def test_a_message_without_author_is_listed(client, scripted_chat, lines):
    """`list` shows a message whose `author` is null, with its `source`."""
    said = scripted_chat.say(words(), author=None, source="api")

    run = client("list", server_url=scripted_chat.url)

    assert run.exit_code == 0
    assert lines(run, scripted_chat).naming(said, "api") == ()
