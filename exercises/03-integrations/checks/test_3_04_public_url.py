"""Step 3.4: what was signed is the URL that the caller dialled, and every parameter."""

import pytest

from grader.check import DELIVERED, NOT_FROM_TWILIO, QUERIES, check, words


@check("3.4", clause="stage 3")
def test_the_public_url_is_what_was_signed(phone_behind_proxy):
    """Behind a proxy, with `PUBLIC_URL=https://chat.example.test`, a text message signed for that URL is accepted."""
    text = words()

    assert phone_behind_proxy.text(text).text == text


@check("3.4", clause="stage 3")
def test_another_scheme_is_another_url(phone_behind_proxy):
    """With that `PUBLIC_URL`, a text message signed for `http://chat.example.test` is refused."""
    message = phone_behind_proxy.write(words())
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver(message, public_url="http://chat.example.test").status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids


@check("3.4", clause="stage 3")
def test_what_a_proxy_adds_is_not_what_was_signed(phone_behind_proxy):
    """`X-Forwarded-Proto` and `X-Forwarded-Host` say nothing: neither do they spoil a signature nor replace a URL."""
    headers = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "inside.example.test:8080", "X-Forwarded-Port": "8080"}
    before = phone_behind_proxy.chat.page()
    forged = phone_behind_proxy.write(words())

    elsewhere = phone_behind_proxy.deliver(forged, public_url="http://inside.example.test:8080", headers=headers)

    assert elsewhere.status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids
    assert phone_behind_proxy.deliver(phone_behind_proxy.write(words()), headers=headers).status in DELIVERED


@check("3.4", clause="stage 3")
def test_the_address_of_the_socket_is_not_what_was_signed(phone_behind_proxy):
    """A text message signed for the server's own address, as behind a proxy nobody dials it, is refused."""
    message = phone_behind_proxy.write(words())
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver(message, public_url=phone_behind_proxy.service.url).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
@check("3.4", clause="stage 3")
def test_the_query_was_signed_as_it_was_written(phone_behind_proxy, query):
    """Behind a proxy, at `https://chat.example.test`, a query is part of what was signed, character by character."""
    assert phone_behind_proxy.deliver(phone_behind_proxy.write(words()), query=query).status in DELIVERED


@check("3.4", clause="stage 3")
def test_a_query_cannot_be_added_later(phone_behind_proxy):
    """A signature made for the URL without its query is a wrong one."""
    message = phone_behind_proxy.write(words())
    right = phone_behind_proxy.right_signature(message)
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver(message, query="a=b", signed=right).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids


@check("3.4", clause="stage 3")
def test_every_parameter_was_signed(phone_behind_proxy):
    """Six more parameters, which nobody announced, are part of what was signed."""
    more = (
        ("ApiVersion", "2010-04-01"),
        ("FromCity", "SAN FRANCISCO"),
        ("FromZip", "94105"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("ToCountry", "US"),
    )

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_names_are_sorted_as_bytes(phone_behind_proxy):
    """Parameters are sorted by their names as bytes: capitals before small letters, wherever they stood."""
    more = (("zebra", "1"), ("Yak", "2"), ("apple", "3"), ("Bee", "4"), ("bodyGuard", "5"), ("BodyCount", "6"))

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_empty_values_were_signed(phone_behind_proxy):
    """Parameters without a value are part of what was signed."""
    more = (("ToCity", ""), ("ToZip", ""), ("FromState", ""))

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_blanks_were_signed(phone_behind_proxy):
    """Blanks around values, and non-ASCII letters in them, are part of what was signed."""
    more = (("FromCity", "  Zürich  "), ("ToCity", " "), ("FromState", "a+b & c=d"))

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_a_parameter_that_was_added_is_noticed(phone_behind_proxy):
    """A parameter that was added, or emptied, after the signing makes the signature wrong."""
    message = phone_behind_proxy.write(words())
    right = phone_behind_proxy.right_signature(message)
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver((*message, ("Sneaked", "in")), signed=right).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.deliver((*message, ("Sneaked", "")), signed=right).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids
