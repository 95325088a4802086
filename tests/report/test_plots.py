"""Pictures of load: what they show, and that they are drawn whatever was measured."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from grader.report import plots, plots_over_time
from tests.report import loads

LIMIT = 2000.0
"""A limit at the upper end of an axis that would end at the largest value."""
NAMESPACE = "{http://www.w3.org/2000/svg}"


def elements(picture: str) -> dict[str, list[ET.Element]]:
    """Group the elements of a picture by their class; it must be well-formed, and stay inside of its frame."""
    root = ET.fromstring(picture)
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    found: dict[str, list[ET.Element]] = {}
    for element in root.iter():
        found.setdefault(element.attrib.get("class", ""), []).append(element)
        for name, limit in (("x", wide), ("cx", wide), ("y", high), ("cy", high)):
            assert 0 <= float(element.attrib.get(name, 0)) <= limit
    return found


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(picture).iter() if element.text]


def test_the_capacity_is_shaded_and_what_broke_is_marked() -> None:
    found = elements(plots.throughput(loads.search()))

    assert [len(found[kind]) for kind in ("band", "held", "broke")] == [1, 2, 2]
    assert "capacity 200 to 238/s" in texts(plots.throughput(loads.search()))
    assert "bound" not in found


def test_where_a_rate_was_tried_twice_the_last_try_counts() -> None:
    load = loads.search()
    load["probes"].append(loads.probe(238.0, 40.0))

    found = elements(plots.latency(load))

    assert [len(found[kind]) for kind in ("held", "broke", "broke earlier")] == [3, 1, 1]


def test_latency_has_three_percentiles_and_the_limit_of_the_objective() -> None:
    picture = plots.latency(loads.search())

    assert [said for said in texts(picture) if said.startswith("p")] == ["p99", "p95", "p50"]
    assert "objective: 95 % within 100 ms" in texts(picture)
    assert len(elements(picture)["limit"]) == 1


def test_the_words_of_a_limit_lie_below_those_of_the_capacity() -> None:
    load = loads.search()
    load["limits_ms"] = {"reads": LIMIT}
    picture = plots.latency(load)

    words = [one for one in ET.fromstring(picture).iter() if one.text and "y" in one.attrib]
    height = {one.text: float(one.attrib["y"]) for one in words}
    (capacity,) = [y for said, y in height.items() if said.startswith("capacity ")]
    assert height[f"objective: 95 % within {LIMIT:g} ms"] > capacity + 12


def test_of_mixed_requests_each_kind_has_its_limit_and_its_curve() -> None:
    picture = plots.latency(loads.mixed())

    assert {"reads", "writes", "p50", "reads: 95 % within 100 ms", "writes: 95 % within 200 ms"} <= set(texts(picture))


def test_where_the_generator_was_the_limit_is_marked() -> None:
    picture = plots.throughput(loads.generator_bound())

    assert "generator's limit" in texts(picture)
    assert "capacity at least 1,000/s" in texts(picture)
    (band,) = elements(picture)["band"]
    assert float(band.attrib["x"]) + float(band.attrib["width"]) == pytest.approx(320, abs=1)


def test_a_generator_that_was_late_once_marks_nothing() -> None:
    load = loads.search()
    load["probes"][0]["generator_bound"] = True

    assert "bound" not in elements(plots.throughput(load))


def test_labels_at_the_edge_keep_their_distance() -> None:
    load = loads.search()
    for probe in load["probes"]:
        probe.update(p50_ms=9.0, p95_ms=9.1, p99_ms=9.2)

    heights = sorted(float(label.attrib["y"]) for label in elements(plots.latency(load))["label"])

    assert heights[1] - heights[0] >= 13
    assert heights[2] - heights[1] >= 13


@pytest.mark.parametrize("name", loads.SITUATIONS)
def test_whatever_was_measured_is_drawn_inside_the_frame(name: str) -> None:
    for load in loads.SITUATIONS[name]:
        for draw in (plots.throughput, plots.latency, plots_over_time.throughput, plots_over_time.latency):
            if picture := draw(load):
                elements(picture)


def test_nothing_is_drawn_of_nothing() -> None:
    nothing: dict[str, Any] = loads.closed() | {"probes": [], "timeline": []}

    assert plots.throughput(nothing) == plots.latency(nothing) == ""
    assert plots_over_time.throughput(nothing) == plots_over_time.latency(nothing) == ""


def test_a_run_is_drawn_over_time_with_what_failed() -> None:
    load = loads.closed()
    load["timeline"][3].update(achieved=0.0, failed=50, p50_ms=None, p95_ms=None)

    answered, latency = plots_over_time.throughput(load), plots_over_time.latency(load)

    assert [len(elements(answered)[kind]) for kind in ("bar", "bar-failed")] == [10, 1]
    assert len(re.findall(r'class="curve', latency)) == 2


def test_an_open_run_shows_the_rate_that_was_offered() -> None:
    load = loads.closed() | {"model": "open", "probes": [loads.probe(260.0, 9.0)]}

    assert "dotted: offered" in texts(plots_over_time.throughput(load))
