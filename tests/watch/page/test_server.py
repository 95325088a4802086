"""The server of the page: it listens on this machine alone, and keeps one address for each project."""

from __future__ import annotations

import json
import os
import socket
import threading
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

import pytest

from grader.project.state import ProjectState
from grader.system.process import wait_until
from grader.watch.page import address, server
from tests.watch.fake_watch import COURSE, FakeWatch, snapshot

KEPT = ".kit/page.json"


def test_it_listens_on_the_loopback_address_only_and_ends_with_the_watch(tmp_path: Path) -> None:
    before = threading.active_count()
    with server.serving(FakeWatch(), COURSE, tmp_path) as url:
        port = int(url.split(":")[2].split("/")[0])
        assert url.startswith(f"http://127.0.0.1:{port}/")
        assert urllib.request.urlopen(url, timeout=10).status == 200
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), 5)

    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)
    assert wait_until(lambda: threading.active_count() == before, 5)


def test_a_reader_that_never_reads_holds_up_nobody(tmp_path: Path) -> None:
    watch = FakeWatch()
    with server.serving(watch, COURSE, tmp_path) as url:
        port, path = url.removeprefix("http://127.0.0.1:").split("/", 1)
        with socket.create_connection(("127.0.0.1", int(port))) as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            silent.sendall(f"GET /{path}events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            with urllib.request.urlopen(f"{url}events", timeout=10) as reader:
                for number in range(30):
                    watch.tell(snapshot(problem=f"number {number} " + "x" * 20_000))
                while b"number 29" not in reader.readline():
                    pass


def test_a_quiet_terminal_hears_nothing_of_requests(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with server.serving(FakeWatch(), COURSE, tmp_path) as url:
        urllib.request.urlopen(url, timeout=10).read()
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{url}none", timeout=10)
        with socket.create_connection(("127.0.0.1", int(url.split(":")[2].split("/")[0]))) as odd:
            odd.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
            odd.recv(1000)

    assert capfd.readouterr() == ("", "")


def test_the_same_project_keeps_its_address(tmp_path: Path) -> None:
    first = address.of(tmp_path)

    assert address.of(tmp_path) == first
    assert address.of(tmp_path / "another") != first
    assert (tmp_path / KEPT).stat().st_mode & 0o777 == 0o600
    assert len(first.token) >= 32


def test_a_second_page_is_elsewhere_and_leaves_the_kept_address_alone(tmp_path: Path) -> None:
    first = address.of(tmp_path)
    with socket.create_server(("127.0.0.1", first.port)):
        second = address.of(tmp_path)

    assert (second.port == first.port, second.token == first.token) == (False, False)
    assert address.of(tmp_path) == first


@pytest.mark.parametrize(
    "kept",
    ["", "no JSON", "[]", '{"port": 80, "token": "' + "x" * 40 + '"}', '{"port": 20000, "token": "short"}',
     '{"port": "x", "token": "' + "x" * 40 + '"}', '{"port": 20000, "token": "' + "é" * 40 + '"}'],
)  # fmt: skip
def test_a_kept_address_that_makes_no_sense_is_replaced(tmp_path: Path, kept: str) -> None:
    ProjectState(tmp_path).data()
    (tmp_path / KEPT).write_text(kept)
    (tmp_path / KEPT).chmod(0o600)

    found = address.of(tmp_path)

    assert address.of(tmp_path) == found
    assert json.loads((tmp_path / KEPT).read_text()) == {"port": found.port, "token": found.token}


def test_an_address_that_others_could_know_is_replaced(tmp_path: Path) -> None:
    first = address.of(tmp_path)
    (tmp_path / KEPT).chmod(0o644)

    assert address.of(tmp_path).token != first.token


def test_a_link_in_place_of_the_address_is_not_followed(tmp_path: Path) -> None:
    ProjectState(tmp_path).data()
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / KEPT).symlink_to(tmp_path / "elsewhere")

    address.of(tmp_path)

    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert not (tmp_path / KEPT).is_symlink()


def test_a_project_that_cannot_be_written_has_a_page_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".kit").write_text("a file where the folder should be")

    assert address.of(tmp_path).url.startswith("http://127.0.0.1:")


def test_no_browser_is_opened_where_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.sys, "platform", "linux")
    for name in server.SCREENS:
        monkeypatch.delenv(name, raising=False)
    assert not server.has_screen()

    monkeypatch.setenv("DISPLAY", ":0")
    assert server.has_screen()


def test_the_browser_is_opened_once_and_not_before_the_watch_tells_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = tmp_path / "opened"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", os.fspath(program))
    monkeypatch.setattr(webbrowser, "_tryorder", None)  # Python looks for browsers once, maybe in an earlier test
    watch = FakeWatch()
    with server.serving(watch, COURSE, tmp_path, open_browser=True) as url:
        assert not opened.exists()
        watch.tell(snapshot())
        watch.tell(snapshot("1.5"))
        assert wait_until(opened.exists, 10)

    assert opened.read_text() == f"{url}\n"
