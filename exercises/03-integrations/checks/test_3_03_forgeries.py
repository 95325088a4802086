"""Step 3.3: every caller can guess the address and post to it; only Twilio can sign."""

import pytest

from grader.check import NOT_A_DELIVERY, NOT_FROM_TWILIO, check, words


@check("3.3", clause="stage 3")
def test_without_a_signature_it_is_refused(phone):
    """The server refuses a text message without `X-Twilio-Signature` with 403, and stores nothing."""
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
    """The server refuses a text message whose signature is empty or wrong with 403, and stores nothing."""
    before = phone.chat.page()

    assert phone.deliver(phone.write(words()), signed=signed).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_letter_case_counts_in_a_signature(phone):
    """The server refuses the right signature when its capital and small letters are exchanged."""
    before = phone.chat.page()
    message = phone.write(words())

    assert phone.deliver(message, signed=phone.right_signature(message).swapcase()).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_a_signature_counts_to_its_end(phone):
    """The server refuses the first half of the right signature."""
    before = phone.chat.page()
    message = phone.write(words())

    assert phone.deliver(message, signed=phone.right_signature(message)[:16]).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_a_signature_belongs_to_one_body(phone):
    """The server refuses the right signature of another text message."""
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
    """The server refuses a signature made for another path, another query or another host."""
    before = phone.chat.page()
    message = phone.write(words())

    assert phone.deliver(message, signed=phone.right_signature(message, **elsewhere)).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_a_get_delivers_nothing(phone):
    """The server refuses a GET with a text message in its query and no signature, and stores nothing."""
    before = phone.chat.page()

    assert phone.get_unsigned(phone.write(words())).status in NOT_A_DELIVERY
    assert phone.chat.page().ids == before.ids


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@check("3.3", clause="K4")
def test_only_a_post_delivers(phone, method):
    """A signed text message by `PUT`, `PATCH` or `DELETE` gets 405 or a refusal, and the server stores nothing."""
    before = phone.chat.page()

    assert phone.deliver(phone.write(words()), method=method).status in NOT_A_DELIVERY
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_another_token_signs_nothing(phone):
    """The server refuses a text message signed with another token with 403, and stores nothing."""
    before = phone.chat.page()

    assert phone.deliver(phone.write(words()), token=words()).status in NOT_FROM_TWILIO
    assert phone.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_without_a_token_everything_is_refused(phone_without_token):
    """Without a token, or with an empty one, the server refuses every text message, even a signed one."""
    before = phone_without_token.chat.page()

    assert phone_without_token.deliver(phone_without_token.write(words())).status in NOT_FROM_TWILIO
    assert phone_without_token.deliver_unsigned(phone_without_token.write(words())).status in NOT_FROM_TWILIO
    assert phone_without_token.chat.page().ids == before.ids


@check("3.3", clause="stage 3")
def test_an_event_that_is_known_needs_a_signature_too(phone):
    """The server refuses a forged delivery of an event that it has stored before."""
    message = phone.write(words())
    phone.deliver(message)

    assert phone.deliver_unsigned(message).status in NOT_FROM_TWILIO
    assert phone.deliver(message, token=words()).status in NOT_FROM_TWILIO


@check("3.3", clause="K6")
def test_many_forgeries_cost_nothing(phone, often):
    """After forty text messages with a wrong signature, one after the other, the server still stores a good one."""
    forged = phone.write(words())

    assert often(40, phone.deliver, forged, signed="c2lnbmF0dXJl").statuses <= NOT_FROM_TWILIO
    assert phone.text(words()).identity != ""
