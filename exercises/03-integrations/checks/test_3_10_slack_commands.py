"""Step 3.10: `send` and `recent`, with Slack's three escapes in both directions."""

import pytest

from grader.check import check, words
from grader.phone import AUTHOR_LENGTHS
from grader.simulators.slack import RESPONSE_TYPES, escaped
from grader.texts import TYPED


@check("3.10", clause="stage 3")
def test_send_stores_a_message(channel):
    """`send MESSAGE` stores it at once, with an author and the source `slack`."""
    text = words()

    sent = channel.store(text)

    assert channel.chat.page().first == sent.id
    assert sent.member("source") == "slack"
    assert sent.member("author").length in AUTHOR_LENGTHS


@check("3.10", clause="K8")
def test_its_time_is_the_moment_of_acceptance(dated_channel):
    """`created_at` is the moment of acceptance, within a second, whatever Slack's header says; `since` finds it."""
    timed = dated_channel.store_timed(words(), age=200)

    assert timed.early_or_late == 0
    assert timed.message.id in dated_channel.chat.page(since=timed.message.created_at.written).ids


@check("3.10", clause="stage 3")
def test_one_person_is_one_author(channel):
    """Two messages of one person have the same author, those of two people different ones."""
    first, second, third = channel.store(words()), channel.store(words()), channel.other().store(words())

    assert second.member("author") == first.member("author")
    assert third.member("author") != first.member("author")


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED.keys())
@check("3.10", clause="stage 3")
def test_a_message_is_stored_as_it_was_typed(channel, text):
    """A message is stored as it was typed: `&amp;`, `&lt;` and `&gt;`, which Slack sends, become `&`, `<` and `>`."""
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


@pytest.mark.parametrize("text", TYPED.values(), ids=TYPED.keys())
@check("3.10", clause="stage 3")
def test_a_message_is_shown_with_three_characters_escaped(channel, text):
    """`recent` shows a message with `&`, `<` and `>` escaped, and nothing else."""
    channel.chat.send(text)

    assert escaped(text) in channel.type("recent 1").text


@check("3.10", clause="stage 3")
def test_an_author_is_shown_escaped(channel):
    """Where `recent` shows who wrote a message, that is escaped, too: `<!channel>` would call everybody."""
    author = f"<!{words()}>"
    channel.chat.send(words(), author=author)

    assert author not in channel.type("recent 1").text


@check("3.10", clause="stage 3")
def test_a_confirmation_calls_nobody(channel):
    """An answer to `send MESSAGE` that repeats the message repeats it escaped: `<!channel>` would call everybody."""
    text = f"<!{words()}>"

    assert text not in channel.type(f"send {text}").text


@check("3.10", clause="stage 3")
def test_recent_shows_what_came_from_everywhere(channel, phone_beside_channel):
    """`recent` shows messages wherever they came in: by the API, as a text message, by `send`."""
    texts = (words(), words(), *channel.fill(1))
    phone_beside_channel.text(texts[1])
    channel.store(texts[0])

    assert channel.type("recent 3").listing(texts) == texts


@check("3.10", clause="stage 3")
def test_recent_shows_what_there_is(fresh_channel):
    """Where there are fewer messages than were asked for, or none, `recent` answers with what there is."""
    assert fresh_channel.type("recent").response_type in RESPONSE_TYPES

    texts = fresh_channel.fill(2)

    assert fresh_channel.type("recent 5").listing(texts) == texts


@check("3.10", clause="stage 3")
def test_the_same_words_are_not_the_same_command(channel):
    """Who sends the same words twice has sent two messages."""
    text = words()

    first, second = channel.store(text), channel.store(text)

    assert second.identity != first.identity
