"""What a project's programs printed, where it explains why a check failed, and which of them got a request."""

from types import SimpleNamespace

import pytest

from grader.client.program import Run
from grader.errors import Failed
from grader.harness.output_capture import OutputCapture, overheard
from grader.text.story import Story

TRACE = 'Traceback (most recent call last):\n  File "client.py", line 3, in <module>\nValueError: no such thing\n'


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
