import pytest

from grader.text.story import LOCKED, Story

LIST = "curl -i 'http://127.0.0.1:5000/messages'"
START = "PORT=5000 python -m server"


def asked(story, method, path, code, line):
    story.add("", line).ended(method, path, code)


def sent(story, count=1):
    for number in range(count):
        asked(
            story, "POST", "/messages", 201, f"curl -i -X POST --data-raw '{number}' 'http://127.0.0.1:5000/messages'"
        )


@pytest.fixture
def story():
    """Give the story of a server that was started."""
    made = Story()
    made.add("a new start", START, "")
    return made


def test_what_was_sent_in_the_check_is_told(story):
    begun = len(story)
    sent(story, 2)
    asked(story, "GET", "/messages", 200, LIST)

    assert story.told(LIST, begun) == "2 messages sent"


def test_messages_of_earlier_checks_are_only_counted(story):
    sent(story, 3)
    story.add("SIGTERM")
    begun = len(story)
    asked(story, "GET", "/messages", 200, LIST)

    assert story.told(LIST, begun) == "3 messages sent earlier"
    assert story.told("curl -i -X POST 'http://127.0.0.1:5000/messages'", begun) == ""


def test_what_comes_after_the_request_is_not_told(story):
    begun = len(story)
    sent(story)
    asked(story, "GET", "/messages", 200, LIST)
    sent(story)

    assert story.told(LIST, begun) == "1 message sent"


def test_a_restart_and_a_lock_are_told_in_their_order(story):
    begun = len(story)
    sent(story, 2)
    story.add("SIGTERM", "kill")
    story.add("a new start", START, "TZ=America/New_York")
    story.add(f"{LOCKED} for 1.6 s")
    asked(story, "GET", "/messages", 200, LIST)

    told = (
        "2 messages sent, then SIGTERM, then a new start with TZ=America/New_York, then the database locked for 1.6 s"
    )
    assert story.told(LIST, begun) == told
    assert story.locked(LIST, begun)
    assert not story.locked(START, begun)


def test_the_settings_and_the_first_data_are_told_whenever_they_were_chosen():
    story = Story("on a database of the project's earlier state with 150 messages")
    story.add("a new start", START, "TZ=Asia/Kolkata")
    begun = len(story)
    asked(story, "GET", "/messages", 200, LIST)

    assert story.told(LIST, begun) == f"{story.origin}; the server ran with TZ=Asia/Kolkata"
    assert story.told(LIST, 0) == f"{story.origin}; the server ran with TZ=Asia/Kolkata"


def test_the_same_request_in_an_earlier_life_is_told(story):
    root = "curl -i 'http://127.0.0.1:5000/'"
    asked(story, "GET", "/", 200, root)
    asked(story, "GET", "/", 200, root)
    story.add("SIGTERM", "kill")
    story.add("a new start", START, "")
    asked(story, "GET", "/", 200, root)

    assert story.told(f"{root}   # 2 in this life", 0) == "2 × GET /, then SIGTERM, then a new start"


def test_a_refusal_and_silence_are_told(story):
    begun = len(story)
    asked(story, "DELETE", "/messages", 405, "curl -X DELETE")
    story.add("POST /webhooks/twilio without an answer", "curl -X POST w")
    asked(story, "GET", "/messages", 200, LIST)

    assert story.told(LIST, begun) == "DELETE /messages (405), then POST /webhooks/twilio without an answer"


def test_a_long_story_is_cut_at_its_beginning(story):
    begun = len(story)
    for number in range(20):
        asked(story, "PUT", f"/{number}", 405, f"curl {number}.")
    asked(story, "GET", "/messages", 200, LIST)

    told = story.told(LIST, begun)
    assert told.startswith("…, then PUT /14 (405)")
    assert told.endswith("PUT /19 (405)")
