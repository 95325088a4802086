"""What the tests share: the application on a database of its own, and a way to ask it without a network."""

import pytest

from server import create_app

PUBLIC_URL = "https://chat.example.test"
TWILIO_AUTH_TOKEN = "a token for tests"
SLACK_SIGNING_SECRET = "a secret for tests"


@pytest.fixture
def app(tmp_path):
    settings = {
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_AUTH_TOKEN": TWILIO_AUTH_TOKEN,
        "SLACK_SIGNING_SECRET": SLACK_SIGNING_SECRET,
    }
    return create_app(str(tmp_path / "chat.db"), settings)


@pytest.fixture
def client(app):
    return app.test_client()
