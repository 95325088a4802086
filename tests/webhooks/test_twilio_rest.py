"""The simulated endpoint of Twilio for outgoing messages, used with the official client."""

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from grader.errors import UsageError
from grader.system.process import wait_until
from grader.webhooks.twilio import ACCOUNT
from grader.webhooks.twilio_rest import Outgoing, running
from tests.rawserver import playing
from tests.talking import TOKEN

TO, FROM = "+12025550112", "+15550100100"


@pytest.fixture
def received():
    return []


@pytest.fixture
def port(received):
    with running(Outgoing(TOKEN, received.append), 0) as number:
        yield number


@pytest.fixture
def client(port):
    return official(port)


def official(port, account=ACCOUNT, token=TOKEN):
    client = Client(account, token)
    client.api.base_url = f"http://127.0.0.1:{port}"
    return client


def test_the_official_client_sends_a_text(client, received):
    sent = client.messages.create(to=TO, from_=FROM, body="Welcome, žluťoučký 🐎")

    assert (sent.to, sent.from_, sent.body) == (TO, FROM, "Welcome, žluťoučký 🐎")
    assert (sent.status, sent.direction, sent.account_sid) == ("queued", "outbound-api", ACCOUNT)
    assert (sent.num_media, sent.num_segments, sent.error_code) == ("0", "1", None)
    assert sent.sid.startswith("SM")
    assert len(sent.sid) == 34
    assert sent.date_created.utcoffset() is not None
    assert [message["sid"] for message in received] == [sent.sid]


def test_the_official_client_finds_it_again(client):
    sent = client.messages.create(to=TO, from_=FROM, body="One")

    assert client.messages(sent.sid).fetch().body == "One"


def test_the_official_client_lists_the_newest_first_page_by_page(client):
    for number in range(5):
        client.messages.create(to=TO, from_=FROM, body=str(number))
    client.messages.create(to="+12025550143", from_=FROM, body="other")

    assert [message.body for message in client.messages.list()] == ["other", "4", "3", "2", "1", "0"]
    assert [message.body for message in client.messages.list(to=TO, page_size=2)] == ["4", "3", "2", "1", "0"]
    assert [message.body for message in client.messages.list(limit=3)] == ["other", "4", "3"]
    assert client.messages.list(from_=TO) == []
    page = client.messages.page(page_size=2)
    assert [message.body for message in page.next_page().previous_page()] == ["other", "4"]


def test_a_picture_needs_no_word(client):
    sent = client.messages.create(to=TO, from_=FROM, media_url=["http://127.0.0.1:9/a.jpg", "http://127.0.0.1:9/b.jpg"])

    assert (sent.num_media, sent.body) == ("2", "")
    assert sent.sid.startswith("MM")


@pytest.mark.parametrize(
    ("given", "code", "sentence"),
    [
        ({"to": "tomorrow"}, 21211, "Invalid 'To' Phone Number: tomorrow"),
        ({"to": "12025550112"}, 21211, "Invalid 'To' Phone Number"),
        ({"to": ""}, 21604, "A 'To' phone number is required."),
        ({"from_": None}, 21603, "A 'From' phone number is required."),
        ({"from_": "+15005550006"}, 21606, "The 'From' phone number +15005550006 is not a number of your account."),
        ({"to": FROM}, 21266, "'To' and 'From' number cannot be the same"),
        ({"body": None}, 21602, "Message body is required."),
        ({"body": ""}, 21602, "Message body is required."),
        ({"body": "x" * 1601}, 21617, "exceeds the 1600 character limit."),
    ],
)
def test_the_official_client_understands_a_refusal(client, received, given, code, sentence):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**{"to": TO, "from_": FROM, "body": "Hi.", **given})

    assert (refused.value.status, refused.value.code) == (400, code)
    assert sentence in refused.value.msg
    assert received == []


def test_an_unknown_message_is_404(client):
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()

    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_another_token_is_401(port, received):
    with pytest.raises(TwilioRestException) as refused:
        official(port, token="wrong").messages.create(to=TO, from_=FROM, body="Hi.")

    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert received == []


def test_an_error_is_written_as_twilio_writes_it(port):
    answer = requests.get(url(port), timeout=5)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


@pytest.mark.parametrize(
    ("authorization", "status"),
    [(None, 401), ("Basic", 401), ("Basic !!!", 401), ("Basic w6k=", 401), ("Bearer x", 401), ("Basic /w==", 401)],
)
def test_who_does_not_say_the_token_is_not_let_in(port, authorization, status):
    headers = {"Authorization": authorization} if authorization else {}

    assert requests.get(url(port), headers=headers, timeout=5).status_code == status


def test_one_account_does_not_speak_for_another(port):
    other = "AC" + "1" * 32

    assert requests.get(url(port), auth=(other, TOKEN), timeout=5).status_code == 401
    assert requests.get(url(port, other), auth=(other, TOKEN), timeout=5).json()["messages"] == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, 20404),
        ("GET", "/2010-04-01/Accounts/ACx/Messages.json", 404, 20404),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", 404, 20404),
        ("DELETE", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", 405, 20004),
        ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM1.json", 405, 20004),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=0", 400, 20001),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=1001", 400, 20001),
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=x", 400, 20001),
    ],
)
def test_whatever_else_is_asked_is_an_error_with_a_number(port, method, path, status, code):
    answer = requests.request(method, f"http://127.0.0.1:{port}{path}", auth=(ACCOUNT, TOKEN), timeout=5)

    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)


def test_a_body_without_end_is_an_error_with_a_number(port, received):
    answer = requests.post(url(port), data={"Body": "x" * 2_000_000}, auth=(ACCOUNT, TOKEN), timeout=10)

    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (413, 20001, 413)
    assert received == []


def test_an_empty_filter_filters_nothing(client, port):
    client.messages.create(to=TO, from_=FROM, body="Hi.")

    answer = requests.get(url(port), params={"To": "", "PageSize": ""}, auth=(ACCOUNT, TOKEN), timeout=5)

    assert [message["body"] for message in answer.json()["messages"]] == ["Hi."]


def test_the_terminal_belongs_to_the_conversation(port, capfd):
    assert [requests.get(address, timeout=5).status_code for address in (url(port), f"{url(port)}x")] == [401, 404]
    assert capfd.readouterr() == ("", "")


def test_many_at_once_are_all_there(port, received):
    def send(number):
        form = {"To": TO, "From": FROM, "Body": str(number)}
        return requests.post(url(port), data=form, auth=(ACCOUNT, TOKEN), timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(40))) == {201}
    assert len(received) == 40


def test_a_port_that_is_taken_is_one_sentence(capfd):
    with (
        playing(lambda *_: None) as taken,
        pytest.raises(UsageError, match=rf"^Port {taken.port} can't be used: address already in use\.$"),
        running(Outgoing(TOKEN), taken.port),
    ):
        pass
    assert capfd.readouterr() == ("", "")


def test_nothing_listens_and_no_thread_runs_afterwards():
    before = threading.active_count()
    with running(Outgoing(TOKEN), 0) as number:
        requests.get(url(number), timeout=5)

    assert wait_until(lambda: threading.active_count() == before, 5)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", number)) != 0


def test_only_the_endpoint_waits_for_flask():
    code = "import grader.__main__, grader.session.__main__, grader.interactive.sms_sender, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"flask", "werkzeug"} & set(done.stdout.split()) == set()


def url(port, account=ACCOUNT):
    return f"http://127.0.0.1:{port}/2010-04-01/Accounts/{account}/Messages.json"
