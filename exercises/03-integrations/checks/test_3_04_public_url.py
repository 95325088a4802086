"""Step 3.4: what was signed is the URL that the caller dialled, and every parameter."""

import pytest

from grader.check import DELIVERED, NOT_FROM_TWILIO, QUERIES, check, words


@check("3.4", clause="stage 3")
def test_the_public_url_is_what_was_signed(phone_behind_proxy):
    """With `PUBLIC_URL=https://chat.example.test`, the server accepts a text message signed for that URL."""
    text = words()

    assert phone_behind_proxy.text(text).text == text


@check("3.4", clause="stage 3")
def test_another_scheme_is_another_url(phone_behind_proxy):
    """With `PUBLIC_URL=https://chat.example.test`, the server refuses a signature for `http://chat.example.test`."""
    message = phone_behind_proxy.write(words())
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver(message, public_url="http://chat.example.test").status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids


@check("3.4", clause="stage 3")
def test_what_a_proxy_adds_is_not_what_was_signed(phone_behind_proxy):
    """`X-Forwarded-Proto` and `X-Forwarded-Host` neither spoil a right signature nor replace `PUBLIC_URL`."""
    headers = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "inside.example.test:8080", "X-Forwarded-Port": "8080"}
    before = phone_behind_proxy.chat.page()
    forged = phone_behind_proxy.write(words())

    elsewhere = phone_behind_proxy.deliver(forged, public_url="http://inside.example.test:8080", headers=headers)

    assert elsewhere.status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids
    assert phone_behind_proxy.deliver(phone_behind_proxy.write(words()), headers=headers).status in DELIVERED


@check("3.4", clause="stage 3")
def test_the_address_of_the_socket_is_not_what_was_signed(phone_behind_proxy):
    """Behind a proxy, the server refuses a text message signed for its own local address."""
    message = phone_behind_proxy.write(words())
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver(message, public_url=phone_behind_proxy.service.url).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
@check("3.4", clause="stage 3")
def test_the_query_was_signed_as_it_was_written(phone_behind_proxy, query):
    """Behind a proxy, too, the signature covers the query as it was sent, character by character."""
    assert phone_behind_proxy.deliver(phone_behind_proxy.write(words()), query=query).status in DELIVERED


@check("3.4", clause="stage 3")
def test_a_query_cannot_be_added_later(phone_behind_proxy):
    """The server refuses a signature made for the URL without its query."""
    message = phone_behind_proxy.write(words())
    right = phone_behind_proxy.right_signature(message)
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver(message, query="a=b", signed=right).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids


@check("3.4", clause="stage 3")
def test_every_parameter_was_signed(phone_behind_proxy):
    """The signature covers all parameters, six unknown ones too."""
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
    """The signature takes parameters in the byte order of their names, so capitals come before small letters."""
    more = (("zebra", "1"), ("Yak", "2"), ("apple", "3"), ("Bee", "4"), ("bodyGuard", "5"), ("BodyCount", "6"))

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_empty_values_were_signed(phone_behind_proxy):
    """The signature covers parameters without a value."""
    more = (("ToCity", ""), ("ToZip", ""), ("FromState", ""))

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_blanks_were_signed(phone_behind_proxy):
    """The signature covers blanks around values, and non-ASCII letters in them."""
    more = (("FromCity", "  Zürich  "), ("ToCity", " "), ("FromState", "a+b & c=d"))

    assert phone_behind_proxy.deliver((*more, *phone_behind_proxy.write(words()))).status in DELIVERED


@check("3.4", clause="stage 3")
def test_a_parameter_that_was_added_is_noticed(phone_behind_proxy):
    """The server refuses a signature when a parameter was added or emptied after the signing."""
    message = phone_behind_proxy.write(words())
    right = phone_behind_proxy.right_signature(message)
    before = phone_behind_proxy.chat.page()

    assert phone_behind_proxy.deliver((*message, ("Sneaked", "in")), signed=right).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.deliver((*message, ("Sneaked", "")), signed=right).status in NOT_FROM_TWILIO
    assert phone_behind_proxy.chat.page().ids == before.ids
