"""Step 3.7: odd but legal, and not legal but harmless."""

import pytest

from grader.check import (
    ANY_SERVER_ERROR,
    BODY_HEADERS,
    DELIVERED,
    INVALID,
    ODD_HEADERS,
    PICTURE,
    SENDERS,
    TEXT_MESSAGES,
    check,
    words,
)


@pytest.mark.parametrize("text", TEXT_MESSAGES.values(), ids=TEXT_MESSAGES.keys())
@check("3.7", clause="stage 3")
def test_a_text_arrives_as_it_was_written(phone, text):
    """The server stores a text message unchanged, with up to 1600 characters, emoji, blanks and line breaks."""
    phone.text(text)
    sent = phone.text(text)

    assert phone.chat.page().first == sent.id


@pytest.mark.parametrize("text", TEXT_MESSAGES.values(), ids=TEXT_MESSAGES.keys())
@check("3.7", clause="stage 3")
def test_an_answer_can_be_used_whatever_was_written(phone, text):
    """Whatever a text message says, the answer to it is well-formed TwiML, or empty."""
    assert phone.fault_of_answer(phone.deliver(phone.write(text))) == ""
    assert phone.fault_of_answer(phone.deliver(phone.write(text))) == ""


@pytest.mark.parametrize("body", ["", " ", "\n", " \t\r\n"], ids=["empty", "blank", "line-break", "white-space"])
@check("3.7", clause="stage 3")
def test_pictures_without_words_are_no_error(phone, body):
    """A picture without a text is a success, and the server stores nothing or a placeholder that isn't blank."""
    known = phone.text(words())

    reply = phone.deliver(phone.write(body, media=[PICTURE]))

    assert reply.status in DELIVERED
    assert phone.fault_of_answer(reply) == ""
    assert phone.blank_above(known.id) == ()


@check("3.7", clause="stage 3")
def test_a_picture_with_words_is_a_message(phone):
    """A picture with a text is a message with that text."""
    text = words()

    reply = phone.deliver(phone.write(text, media=[PICTURE, PICTURE], event=phone.new_event("MM")))

    assert reply.status in DELIVERED
    assert phone.fault_of_answer(reply) == ""
    assert phone.messages(text) == 1


@check("3.7", clause="stage 3")
def test_a_picture_that_comes_again_is_the_same(phone):
    """A picture that comes twice gives at most one placeholder, and that is a message like any other."""
    message = phone.write("", media=[PICTURE], event=phone.new_event("MM"))
    known = phone.text(words())

    assert phone.deliver(message).status in DELIVERED
    placeholder = phone.chat.page().above(known.id)
    assert phone.deliver(message).status in DELIVERED

    assert phone.chat.page().above(known.id).ids == placeholder.ids
    assert placeholder.count <= 1
    assert placeholder.other_than("source", "sms") == ()
    assert placeholder.other_than("author", known.member("author").value) == ()


@check("3.7", clause="stage 3")
def test_parameters_that_nobody_knows_are_no_error(phone):
    """Unknown parameters change nothing in a message, nor in its author."""
    text, known = words(), phone.text(words())
    more = (("ChannelMetadata", '{"type": "sms"}'), ("OptOutType", ""), ("Colour", "žlutá"), ("ProfileName", words()))

    assert phone.deliver((*phone.write(text), *more)).status in DELIVERED
    assert phone.messages(text) == 1
    assert phone.chat.page().above(known.id).other_than("author", known.member("author").value) == ()


@check("3.7", clause="stage 3")
def test_an_event_without_a_name_is_refused(phone):
    """The server refuses a signed request without `MessageSid` with 400, and stores nothing."""
    before = phone.chat.page()

    assert phone.deliver(phone.write(words())[1:]).status in INVALID
    assert phone.chat.page().ids == before.ids


@check("3.7", clause="stage 3")
def test_another_name_is_not_the_name_of_an_event(phone):
    """The server refuses a signed request with an `SmsSid` and without `MessageSid` with 400, and stores nothing."""
    before = phone.chat.page()
    nameless = phone.without("MessageSid", phone.in_full(phone.write(words())))

    assert phone.deliver(nameless).status in INVALID
    assert phone.chat.page().ids == before.ids


@pytest.mark.parametrize("name", ["AccountSid", "From", "To", "Body", "NumMedia"])
@check("3.7", clause="stage 3")
def test_a_missing_field_is_no_server_error(phone, name):
    """No missing parameter causes a server error, and the server goes on answering."""
    message = phone.without(name, phone.write(words()))

    assert phone.deliver(message).status not in ANY_SERVER_ERROR
    assert phone.chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("name", ["MessageSid", "AccountSid", "From", "To", "NumMedia"])
@check("3.7", clause="K6")
def test_an_empty_field_is_no_server_error(phone, name):
    """No empty parameter causes a server error, and the server goes on answering."""
    message = phone.changed(phone.write(words()), name, "")

    assert phone.deliver(message).status not in ANY_SERVER_ERROR
    assert phone.chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS.keys())
@check("3.7", clause="K6")
def test_a_sender_that_is_no_number_is_no_server_error(phone, sender):
    """A sender that is a word, or empty, causes no server error."""
    message = phone.changed(phone.write(words()), "From", sender)

    assert phone.deliver(message).status not in ANY_SERVER_ERROR
    assert phone.chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize("body", ["n" * 2001, "nul \x00 inside", "o" * 20_000], ids=["2001", "nul", "20000"])
@check("3.7", clause="stage 3")
def test_what_is_no_message_is_no_server_error(phone, body):
    """A text that is too long for a message, or holds U+0000, causes no server error."""
    assert phone.deliver(phone.write(body)).status not in ANY_SERVER_ERROR
    assert phone.deliver(phone.write(body)).status not in ANY_SERVER_ERROR
    assert phone.chat.get().status not in ANY_SERVER_ERROR


@pytest.mark.parametrize(
    "body", [b"", b"%", b"=&=&", b"\xff\xfe", b'{"Body": "hello"}'], ids=["empty", "percent", "equals", "bytes", "json"]
)
@check("3.7", clause="stage 3")
def test_a_body_that_is_no_form_is_no_server_error(phone, body):
    """A body that is no form causes no server error, however it is signed."""
    assert phone.deliver_raw(body).status not in ANY_SERVER_ERROR
    assert phone.chat.get().status not in ANY_SERVER_ERROR


@check("3.7", clause="K6")
def test_many_events_without_a_name_cost_nothing(phone, often):
    """After forty text messages without `MessageSid`, one after the other, the server still stores a good one."""
    nameless = phone.without("MessageSid", phone.write(words()))

    assert often(40, phone.deliver, nameless).statuses <= INVALID
    assert phone.text(words()).identity != ""


@pytest.mark.parametrize(
    "headers", [*ODD_HEADERS.values(), *BODY_HEADERS.values()], ids=[*ODD_HEADERS.keys(), *BODY_HEADERS.keys()]
)
@check("3.7", clause="K6")
def test_odd_headers_are_no_server_error(phone, headers):
    """Headers that are rare or make no sense cause no server error, nor does a body in chunks."""
    assert phone.deliver(phone.write(words()), headers=headers).status not in ANY_SERVER_ERROR


@check("3.7", clause="K6")
def test_no_body_and_no_length_are_no_server_error(phone):
    """A signed `POST` without a body and without `Content-Length` causes no server error."""
    assert phone.deliver((), headers={"Content-Length": None}).status not in ANY_SERVER_ERROR
