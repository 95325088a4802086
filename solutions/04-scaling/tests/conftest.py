"""What the tests share: the application on a database of its own, and a way to ask it without a network."""

import pytest

from server import db
from server.app import create_app

PUBLIC_URL = "https://chat.example.test"
TWILIO_AUTH_TOKEN = "a token for tests"
SLACK_SIGNING_SECRET = "a secret for tests"


SECRETS = {
    "PUBLIC_URL": PUBLIC_URL,
    "TWILIO_AUTH_TOKEN": TWILIO_AUTH_TOKEN,
    "SLACK_SIGNING_SECRET": SLACK_SIGNING_SECRET,
}


started = []


def start(path, **settings):
    """Do what `python -m server` does before it listens: once more on the same path is one more process."""
    db.migrate(path)
    app = create_app(path, settings)
    started.append(app)
    return app


@pytest.fixture(autouse=True)
def close_databases():
    yield
    while started:
        started.pop().extensions["database"].close()


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "chat.db")


@pytest.fixture
def app(path):
    return start(path, **SECRETS)


@pytest.fixture
def client(app):
    return app.test_client()
