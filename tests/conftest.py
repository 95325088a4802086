"""What tests with real processes share: what they start is theirs to the end, and nothing of it stays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.service.server import Service
from grader.system import process_tree
from grader.system.process import wait_until
from grader.system.resources import Resources
from tests import projects


@pytest.fixture(scope="session", autouse=True)
def _adopting() -> None:
    """Be the parent of every orphan, as the process of the checks is."""
    process_tree.adopt_orphans()


@pytest.fixture
def nothing_left() -> Iterator[Callable[[], set[int]]]:
    """Tell which processes the test has started, directly or not, and fail when it leaves any behind."""
    before = set(process_tree.descendants(os.getpid()))

    def started() -> set[int]:
        return set(process_tree.descendants(os.getpid())) - before

    yield started
    clean = wait_until(lambda: not started(), 3)
    process_tree.kill_all(started)
    assert clean


@pytest.fixture
def service(tmp_path: Path, resources: Resources, nothing_left: object) -> Iterator[Callable[..., Service]]:
    """Make services, not yet started, of projects like those of `projects.project`."""
    made: list[Service] = []

    def make(server: str = projects.ANSWERING, **more: Any) -> Service:
        made.append(Service(projects.project(tmp_path / "project", server, **more), resources, resources.fresh("data")))
        return made[-1]

    yield make
    for service in made:
        service.kill()
