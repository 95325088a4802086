"""The line to paste that is shown while the servers of a failed check still run."""

import pytest

from grader.results.held import Held, Standing
from grader.results.results import CheckResult, Outcome


def shown(request, *ports):
    check = CheckResult("1.4", "test_it", "It works.", Outcome.FAIL, "K3", request=request)
    return Held(check, tuple(Standing(port, "/data") for port in ports)).shown.request


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        ("curl 'http://127.0.0.1:5000/x?since=5000'", "curl 'http://127.0.0.1:40123/x?since=5000'"),
        ("printf x | nc 127.0.0.1 5000", "printf x | nc 127.0.0.1 40123"),
        ("SERVER_URL=http://127.0.0.1:50001 client ping", "SERVER_URL=http://127.0.0.1:50001 client ping"),
    ],
)
def test_the_line_names_the_port_of_the_one_server(request_, line):
    assert shown(request_, 40123) == line


def test_of_several_servers_the_first_was_asked():
    assert shown("curl http://127.0.0.1:5000/", 40123, 40124) == "curl http://127.0.0.1:40123/"


def test_what_was_told_can_be_read():
    held = Held(CheckResult("1.4", "test_it", "It works.", Outcome.FAIL, "K3"), (Standing(40123, "/data"),))

    assert Held.read(**held.told()) == held
