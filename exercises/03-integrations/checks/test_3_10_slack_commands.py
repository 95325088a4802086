"""Step 3.10: `send` and `recent`, with Slack's three escapes in both directions."""

import pytest

from grader.check import AUTHOR_LENGTHS, RESPONSE_TYPES, TYPED, check, ids, words


@check("3.10", clause="stage 3")
def test_send_stores_a_message(channel):
    """`send MESSAGE` stores the message at once, with an author and the source `slack`."""
    text = words()

    sent = channel.store(text)

    assert channel.chat.page().first == sent.id
    assert sent.member("source") == "slack"
    assert sent.member("author").length in AUTHOR_LENGTHS


@check("3.10", clause="K8")
def test_its_time_is_the_moment_of_acceptance(dated_channel):
    """`created_at` is the moment of acceptance, within a second, not the time in Slack's header; `since` finds it."""
    timed = dated_channel.store_timed(words(), age=200)

    assert timed.early_or_late == 0
    assert timed.message.id in dated_channel.chat.page(since=timed.message.created_at.written).ids


@check("3.10", clause="stage 3")
def test_one_person_is_one_author(channel):
    """Two messages of one person have the same author, and messages of two people have different authors."""
    first, second, third = channel.store(words()), channel.store(words()), channel.other().store(words())

    assert second.member("author") == first.member("author")
    assert third.member("author") != first.member("author")


@check("3.10", clause="stage 3")
def test_a_later_command_changes_no_earlier_message(channel):
    """Another command changes no earlier message, and a person with another name is the same author."""
    sent = channel.store(words())
    channel.chat.send(words(), author=words())
    before = channel.chat.page()

    again = channel.renamed().store(words())
    channel.other().store(words())
    channel.type("recent")

    assert again.member("author") == sent.member("author")
    assert channel.chat.changed_since(before, "text", "author", "source") == ()


@check("3.10", clause="K3")
def test_it_outlives_the_process(channel):
    """After a restart, messages of `send` are as they were, and a person is still the same author."""
    sent = channel.store(words())
    before = channel.chat.page()

    channel.chat.restart()

    assert channel.chat.changed_since(before, "text", "author", "source") == ()
    assert channel.store(words()).member("author") == sent.member("author")


@check("3.10", clause="stage 3")
def test_people_whose_ids_are_alike_are_as_many_authors(channel):
    """Messages of people whose ids differ only in the first or the last letter have different authors."""
    known, others = channel.store(words()), channel.namesakes()

    assert others[0].store(words()).member("author") != known.member("author")
    assert others[1].store(words()).member("author") != known.member("author")


@check("3.10", clause="K6")
def test_send_waits_for_a_database_that_is_held(channel, locking):
    """While the database is locked for 1.6 s, `send MESSAGE` waits, and the message is listed when it answers."""
    text = words()

    with locking(channel.service, 1.6):
        sent = channel.store(text)

    assert sent.member("source") == "slack"


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED.keys())
@check("3.10", clause="stage 3")
def test_a_message_is_stored_as_it_was_typed(channel, text):
    """The server stores what a person typed, also twice, with `&amp;`, `&lt;` and `&gt;` as `&`, `<` and `>`."""
    assert channel.store(text).text == text
    assert channel.store(text).text == text


@check("3.10", clause="stage 3")
def test_recent_shows_the_newest_five(channel):
    """`recent` shows the texts of the five newest messages, each once, newest or oldest first."""
    texts = channel.fill(7)

    assert channel.type("recent").listing(texts) == texts[:5]


@pytest.mark.parametrize("count", [1, 3, 20])
@check("3.10", clause="stage 3")
def test_recent_shows_as_many_as_were_asked_for(channel, count):
    """`recent N` shows the texts of the N newest messages, each once, newest or oldest first."""
    texts = channel.fill(22)

    assert channel.type(f"recent {count}").listing(texts) == texts[:count]


