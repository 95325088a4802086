"""Step 3.3: whoever can guess the address can post to it; only Twilio can sign."""

import pytest

from grader.check import GET_NOT_FROM_TWILIO, NOT_FROM_TWILIO, check, words


@check("3.3", clause="stage 3")
def test_without_a_signature_it_is_refused(phone):
    """A text message without `X-Twilio-Signature` is refused with 403, and nothing is stored."""
    before = phone.chat.page()

    assert phone.deliver_unsigned(phone.write(words())).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@pytest.mark.parametrize(
    "signed",
    ["", "c2lnbmF0dXJl", "0", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "é"],
    ids=["empty", "short", "zero", "another", "not-ascii"],
)
@check("3.3", clause="stage 3")
def test_with_a_wrong_signature_it_is_refused(phone, signed):
    """A text message whose signature is empty or wrong is refused with 403, and nothing is stored."""
    before = phone.chat.page()

    assert phone.deliver(phone.write(words()), signed=signed).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_letter_case_counts_in_a_signature(phone):
    """The right signature with capital and small letters exchanged is a wrong one."""
    before = phone.chat.page()
    message = phone.write(words())

    assert phone.deliver(message, signed=phone.right_signature(message).swapcase()).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_a_signature_counts_to_its_end(phone):
    """The first half of the right signature is a wrong one."""
    before = phone.chat.page()
    message = phone.write(words())

    assert phone.deliver(message, signed=phone.right_signature(message)[:16]).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_a_signature_belongs_to_one_body(phone):
    """The right signature of another text message is a wrong one."""
    before = phone.chat.page()
    other = phone.right_signature(phone.write(words()))

    assert phone.deliver(phone.write(words()), signed=other).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"path": "/messages"},
        {"path": "/webhooks/twilio/"},
        {"query": "a=b"},
        {"public_url": "https://chat.example.test"},
    ],
    ids=["path", "slash", "query", "host"],
)
@check("3.3", clause="stage 3")
def test_a_signature_belongs_to_one_url(phone, elsewhere):
    """A signature made for another URL is a wrong one: another path, another query, another host."""
    before = phone.chat.page()
    message = phone.write(words())

    assert phone.deliver(message, signed=phone.right_signature(message, **elsewhere)).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_a_get_delivers_nothing(phone):
    """A GET that holds a text message in its query, without a signature, is refused, and nothing is stored."""
    before = phone.chat.page()

    assert phone.get_unsigned(phone.write(words())).status in GET_NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_another_token_signs_nothing(phone):
    """A text message signed with somebody else's token is refused with 403, and nothing is stored."""
    before = phone.chat.page()

    assert phone.deliver(phone.write(words()), token=words()).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_without_a_token_everything_is_refused(phone_without_token):
    """A server that was told no token, or an empty one, refuses every text message, also one signed with that."""
    before = phone_without_token.chat.page()

    assert phone_without_token.deliver(phone_without_token.write(words())).status in NOT_FROM_TWILIO
    assert phone_without_token.deliver_unsigned(phone_without_token.write(words())).status in NOT_FROM_TWILIO
    assert phone_without_token.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_an_event_that_is_known_needs_a_signature_too(phone):
    """A forged delivery of an event that was stored before is refused like any other."""
    message = phone.write(words())
    phone.deliver(message)

    assert phone.deliver_unsigned(message).status in NOT_FROM_TWILIO
    assert phone.deliver(message, token=words()).status in NOT_FROM_TWILIO
