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
    """Each delivery of an event, also a repeated one, is answered with 200 and TwiML, or with 204 and nothing."""
    message = phone.write(words())

    assert phone.fault_of_answer(phone.deliver(message)) == ""
    assert phone.fault_of_answer(phone.deliver(message)) == ""


@check("3.5", clause="stage 3")
def test_the_event_is_known_by_its_sid_alone(phone):
    """The same `MessageSid` with its parameters in another order, one more, or one more header, is the same event."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    assert phone.deliver(message[::-1]).status in DELIVERED
    assert phone.deliver((*message, ("ApiVersion", "2010-04-01"))).status in DELIVERED
    assert phone.deliver(message, headers={"I-Twilio-Idempotency-Token": words()}).status in DELIVERED
    assert phone.messages(text) == 1


@check("3.5", clause="stage 3")
def test_an_event_is_remembered_when_others_came_since(phone):
    """An event that is delivered again after another one is still one message, and so is the other."""
    text, other = words(), words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    assert phone.deliver(phone.write(other)).status in DELIVERED
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1
    assert phone.messages(other) == 1


@check("3.5", clause="stage 3")
def test_an_event_is_remembered_for_long(phone):
    """An event that is delivered again after 110 others is still one message."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    before = phone.deliver_others(110)
    assert phone.deliver(message).status in DELIVERED
    assert phone.chat.page().ids == before.ids


@check("3.5", clause="stage 3")
def test_a_forgery_uses_nothing_up(phone):
    """An event whose forged delivery was refused is stored when it comes rightly signed."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message, token=words()).status in NOT_FROM_TWILIO
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1


@check("3.5", clause="stage 3")
def test_the_same_words_are_not_the_same_event(phone):
    """Two events of one number with the same text are two messages."""
    text = words()

    assert phone.deliver(phone.write(text)).status in DELIVERED
    assert phone.deliver(phone.write(text)).status in DELIVERED
    assert phone.messages(text) == 2


@check("3.5", clause="stage 3")
def test_an_event_is_remembered_across_a_restart(phone):
    """An event that is delivered again after a restart is still one message."""
    text = words()
    message = phone.write(text)

    assert phone.deliver(message).status in DELIVERED
    phone.chat.restart()
    assert phone.deliver(message).status in DELIVERED
    assert phone.messages(text) == 1


@check("3.5", clause="stage 3")
def test_on_a_database_of_stage_2_an_event_is_one_message_too(phone_on_old_data):
    """On a database of stage 2, too, an event that is delivered twice gets two successes and is one message."""
    text = words()
    message = phone_on_old_data.write(text)

    assert phone_on_old_data.deliver(message).status in DELIVERED
    assert phone_on_old_data.deliver(message).status in DELIVERED
    assert phone_on_old_data.messages(text) == 1


@check("3.5", clause="K6")
def test_a_failed_attempt_stores_nothing(attempted):
    """If an event that is delivered while the database is locked for 8 s gets an error, nothing is stored then."""
    assert attempted.stored_in_vain == ()


@check("3.5", clause="stage 3")
def test_a_failed_attempt_does_not_spoil_the_next(attempted):
    """An event first delivered while the database is locked for 8 s, then again when it is free, is one message."""
    assert attempted.promised_in_vain == ()
    assert attempted.second.status in DELIVERED
    assert attempted.messages == 1
