"""The rate limit: 20 messages, for each address. An hour here, so that none of it is over before the test is."""

import sqlite3

import pytest

from .conftest import SECRETS, start
from .test_messages import texts_of
from .test_sms import FORM, deliver


@pytest.fixture
def app(path):
    return start(path, **SECRETS, RATE_LIMIT=(20, 3600))


def post(client, text="hello", address="127.0.0.1", **headers):
    return client.post("/messages", json={"text": text}, headers=headers, environ_base={"REMOTE_ADDR": address})


def flood(client, number, **more):
    return [post(client, **more).status_code for _ in range(number)]


def test_what_is_too_much_is_refused_with_a_time_to_wait(client):
    assert flood(client, 30).count(201) == 20
    refusal = post(client)
    assert refusal.status_code == 429
    assert refusal.json["error"]
    assert int(refusal.headers["Retry-After"]) > 100


def test_a_refusal_stores_nothing_and_uses_nothing_up(client):
    accepted = flood(client, 40).count(201)
    assert len(client.get("/messages?limit=100").json["messages"]) == accepted


def test_another_address_has_a_limit_of_its_own(client):
    flood(client, 30)
    assert post(client, address="127.0.0.2").status_code == 201


def test_whoever_claims_another_address_is_still_the_same(client):
    flood(client, 30)
    assert post(client, **{"X-Forwarded-For": "203.0.113.7"}).status_code == 429


def test_two_processes_count_together(path, app):
    one, two = app.test_client(), start(path, **SECRETS, RATE_LIMIT=(20, 3600)).test_client()
    accepted = [post(client).status_code for _ in range(20) for client in (one, two)].count(201)
    assert accepted == 20


def test_reads_and_text_messages_are_not_limited(client):
    flood(client, 30)
    assert client.get("/messages").status_code == 200
    assert deliver(client, FORM).status_code == 200
    assert texts_of(client.get("/messages?limit=1").json) == [FORM["Body"]]


def test_whoever_was_seen_long_ago_is_forgotten(path, client):
    db = sqlite3.connect(path)
    db.execute("INSERT INTO senders VALUES ('192.0.2.1', 1)")
    db.commit()
    post(client)
    assert db.execute("SELECT client FROM senders").fetchall() == [("127.0.0.1",)]
    db.close()
