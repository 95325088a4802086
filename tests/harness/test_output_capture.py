"""What a project's programs printed, where it explains why a check failed, and which of them got a request."""

from threading import Thread
from types import SimpleNamespace

import pytest

from grader.client.program import Run
from grader.errors import Failed
from grader.harness.output_capture import LEFT_OPEN, OutputCapture, overheard
from grader.text.shell import side_by_side
from grader.text.story import KEPT_BY_HOLD, LOCKED, READ, Story

TRACE = 'Traceback (most recent call last):\n  File "client.py", line 3, in <module>\nValueError: no such thing\n'
START = "PORT=5000 python -m server"
GET = "curl -i 'http://127.0.0.1:5000/'"
LOCKED_SAID = "sqlite3.OperationalError: database is locked"


class Printing:
    """A service that prints."""

    def __init__(self):
        self.text = ""
        self.exchanges = []
        self.story = Story()
        self.running = True

    @property
    def printed(self):
        return len(self.text)

    def line(self):
        return START

    def printed_since(self, total):
        return self.text[total:]


@pytest.fixture
def service():
    return Printing()


@pytest.fixture
def capture(service):
    made = OutputCapture(lambda: [service])
    made.begin()
    return made


def run(code, complained):
    return Run(code, "", complained, "python -m client ping")


@pytest.mark.parametrize("code", [0, 1])
def test_the_trace_of_a_client_is_shown(capture, code):
    capture.client(run(code, TRACE))

    assert capture.explanation("nothing").splitlines()[0] == "ValueError: no such thing"


def test_what_a_client_complained_of_is_shown_unless_it_was_said(capture):
    failed = capture.client(run(1, "There is no server.\n"))

    assert capture.explanation("nothing") == "There is no server."
    assert capture.explanation(failed.summary) == ""


def test_a_client_that_went_well_explains_nothing(capture):
    capture.client(run(0, "One message sent.\n"))

    assert capture.explanation("nothing") == ""


def test_only_a_trace_of_this_check_is_shown_of_a_server(capture, service):
    service.text = f"GET / 200\n{TRACE}"
    assert "ValueError: no such thing" in capture.explanation("500")

    capture.begin()
    service.text += "GET / 500\n"
    assert capture.explanation("500") == ""


def test_a_new_check_forgets_the_client_of_the_last(capture):
    capture.client(run(1, TRACE))
    capture.begin()

    assert capture.explanation("nothing") == ""


def test_a_run_is_handed_on(capture):
    ended = SimpleNamespace()

    assert capture.client(ended) is ended


def print_and_fail(service, printed, failure):
    with overheard(service):
        service.text += printed
        raise failure


def test_a_failure_in_the_background_carries_the_trace_of_its_server(service):
    service.text = f"{TRACE}and that was before\n"

    with pytest.raises(Failed) as found:
        print_and_fail(service, TRACE.replace("no such thing", "database is locked"), Failed("500"))

    assert found.value.log.splitlines()[0] == "ValueError: database is locked"
    assert "before" not in found.value.log


def test_a_failure_that_has_its_log_keeps_it(service):
    with pytest.raises(Failed) as found:
        print_and_fail(service, TRACE, Failed("ended", log="Killed"))

    assert found.value.log == "Killed"


def test_of_several_servers_the_one_is_meant_that_was_sent_the_request():
    asked, other = Printing(), Printing()
    asked.exchanges, other.exchanges = ["curl /a"], ["curl /b"]
    capture = OutputCapture(lambda: [other, asked])
    capture.begin()

    assert capture.spoken_to("curl /a   # 3 such requests") == [asked]


def test_of_two_that_were_sent_the_same_the_one_is_meant_that_this_check_spoke_to():
    earlier, now = Printing(), Printing()
    earlier.exchanges = ["curl /a"]
    capture = OutputCapture(lambda: [earlier, now])
    capture.begin()
    now.exchanges.append("curl /a")

    assert capture.spoken_to("curl /a") == [now]


def test_a_server_that_runs_no_longer_is_not_meant(service, capture):
    service.exchanges.append("curl /a")
    service.running = False

    assert capture.spoken_to("curl /a") == []


def test_what_names_no_request_is_about_the_servers_that_this_check_spoke_to():
    silent, spoken = Printing(), Printing()
    capture = OutputCapture(lambda: [silent, spoken])
    capture.begin()
    spoken.exchanges.append("curl /a")

    assert capture.spoken_to("the database") == [spoken]


def test_a_second_start_is_noted_to_be_on_earlier_data(service, capture):
    service.story.add("a new start", START, "")
    assert capture.noted(START) == START

    service.story.add("SIGTERM")
    service.story.add("a new start", START, "")
    assert capture.noted(START) == START + KEPT_BY_HOLD
    assert capture.noted(GET) == GET


def test_a_first_start_on_an_old_database_is_noted_too(service, capture):
    service.story = Story("on a database of the project's earlier state")
    service.story.add("a new start", START, "")

    assert capture.noted(START) == START + KEPT_BY_HOLD


@pytest.mark.parametrize("said", [LOCKED_SAID, "SqliteError: SQLITE_BUSY", "database table is locked: visits"])
def test_a_database_that_only_the_server_locked_is_explained(service, capture, said):
    service.story.add("GET /", GET)

    assert capture.remark(GET, said) == LEFT_OPEN
    assert capture.remark(GET, "sqlite3.OperationalError: no such table: visits") == ""


@pytest.mark.parametrize("deed", [LOCKED, READ])
def test_a_database_that_the_kit_held_is_not(service, capture, deed):
    service.story.add(f"{deed} for 1.6 s")
    service.story.add("GET /", GET)

    assert capture.remark(GET, LOCKED_SAID) == ""


def test_nor_is_one_that_many_requests_need_at_the_same_moment(service, capture):
    service.story.add("GET /", GET)

    assert capture.remark(side_by_side(GET, 20), LOCKED_SAID) == ""


def in_another_thread(act):
    thread = Thread(target=act)
    thread.start()
    thread.join()


def test_what_is_done_after_the_check_has_failed_is_not_told(service):
    later = Printing()
    capture = OutputCapture(lambda: [service, later])
    capture.begin()
    service.story.add("25 messages sent")
    service.story.add("", GET)
    capture.found()
    later.story.add(LOCKED)
    later.story.add("", GET)

    assert capture.before(GET) == "25 messages sent"

    capture.begin()
    assert capture.before(GET) == LOCKED


def test_a_service_that_is_prepared_in_the_background_is_another_one(service):
    """In a line to paste, all services have the same address."""
    prepared = Printing()
    capture = OutputCapture(lambda: [service, prepared])
    capture.begin()
    service.story.add("25 messages sent")
    service.story.add("", GET)
    prepared.story.add(LOCKED)
    in_another_thread(lambda: prepared.story.add("", GET))

    assert capture.before(GET) == "25 messages sent"


def test_a_check_may_send_in_threads_of_its_own(service):
    earlier = Printing()
    earlier.story.add("1 message sent")
    earlier.story.add("", GET)
    capture = OutputCapture(lambda: [earlier, service])
    capture.begin()
    service.story.add(LOCKED)
    in_another_thread(lambda: service.story.add("", GET))

    assert capture.before(GET) == LOCKED
