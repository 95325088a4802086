"""The report as a page: everything of a project is escaped, nothing is asked of anybody, and the load is drawn."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.report import document
from grader.report.page import page
from grader.results.results import Outcome
from tests.report.test_report import SITUATIONS

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def probe(offered, p95):
    shares = {"cpu_service": 0.5, "cpu_generator": 0.1, "other": 0.0, "failed": 0}
    latency = {"p50_ms": p95 / 3, "p95_ms": p95, "p99_ms": None}
    return {"users": None, "offered": offered, "achieved": offered} | latency | shares


LOAD = {
    "workload": "reads",
    "model": "open",
    "generator_bound": False,
    "probes": [probe(100.0, 8.0), probe(200.0, 20.0), probe(400.0, 300.0)],
    "capacity": {"held": 200.0, "broke": 400.0},
    "slo_ms": 100.0,
    "note": EVIL,
}


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
    assert all(part in text for part in ('class="band"', 'class="limit"', "limit 100 ms"))


def test_without_open_arrivals_there_is_nothing_to_draw(report):
    report["load"] = [LOAD | {"probes": [probe(None, 9.0) | {"users": 8, "achieved": 100.0}], "capacity": None}]

    assert "<svg" not in page(report)
