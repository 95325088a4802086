"""The report as a page: everything of a project is escaped, nothing is asked of anybody, and the load is drawn."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.report import document, table
from grader.report.page import measurement, of_class, page
from grader.results.results import ExitStatus, Outcome
from tests.report import loads
from tests.report.test_report import SITUATIONS

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


LOAD = loads.search(note=EVIL)


class Seen(HTMLParser):
    """The names of all elements, and all attributes."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += attrs


@pytest.fixture
def report():
    return document.document(Path(), SITUATIONS["one-fails"])


def test_what_comes_from_a_project_is_text(report):
    report["project"]["name"] = EVIL
    report["load"] = [LOAD]
    for check in (check for stage in report["stages"] for step in stage["steps"] for check in step["checks"]):
        check.update(outcome=Outcome.FAIL, sentence=EVIL, request=EVIL, expected=EVIL, actual=EVIL, log=EVIL)

    seen = Seen(page(report))

    assert seen.names.isdisjoint({"script", "img", "iframe", "object", "form"})
    assert [name for name, _ in seen.attributes if name.startswith("on")] == []


def test_code_stands_out_in_a_sentence_and_has_no_backticks(report):
    for check in (check for stage in report["stages"] for step in stage["steps"] for check in step["checks"]):
        check.update(outcome=Outcome.FAIL, sentence=f"When `ping` gets `{EVIL}`, it ends.", clause="")

    drawn = page(report)

    assert "<p><strong>When <code>ping</code> gets <code>&lt;script&gt;" in drawn
    assert "`" not in re.sub(r"<style.*?</style>", "", drawn, flags=re.DOTALL)
    assert Seen(drawn).names.isdisjoint({"script", "img"})


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("one-fails", "fail"), ("unclear", "unclear"), ("machine-cannot", "not_checked"), ("own-fault", "error")],
)
def test_the_box_of_a_problem_has_the_colour_of_its_mark(name, outcome):
    drawn = page(document.document(Path(), SITUATIONS[name]))

    assert f'<div class="problem {outcome}">' in drawn
    boxes = re.findall(r"(\.problem[^{]*) \{ border-left-color: var\(--(\w+)\)", drawn)
    assert boxes == [(".problem.unclear, .problem.not_checked, .problem.error", "warn")]


def test_the_page_asks_nobody_for_anything(report):
    report["load"] = [LOAD]
    text = page(report)

    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', text) == []
    assert "default-src 'none'" in text
    assert page(report) != text, "the policy lets in one style only, and another one each time"


def test_the_load_is_drawn_with_its_capacity_and_its_limit(report):
    report["load"] = [LOAD]
    text = page(report)

    assert text.count("<svg") == 2
    assert all(part in text for part in ('class="band"', 'class="limit"', "95 % within 100 ms"))
    assert "Up to 200 requests per second, 95 of 100 reads came within 100 ms. At 238, answers came too late." in text


@pytest.mark.parametrize("name", loads.SITUATIONS)
def test_every_load_has_its_page(report, name):
    report["load"] = loads.SITUATIONS[name]
    text = page(report, above="index.html")

    assert Seen(text).names >= {"table", "svg"}
    assert 'href="index.html"' in text
    assert "None" not in text


def test_a_load_that_was_not_measured_says_why(report):
    report["load_note"] = EVIL
    text = page(report)

    assert "Not measured: &lt;script&gt;" in text
    assert "<svg" not in text


def test_what_disturbed_the_measurement_is_said(report):
    report["load"] = loads.SITUATIONS["never"]

    assert "Other programs used up to 1.4 cores meanwhile, so these figures say little." in page(report)


def test_one_measurement_has_a_page_of_its_own():
    text = measurement("kit load reads", EVIL, [loads.closed()])

    assert text.count("<svg") == 2
    assert "How long answers take over time" in text
    assert Seen(text).names.isdisjoint({"script", "img"})


def test_the_page_of_a_class_leads_to_the_page_of_each_project():
    rows = [
        table.Row(EVIL, ExitStatus.PASSED, 200, 200, 10, (("01", 100),), "", provisional=False, page="ren%E9e é.html"),
        table.Row("b", ExitStatus.UNDECIDED, 30, 200, 0, (), EVIL, provisional=True, why=(EVIL,), page="b.html"),
        table.unusable("c", EVIL, ExitStatus.USAGE),
    ]
    seen = Seen(of_class(rows, ["01", "02"]))

    links = [value for name, value in seen.attributes if name == "href" and not value.startswith("data:")]
    assert links == ["grades.csv", "ren%25E9e%20%C3%A9.html", "b.html"]
    assert seen.names.isdisjoint({"script", "img"})
