"""Floods against small servers of three builds: honest ones hold out, and each mistake shows in its own value."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import Unclear
from grader.load.bench import bench
from grader.load.slo import Slo
from grader.scaling import overload
from grader.scaling.flooded import Flooded
from tests import projects
from tests.scaling.chat_servers import BUILDS

ALONE = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1") == "1"
pytestmark = [
    pytest.mark.timeout(170),
    pytest.mark.skipif(not ALONE, reason="a flood needs the machine for itself: python -m pytest tests/scaling"),
]


@pytest.fixture
def flood(tmp_path: Path, nothing_left: object) -> Callable[[str, str], Flooded]:
    """Flood a server of a build with a habit for some seconds."""

    def run(build: str, habit: str) -> Flooded:
        project = projects.project(tmp_path / "project", BUILDS[build], command=f"python server.py {habit}")
        with bench(project) as ready:
            return Flooded(overload.measure(ready, Slo(), "quick"))

    return run


def value(found: Flooded, name: str) -> object:
    """Return a value, or None where this machine was too busy to tell."""
    try:
        return getattr(found, name)
    except Unclear:
        return None


@pytest.mark.parametrize("build", BUILDS)
def test_an_honest_server_of_any_build_holds_out(flood, build):
    found = flood(build, "bounded")

    seen = {
        name: value(found, name)
        for name in ("kept", "slowness", "refused_early", "memory_growth", "recovery", "odd_refusals")
    }
    assert seen["kept"] is None or seen["kept"] >= 50
    assert seen["slowness"] is None or seen["slowness"] <= 5
    assert seen["refused_early"] is None or seen["refused_early"] <= 2
    assert seen["memory_growth"] <= 0
    assert seen["recovery"] <= 10
    assert seen["odd_refusals"] == ()


@pytest.mark.parametrize("build", BUILDS)
def test_an_endless_queue_answers_nobody_in_time(flood, build):
    found = flood(build, "endless")

    kept, slowness = value(found, "kept"), value(found, "slowness")
    assert kept is None or kept < 25, kept.actual_text()
    assert slowness is None or slowness > 5, slowness.actual_text()
    assert found.odd_refusals == ()


@pytest.mark.parametrize("habit", ["timid", "stingy"])
def test_a_limit_that_is_far_too_low_refuses_at_half_of_the_capacity(flood, habit):
    found = flood("threaded", habit)

    refused = value(found, "refused_early")
    assert refused is None or refused > 10, refused.actual_text()


def test_a_refusal_without_retry_after_is_named(flood):
    found = flood("asynchronous", "silent").odd_refusals

    assert len(found) == 1
    assert found[0].endswith("x status 503 without Retry-After")


def test_memory_that_grows_with_every_refusal_is_noticed(flood):
    found = flood("threaded", "leaking").memory_growth

    assert found > 0
    assert "MB in the second" in found.actual_text()
