"""The page of a watch, asked as a browser asks it: who gets an answer, and what stands in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from grader.watch.page.address import Address
from grader.watch.page.app import application
from grader.watch.page.feed import Feed
from grader.watch.snapshot import CHECKING, ServiceNow, Since
from tests.report import loads
from tests.watch.fake_watch import COURSE, FAILURE, FakeWatch, snapshot

TOKEN = "a-token-of-the-tests-only"
PAGE = f"/{TOKEN}/"
NASTY = "<img src=x onerror=alert(1)>\"'&"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"


class Opened:
    """The application for one fake watch."""

    def __init__(self, project: Path) -> None:
        self.watch = FakeWatch()
        app, self.feed = application(self.watch, COURSE, project, Address(5000, TOKEN), beat=0.05)
        app.testing = True
        self.client: FlaskClient = app.test_client()

    def text(self, path: str = PAGE) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.text


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(found == tag for found, _ in self.found)

    def values(self, name: str, *tags: str) -> list[str | None]:
        return [attributes[name] for tag, attributes in self.found if tag in tags and name in attributes]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return Opened(tmp_path_factory.mktemp("project"))


@pytest.fixture
def opened(once: Opened) -> Opened:
    """The same application for all tests, as it draws the texts of the course once; its watch begins anew."""
    once.watch.asked.clear()
    once.watch.tell(snapshot(failure=FAILURE, verdict="fail"))
    return once


@pytest.mark.parametrize("path", ["", "events", "style.css", "watch.js", "read/CONTRACT.md"])
@pytest.mark.parametrize("token", ["another", "%20", "é", f"{TOKEN}x", TOKEN[:-1]])
def test_nothing_is_shown_without_the_token(opened: Opened, token: str, path: str) -> None:
    answer = opened.client.get(f"/{token}/{path}")

    assert answer.status_code == 404
    assert "terminal where kit watch --web runs" in answer.text


@pytest.mark.parametrize("wish", ["hint", "solution", "next", "rerun"])
def test_a_wish_without_the_token_is_no_wish(opened: Opened, wish: str) -> None:
    assert opened.client.post(f"/another/do/{wish}").status_code == 404
    assert opened.client.get(f"{PAGE}do/{wish}").status_code == 404
    assert opened.watch.asked == []


@pytest.mark.parametrize("wish", ["hint", "solution", "next", "rerun"])
def test_a_wish_reaches_the_watch(opened: Opened, wish: str) -> None:
    assert opened.client.post(f"{PAGE}do/{wish}", headers={"Origin": "http://localhost"}).status_code == 204
    assert opened.watch.asked == [wish]


def test_the_page_cannot_end_the_watch(opened: Opened) -> None:
    assert opened.client.post(f"{PAGE}do/quit").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "10.0.0.7:5000", ""])
def test_a_foreign_name_for_this_machine_gets_nothing(opened: Opened, host: str) -> None:
    answer = opened.client.get(PAGE, headers={"Host": host})

    assert answer.status_code == 403
    assert TOKEN not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost:9000", "localhost", "[::1]:5000"])
def test_the_names_of_this_machine_get_the_page(opened: Opened, host: str) -> None:
    assert opened.client.get(PAGE, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null"])
def test_another_site_has_no_wishes(opened: Opened, origin: str) -> None:
    assert opened.client.post(f"{PAGE}do/next", headers={"Origin": origin}).status_code == 403
    assert opened.watch.asked == []


@pytest.mark.parametrize("path", [PAGE, "/another/", f"{PAGE}watch.js", f"{PAGE}read/CONTRACT.md"])
def test_every_answer_has_the_strict_policy(opened: Opened, path: str) -> None:
    headers = opened.client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))

    assert policy.pop("default-src") == "'none'"
    assert {value for name, value in policy.items() if name != "img-src"} <= {"'self'", "'none'"}
    assert policy["img-src"] == "'self' data:"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [PAGE, *(f"{PAGE}read/{stage.folder.name}/README.md" for stage in COURSE.stages)])
def test_a_page_has_no_inline_code_and_asks_nobody_else(opened: Opened, path: str) -> None:
    tags = Tags(opened.text(path))
    loaded = {str(address) for name in ("src", "href") for address in tags.values(name, "img", "script", "link")}

    assert tags.count("style") == 0
    assert len(tags.values("src", "script")) == tags.count("script") == 1
    assert [name for _, attributes in tags.found for name in attributes if name == "style" or name[:2] == "on"] == []
    assert {one for one in loaded if not one.startswith(PAGE)} == {"data:,"}
    assert {one for one in loaded - {"data:,"} if opened.client.get(one).status_code != 200} == set()


def test_what_comes_from_the_learner_is_escaped(opened: Opened) -> None:
    texts = {name: f"{name} {NASTY}" for name in ("says", "before", "asked", "expected", "seen", "paste", "printed")}
    opened.watch.tell(
        snapshot(
            failure=replace(FAILURE, **texts, note=f"note {NASTY}", where=NASTY),
            service=ServiceNow(running=True, url="http://127.0.0.1:5000", output=f"output {NASTY}"),
            problem=f"problem {NASTY}",
            note=f"remark {NASTY}",
            solution=f"+solution {NASTY}",
            hints=(f"hint {NASTY}",),
            next_line=f"next {NASTY}",
        )
    )
    text = opened.text()

    for name in (*texts, "note", "output", "problem", "remark", "+solution", "hint", "next"):
        assert f"{name} {ESCAPED}" in text
    assert "<img src=x" not in text


def test_the_page_says_what_failed_and_what_comes_next(opened: Opened) -> None:
    text = opened.text()

    assert "An unknown path is answered with 404." in text
    assert 'data-copy="curl -i http://127.0.0.1:5000/no-such-page"' in text
    assert f'href="{PAGE}read/CONTRACT.md#k4-http"' in text
    assert "Change your code and save: kit checks 1.4 again." in text
    assert 'data-state="fail"' in text


def test_the_part_of_the_step_comes_before_the_whole_brief(opened: Opened) -> None:
    part, whole = opened.text().split("The whole brief of stage 1")

    assert "<h2>1.4 Unknown paths and nonsense</h2>" in part
    assert "1.5 A client that prints" not in part.split("1.4 Unknown paths and nonsense</h2>")[1]
    assert 'id="15-a-client-that-prints-the-answer"' in whole


@pytest.mark.parametrize("step", [step.id for step in COURSE.steps])
def test_every_step_has_a_part_of_its_brief(opened: Opened, step: str) -> None:
    opened.watch.tell(snapshot(step))

    assert re.search(rf'<div class="part">\s*<h2>{re.escape(step)} ', opened.text())


@pytest.mark.parametrize(
    ("name", "status"),
    [("CONTRACT.md", 200), ("../pyproject.toml", 404), ("01-scaffolding/steps.toml", 404), ("none.md", 404),
     ("%2e%2e/README.md", 404), ("/etc/passwd", 404), ("04-scaling/pictures/latency.svg", 200)],
)  # fmt: skip
def test_only_texts_of_the_course_can_be_read(opened: Opened, name: str, status: int) -> None:
    assert opened.client.get(f"{PAGE}read/{name}").status_code == status


def test_links_between_the_texts_lead_somewhere(opened: Opened) -> None:
    names = ["CONTRACT.md", "README.md", *(f"{stage.folder.name}/README.md" for stage in COURSE.stages)]
    found = [link for name in names for link in re.findall(r'href="(/[^"]*)"', opened.text(f"{PAGE}read/{name}"))]
    texts = {link.partition("#")[0] for link in found}

    assert len(texts) > 5
    assert {link for link in texts if opened.client.get(link).status_code != 200} == set()
    anchored = {link for link in found if "#" in link and f'id="{link.partition("#")[2]}"' not in opened.text(link)}
    assert anchored == set()


def test_the_brief_is_that_of_the_step_to_mend_first(opened: Opened) -> None:
    failure = replace(FAILURE, step="1.2", where="stage 1 of the contract, exercises/CONTRACT.md")
    opened.watch.tell(snapshot("1.4", failure=failure, since=Since((), ("1.2", "1.3"))))
    text = opened.text()

    assert text.count("<h2>1.2 A server that starts and stops when told</h2>") == 2
    assert "<h2>1.4 " not in text
    assert "1.2, 1.3 passed before and are broken now." in text
    assert f'href="{PAGE}read/CONTRACT.md#stage-1-scaffolding"' in text


def test_codes_for_a_terminal_are_left_out(opened: Opened) -> None:
    output = "\x1b[31mred\x1b[0m\r\nbell\x07 \x1b]0;title\x07\ttab"
    opened.watch.tell(snapshot(service=ServiceNow(running=True, url="http://127.0.0.1:5000", output=output)))

    assert "red\nbell\\x07 \ttab</pre>" in opened.text()


def test_a_long_output_is_cut_to_its_end(opened: Opened) -> None:
    output = "x" * 1_000_000 + "the end"
    opened.watch.tell(snapshot(service=ServiceNow(running=True, url="http://127.0.0.1:5000", output=output)))
    text = opened.text()

    assert "the end" in text
    assert len(text) < 300_000


def test_a_report_that_cannot_be_drawn_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / ".kit").mkdir()
    (tmp_path / ".kit" / "report.json").write_text(json.dumps({"load": [{"workload": "reads"}]}))

    assert "as last measured" not in Opened(tmp_path).text()


def test_what_was_measured_under_load_is_drawn(tmp_path: Path) -> None:
    (tmp_path / ".kit").mkdir()
    (tmp_path / ".kit" / "report.json").write_text(json.dumps({"load": loads.SITUATIONS["all"]}))
    text = Opened(tmp_path).text()

    assert "as last measured" in text
    assert text.count("<svg") > 3


def events(feed: Feed, count: int) -> list[tuple[str, dict[str, object]]]:
    """Read so many events as a new tab does, without the beats."""
    stream, found = feed.events(), []
    while len(found) < count:
        name, data = next(stream).split("\n")[:2]
        if name != "event: beat":
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    stream.close()
    return found


def test_a_tab_gets_everything_first(opened: Opened) -> None:
    [(name, data)] = events(opened.feed, 1)

    assert name == "state"
    assert set(data["panels"]) == {"top", "now", "left", "asked", "service", "steps", "load", "brief"}
    assert data["title"] == "✗ 1.4 Unknown paths and nonsense · kit watch"
    assert data["said"] == "1.4 fails: An unknown path is answered with 404."


def test_the_events_come_as_a_stream(opened: Opened) -> None:
    answer = opened.client.get(f"{PAGE}events", buffered=False)
    first = next(iter(answer.response))
    answer.close()

    assert answer.mimetype == "text/event-stream"
    assert first.startswith(b"event: state\ndata: {")
    assert first.endswith(b"}\n\n")
    assert first.count(b"\n") == 3


def test_a_verdict_that_passes_is_said_once_it_is_settled(opened: Opened) -> None:
    opened.watch.tell(snapshot("1.5", phase=CHECKING, doing="checking 1.5", since=Since(("1.4",))))
    checking = opened.feed.view()
    opened.watch.tell(snapshot("1.5", verdict="pass", since=Since(("1.4", "1.5"))))

    assert (checking.state, checking.said) == ("checking", "")
    assert opened.feed.view().said == "1.4, 1.5 pass now. 1.5 passes."