@check("3.10", clause="stage 3")
def test_recent_shows_long_messages_in_full(channel):
    """`recent 3` shows three messages of 1900 characters in full."""
    texts = channel.fill(3, length=1900)

    told = channel.type("recent 3")

    assert texts[0] in told.text
    assert texts[1] in told.text
    assert texts[2] in told.text


@check("3.10", clause="stage 3")
def test_recent_shows_two_messages_with_one_text(channel):
    """`recent 2` shows both of two messages with the same text."""
    text = words()
    channel.chat.send(text)
    channel.chat.send(text)

    assert channel.type("recent 2").times(text) == 2


@check("3.10", clause="stage 3")
def test_recent_shows_replies(replying_channel):
    """If the service has replies, `recent` shows a reply like any other message."""
    parent = replying_channel.chat.send(words())
    text = words()
    replying_channel.chat.send(text, reply_to=parent.id)

    assert text in replying_channel.type("recent 1").text


@check("3.10", clause="stage 3")
def test_recent_shows_messages_of_stage_2(channel_on_old_data):
    """On a database of stage 2, too, `recent 20` shows the newest messages, with or without time and author."""
    newest = channel_on_old_data.chat.page(limit=20).messages

    told = channel_on_old_data.type("recent 20")

    assert channel_on_old_data.escaped(str(newest[-1].text.value)) in told.text


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED.keys())
@check("3.10", clause="stage 3")
def test_a_message_is_shown_with_three_characters_escaped(channel, text):
    """`recent` escapes `&`, `<` and `>` in a message, and nothing else."""
    channel.chat.send_in_turn(text, text)

    assert channel.escaped(text) in channel.type("recent 1").text


@check("3.10", clause="stage 3")
def test_an_author_is_shown_escaped(channel):
    """When `recent` shows an author, it escapes it, too: `<!channel>` would call the whole channel."""
    author = f"<!{words()}>"
    channel.chat.send(words(), author=author)

    assert author not in channel.type("recent 1").text


@check("3.10", clause="stage 3")
def test_nothing_else_is_escaped_in_an_author(channel):
    """When `recent` shows an author, it escapes `&` but no quotation mark: Slack would show `&#x27;` as it is."""
    author = f"O'{words()} & co"
    channel.chat.send(words(), author=author)

    told = channel.type("recent 1")

    assert author not in told.text
    assert "&#" not in told.text


@pytest.mark.parametrize("form", ["<!{}>", "salt & {}"], ids=["channel", "ampersand"])
@check("3.10", clause="stage 3")
def test_a_confirmation_calls_nobody(channel, form):
    """When the answer to `send MESSAGE` repeats it, it escapes it: `<!channel>` would call the whole channel."""
    text = form.format(words())

    assert text not in channel.type(f"send {text}").text


@check("3.10", clause="stage 3")
def test_recent_shows_what_came_from_everywhere(channel, phone_beside_channel):
    """`recent` shows messages of every source: from the API, from a telephone and from `send`."""
    texts = (words(), words(), *channel.fill(1))
    phone_beside_channel.text(texts[1])
    channel.store(texts[0])

    assert channel.type("recent 3").listing(texts) == texts


@check("3.10", clause="stage 3")
def test_recent_shows_what_there_is(fresh_channel):
    """When there are fewer messages than a command asks for, or none, `recent` answers with what there is."""
    assert fresh_channel.type("recent").response_type in RESPONSE_TYPES

    texts = fresh_channel.fill(2)

    assert fresh_channel.type("recent 5").listing(texts) == texts


@check("3.10", clause="stage 3")
def test_the_same_words_are_not_the_same_command(channel):
    """`send` commands with the same words, of one person or of two, are as many messages, whatever the API sent."""
    text = words()
    sent = channel.chat.send(text)

    first, second, third = channel.store(text), channel.store(text), channel.other().store(text)

    assert channel.chat.page().top(4) == ids([third, second, first, sent])
