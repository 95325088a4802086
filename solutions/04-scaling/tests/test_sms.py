"""Text messages: Twilio is played by its own library, which signs as Twilio does."""

import pytest
from twilio.request_validator import RequestValidator

from .conftest import PUBLIC_URL, TWILIO_AUTH_TOKEN, start

PATH = "/webhooks/twilio"
FORM = {"MessageSid": "SM1", "From": "+12025550143", "Body": " on my way \n", "MediaContentType": ""}


def signature(form, token=TWILIO_AUTH_TOKEN, url=PUBLIC_URL + PATH):
    return RequestValidator(token).compute_signature(url, form)


def deliver(client, form, signed=None):
    headers = {"X-Twilio-Signature": signature(form) if signed is None else signed}
    return client.post(PATH, data=form, headers=headers)


def messages(client):
    return client.get("/messages").json["messages"]


def test_a_text_message_is_stored_as_it_was_sent(client):
    answer = deliver(client, FORM)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    [message] = messages(client)
    assert (message["text"], message["source"]) == (FORM["Body"], "sms")


def test_the_author_is_the_same_for_one_number_and_another_for_another(client):
    for sid, number in enumerate(["+12025550143", "+12025550143", "+12025550144"]):
        deliver(client, FORM | {"MessageSid": f"SM{sid}", "From": number})
    third, second, first = [message["author"] for message in messages(client)]
    assert first == second != third
    assert "0143" not in first


def test_a_second_delivery_is_a_success_and_no_second_message(client):
    assert [deliver(client, FORM).status_code for _ in range(3)] == [200, 200, 200]
    assert len(messages(client)) == 1


def test_another_message_with_the_same_text_is_another_message(client):
    deliver(client, FORM)
    deliver(client, FORM | {"MessageSid": "SM2"})
    assert len(messages(client)) == 2


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "nonsense",
        signature(FORM).lower(),
        signature(FORM, token="another"),
        signature(FORM, url="https://elsewhere.example.test" + PATH),
        signature(FORM | {"Body": "another"}),
    ],
)
def test_a_forgery_is_refused_and_not_stored(client, signed):
    assert deliver(client, FORM, signed).status_code == 403
    assert messages(client) == []


def test_without_a_token_everybody_is_refused(path):
    client = start(path, PUBLIC_URL=PUBLIC_URL).test_client()
    assert deliver(client, FORM).status_code == 403
    assert deliver(client, FORM, signature(FORM, token="")).status_code == 403


def test_a_picture_alone_is_a_success_and_no_message(client):
    assert deliver(client, FORM | {"Body": ""}).status_code == 200
    assert messages(client) == []
