import json
import shutil
import socket
import subprocess

import pytest

from grader.http_client.client import HttpClient
from grader.testdata.payloads import ESCAPED_BODIES, LARGE_BODIES, ODD_BODIES
from grader.text.shell import SHOWN_PORT, command_line, curl, side_by_side
from tests.rawserver import playing, say


@pytest.fixture(params=["bash", "dash"])
def paste(request):
    """Run a line in a shell, with the port of a server that records its requests in place of the line's port."""
    missing = [name for name in (request.param, "curl") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"there is no {missing[0]} here")

    def run(line, port):
        here = line.replace(f"127.0.0.1:{SHOWN_PORT}", f"127.0.0.1:{port}")
        subprocess.run([request.param, "-c", here], capture_output=True, check=True, timeout=20)

    return run


REQUESTS = [
    ("GET", "/", {}, {}, b""),
    ("GET", '/it\'s/"quoted"/$HOME/`id`/!x\\y', {}, {}, b""),
    ("GET", "/ž /%7e?a=%&b=[1-3]{x,y}", {}, {}, b""),
    ("GET", "/a/../b/./c//d", {}, {}, b""),
    ("GET", "/messages", {"since": "2026-01-02T08:30:00+05:30", "q": "ž & 'x' #%"}, {}, b""),
    ("HEAD", "/", {}, {}, b""),
    ("OPTIONS", "/", {}, {}, b""),
    ("BREW", "/?", {}, {}, b""),
    ("GET", "/", {}, {"X-Quote": 'it\'s "$HOME" `id` \\ %', "X-Empty": "", "X-At": "@/etc/passwd"}, b""),
    ("GET", "/", {}, {"User-Agent": None, "Accept": None, "Connection": "keep-alive"}, b""),
    ("POST", "/", {}, {}, b""),
    ("POST", "/", {}, {"Content-Type": "application/json"}, json.dumps({"text": 'it\'s "$HOME" `id` %s \\n'}).encode()),
    ("POST", "/", {}, {"content-type": "application/json"}, '{"text": "žluťoučký 🐎"}'.encode()),
    ("POST", "/", {}, {"Content-Type": "application/json"}, b'{"text": "two\nlines\r\n\ttab"}'),
    ("POST", "/", {}, {"Content-Type": "application/json"}, b"@/etc/passwd"),
    ("POST", "/", {}, {"Content-Type": "application/json"}, b"-1; echo 'x' > /dev/null"),
    ("POST", "/", {}, {}, b"no type"),
    ("PUT", "/", {}, {}, b"\x00\xff%s\\n'\n-"),
    ("POST", "/", {}, {}, b"-n 5%\x00"),
    ("POST", "/", {}, {"Content-Type": "application/json"}, b'{"text": "' + b"x" * 70_000 + b'"}'),
    ("POST", "/", {}, {"Content-Type": "application/json"}, ('{"text": "' + "語'" * 2000 + '"}').encode()),
    ("POST", "/", {}, {"Content-Type": "application/json"}, b'{"text": "' + b"\\ud83d\\udc0e" * 1000 + b'"}'),
    ("POST", "/", {}, {}, b"\xff\x00'\"\\" * 500 + b"%s\n" * 90),
    ("POST", "/", {}, {}, "\u2028\r\n🐎\x00".encode() * 400),
    ("DELETE", "/x", {}, {}, b""),
    ("GET", "/", {}, {}, b"a body nobody expects"),
]


@pytest.mark.parametrize(("method", "path", "params", "headers", "body"), REQUESTS)
def test_a_line_that_is_pasted_sends_what_the_check_sent(paste, method, path, params, headers, body):
    with playing(say(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")) as server:
        http = HttpClient(server.port)
        http.request(method, path, params=params, headers=headers, body=body)
        paste(http.exchanges[0], server.port)

        ours, pasted = (_parts(request) for request in server.received)
        assert pasted == ours


@pytest.mark.parametrize(
    "body", list(LARGE_BODIES.values()) + list(ODD_BODIES.values()) + list(ESCAPED_BODIES.values())
)
def test_a_line_is_short_whatever_is_sent(body):
    line = curl("POST", f"http://127.0.0.1:{SHOWN_PORT}/messages", {"Content-Type": "application/json"}, body)

    assert len(line) < 400
    assert line.isprintable()


@pytest.mark.parametrize("body", [b'{"text": "once"}', b"two\nlines"])
def test_what_was_sent_at_the_same_moment_can_be_pasted(paste, body):
    with playing(say(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")) as server:
        http = HttpClient(server.port)
        http.request("POST", "/", body=body)
        paste(side_by_side(http.exchanges[0], 3), server.port)

        assert [_parts(request)[2] for request in server.received] == [body] * 4


def _parts(request: bytes):
    """Split a request into its first line, the headers that a check chooses, and the body."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (header.partition(b":") for header in headers)}
    return line, {name: value for name, value in fields.items() if name not in (b"user-agent", b"connection")}, body


@pytest.mark.parametrize("data", [b"GET / HT", b"\x00\xff'%s\\n\r\n\r\n", b"-e x", b"1\x0023"])
def test_raw_bytes_can_be_pasted_too(paste, data, tmp_path, monkeypatch):
    (tmp_path / "nc").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/where\nexec cat > {tmp_path}/sent\n')
    (tmp_path / "nc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = HttpClient(listener.getsockname()[1])
        http.raw(data)

    paste(http.exchanges[0], SHOWN_PORT)

    assert (tmp_path / "sent").read_bytes() == data
    assert (tmp_path / "where").read_text() == "127.0.0.1 5000\n"


@pytest.mark.parametrize(
    "argv",
    [
        ["ping"],
        ["send", 'it\'s "$HOME" `id`'],
        ["send", "", "*", "~", "a\nb", "žluť 🐎"],
        ["a b", "--x=y z", "#!"],
        ["send", "ž'\"$x" * 999, "\n" * 700, "ends\n" * 90],
    ],
)
def test_a_command_can_be_pasted(argv, tmp_path):
    program = tmp_path / "show me"
    program.write_text('#!/bin/sh\nprintf "%s\\0" "$SERVER_URL" "$@"\n')
    program.chmod(0o755)

    line = command_line([str(program), *argv], SERVER_URL="http://x/'$HOME'")

    printed = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert printed.split("\0")[:-1] == ["http://x/'$HOME'", *argv]
