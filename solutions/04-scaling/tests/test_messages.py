"""The messages API, asked as any other program asks it."""

import pytest


def send(client, text, **more):
    answer = client.post("/messages", json={"text": text, **more})
    assert answer.status_code == 201
    return answer.json


def texts_of(page):
    return [message["text"] for message in page["messages"]]


def test_a_message_is_shown_as_it_was_sent(client):
    sent = send(client, "  tent: 2 × Zelt ⛺\n")
    [shown] = client.get("/messages").json["messages"]
    assert shown == sent
    assert shown["text"] == "  tent: 2 × Zelt ⛺\n"


def test_the_same_text_twice_is_two_messages(client):
    assert send(client, "here")["id"] != send(client, "here")["id"]
    assert texts_of(client.get("/messages").json) == ["here", "here"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": None},
        {"text": 7},
        {"text": ""},
        {"text": " \t\r\n"},
        {"text": "x" * 2001},
        {"text": "half an emoji: \ud83d"},
        {"text": "yes", "reply_to": "nobody"},
        ["text"],
    ],
)
def test_what_is_wrong_is_refused_and_not_stored(client, body):
    answer = client.post("/messages", json=body)
    assert answer.status_code == 400
    assert answer.json["error"]
    assert client.get("/messages").json["messages"] == []


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "1_0", " 5", "", "five"])
def test_an_odd_limit_is_refused(client, limit):
    assert client.get("/messages", query_string={"limit": limit}).status_code == 400


def test_pages_hold_every_message_once_though_new_ones_come(client):
    for number in range(7):
        send(client, str(number))
    page = client.get("/messages?limit=3").json
    seen = texts_of(page)
    while page["next"]:
        send(client, "later")
        page = client.get("/messages", query_string={"limit": 3, "cursor": page["next"]}).json
        seen += texts_of(page)
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_since_includes_the_instant_itself(client):
    send(client, "before")
    second = send(client, "then")
    send(client, "after")
    page = client.get("/messages", query_string={"since": second["created_at"]}).json
    assert texts_of(page)[:2] == ["after", "then"]


def test_a_time_without_an_offset_is_refused(client):
    assert client.get("/messages?since=2026-01-02T03:04:05").status_code == 400


def test_a_message_shows_its_direct_replies_oldest_first(client):
    question = send(client, "who brings the map?")
    first = send(client, "I do", reply_to=question["id"])
    second = send(client, "so do I", reply_to=question["id"])
    send(client, "thanks", reply_to=first["id"])
    shown = client.get(f"/messages/{question['id']}").json
    assert shown == question | {"replies": [first, second]}


def test_an_unknown_message_is_404(client):
    answer = client.get("/messages/123456")
    assert answer.status_code == 404
    assert answer.json["error"]
