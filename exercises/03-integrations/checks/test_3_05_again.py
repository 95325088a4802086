"""Step 3.5: the same event comes twice, and is one message."""

from grader.check import DELIVERED, NOT_FROM_TWILIO, check, words


@check("3.5", clause="stage 3")
def test_the_same_event_twice_is_one_message(phone):
    """An event that is delivered three times, one after the other, gets three successes and is one message."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    assert phone.deliver(message).status in DELIVERED
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1


@check("3.5", clause="stage 3")
def test_each_success_is_one_that_can_be_used(phone):
    """The server answers each delivery of an event, repeated or not, with 200 and TwiML, or 204 and no body."""
    message = phone.write(words())

    assert phone.fault_of_answer(phone.deliver(message)) == ""
    assert phone.fault_of_answer(phone.deliver(message)) == ""


@check("3.5", clause="stage 3")
def test_the_event_is_known_by_its_sid_alone(phone):
    """The same `MessageSid` is the same event, with another order of parameters, one more, or one more header."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    assert phone.deliver(message[::-1]).status in DELIVERED
    assert phone.deliver((*message, ("ApiVersion", "2010-04-01"))).status in DELIVERED
    assert phone.deliver(message, headers={"I-Twilio-Idempotency-Token": words()}).status in DELIVERED
    assert phone.messages(text) == 1


@check("3.5", clause="stage 3")
def test_an_event_is_remembered_when_others_came_since(phone):
    """An event that comes again after another event is still one message, as it was and where it was."""
    text, other = words(), words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    assert phone.deliver(phone.write(other)).status in DELIVERED
    before = phone.chat.page()
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1
    assert phone.messages(other) == 1
    assert phone.chat.changed_since(before, "text", "author", "source") == ()


@check("3.5", clause="stage 3")
def test_an_event_is_remembered_for_long(phone):
    """An event that comes again after 110 others is still one message."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    before = phone.deliver_others(110)
    assert phone.deliver(message).status in DELIVERED
    assert phone.chat.page().ids == before.ids


@check("3.5", clause="stage 3")
def test_a_forgery_uses_nothing_up(phone):
    """After the server refused a forgery of an event, it stores that event when the right signature comes."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message, token=words()).status in NOT_FROM_TWILIO
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1


@check("3.5", clause="stage 3")
def test_the_same_words_are_not_the_same_event(phone):
    """Events with the same text, from one number or from two, are as many messages, even if the API sent it before."""
    text, other = words(), phone.other()
    phone.chat.send(text)

    assert phone.deliver(phone.write(text)).status in DELIVERED
    assert phone.deliver(phone.write(text)).status in DELIVERED
    assert other.deliver(other.write(text)).status in DELIVERED
    assert phone.deliver(phone.write(text)).status in DELIVERED
    phone.chat.send(text)
    assert phone.messages(text) == 6


@check("3.5", clause="stage 3")
def test_events_whose_names_nearly_agree_are_several(phone):
    """Four events whose `MessageSid` differ in one character only are four messages, also with the same text."""
    text = words()

    assert phone.deliver_alike(text).statuses <= DELIVERED
    assert phone.messages(text) == 4


@check("3.5", clause="stage 3")
def test_an_event_is_remembered_across_a_restart(phone):
    """An event that comes again after a restart is still one message."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    before = phone.chat.page()
    phone.chat.restart()
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1
    assert phone.chat.changed_since(before, "text", "author", "source") == ()


@check("3.5", clause="stage 3")
def test_on_a_database_of_stage_2_an_event_is_one_message_too(phone_on_old_data):
    """On a database of stage 2, too, an event that comes twice gets two successes and is one message."""
    text = words()
    message = phone_on_old_data.write(text)

    assert phone_on_old_data.deliver(message).status in DELIVERED
    assert phone_on_old_data.deliver(message).status in DELIVERED
    assert phone_on_old_data.messages(text) == 1


@check("3.5", clause="K6")
def test_a_failed_attempt_stores_nothing(attempted):
    """When the database is locked for 8 s and the server answers an event with an error, it stores nothing of it."""
    assert attempted.stored_in_vain == ()


@check("3.5", clause="stage 3")
def test_a_failed_attempt_does_not_spoil_the_next(attempted):
    """An event that comes while the database is locked for 8 s, and again afterwards, is one message."""
    assert attempted.promised_in_vain == ()
    assert attempted.second.status in DELIVERED
    assert attempted.messages == 1


@check("3.5", clause="K6")
def test_the_same_event_forty_times_costs_nothing(phone, often):
    """An event that is delivered forty times makes one message, and the server still stores another event."""
    text = words()

    assert often(40, phone.deliver, phone.write(text)).statuses <= DELIVERED
    assert phone.messages(text) == 1
    assert phone.text(words()).identity != ""
