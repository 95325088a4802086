"""Text messages, asked as Twilio asks: a form, and a signature over it."""

import base64
import hmac

import pytest

from server import create_app

PUBLIC_URL = "https://chat.example.test"
TOKEN = "a token for tests"
PATH = "/webhooks/twilio"
FORM = {"MessageSid": "SM1", "From": "+12025550143", "Body": " on my way \n", "MediaContentType": ""}


@pytest.fixture
def client(tmp_path):
    settings = {"PUBLIC_URL": PUBLIC_URL, "TWILIO_AUTH_TOKEN": TOKEN}
    return create_app(str(tmp_path / "chat.db"), settings).test_client()


def signature(form, token=TOKEN, url=PUBLIC_URL + PATH):
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def test_a_text_message_is_stored_as_it_was_sent(client):
    answer = client.post(PATH, data=FORM, headers={"X-Twilio-Signature": signature(FORM)})
    assert answer.status_code == 200
    [message] = client.get("/messages").json["messages"]
    assert message["text"] == FORM["Body"]


# TODO 3.3: what are all the ways to be wrong that you can sign, or leave unsigned, with the function above?
# TODO 3.5: the same form twice, then another MessageSid with the same text.
