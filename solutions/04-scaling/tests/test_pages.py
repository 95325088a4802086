"""Kept pages: they save work, and nobody ever sees an old one."""

import sqlite3

import pytest
from flask import request

from server.pages import MOST_PAGES

from .conftest import SECRETS, start
from .test_messages import send, texts_of
from .test_slack import type_command
from .test_sms import FORM, deliver


def shown(client):
    return texts_of(client.get("/messages").json)


@pytest.fixture
def asked(app):
    """List the paths of all requests that were let in to Flask."""
    paths = []
    app.before_request(lambda: paths.append(request.full_path))
    return paths


def test_the_same_page_is_made_once(client, asked):
    first = client.get("/messages")
    again = client.get("/messages")
    assert (again.status_code, again.data, again.mimetype) == (200, first.data, first.mimetype)
    assert asked == ["/messages?"]


def test_another_question_gets_another_page(client):
    for text in ("one", "two"):
        send(client, text)
    assert shown(client) == ["two", "one"]
    assert texts_of(client.get("/messages?limit=1").json) == ["two"]
    assert client.get("/messages?limit=0").status_code == 400


def test_whatever_was_stored_is_in_the_next_page_whichever_way_it_came(client):
    assert shown(client) == []
    send(client, "api")
    assert shown(client)[0] == "api"
    deliver(client, FORM)
    assert shown(client)[0] == FORM["Body"]
    type_command(client, "send slack")
    assert shown(client)[0] == "slack"


def test_another_process_sees_it_as_well(path, client):
    other = start(path, **SECRETS).test_client()
    assert shown(other) == []
    send(client, "hello")
    assert shown(other) == ["hello"]


def test_a_slow_reader_does_not_bring_an_old_page_back(app, client):
    writer = app.test_client()
    late = ["stored while the reader was slow"]

    @app.after_request
    def write_before_the_page_is_kept(response):
        if late:
            send(writer, late.pop())
        return response

    assert shown(client) == []
    assert shown(client) == ["stored while the reader was slow"]


def test_a_change_by_hand_shows_at_once(path, client):
    send(client, "one")
    send(client, "two")
    shown(client)
    by_hand = sqlite3.connect(path)
    by_hand.execute("DELETE FROM messages WHERE text = 'two'")
    by_hand.execute("UPDATE messages SET text = 'ONE' WHERE text = 'one'")
    by_hand.commit()
    by_hand.close()
    assert shown(client) == ["ONE"]
    assert send(client, "three")["id"] > 2


def test_the_number_of_pages_has_an_end(app, client):
    for second in range(MOST_PAGES + 50):
        assert client.get(f"/messages?since=2026-01-02T03:{second // 60:02}:{second % 60:02}Z").status_code == 200
    assert len(app.wsgi_app.pages) == MOST_PAGES


def test_the_cache_can_be_switched_off(path, client):
    uncached = start(path, CACHE=False)
    asked = []
    uncached.before_request(lambda: asked.append(1))
    client = uncached.test_client()
    assert shown(client) == shown(client) == []
    assert len(asked) == 2
