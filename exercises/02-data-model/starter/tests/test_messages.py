"""The messages API, asked as any other program asks it."""


def test_a_message_comes_back_as_it_was_sent(client):
    answer = client.post("/messages", json={"text": "  hello  "})
    assert answer.status_code == 201
    assert answer.json["text"] == "  hello  "


# TODO 2.3, 2.4: each value that you refuse is one line of a test: see pytest.mark.parametrize.
# TODO 2.7: a test can make a database as it was yesterday, with plain SQL, and start today's application on it.
# TODO 2.9: new messages come while somebody reads page after page. What must the pages hold, all together?
