"""What the tests share: the application on a database of its own, and a way to ask it without a network."""

import pytest

from server import create_app


@pytest.fixture
def app(tmp_path):
    return create_app(str(tmp_path / "chat.db"))


@pytest.fixture
def client(app):
    return app.test_client()
