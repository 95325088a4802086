"""A process for checks that has imported everything before it gets its job, so that the job begins at once."""

from __future__ import annotations

import importlib

from grader import course as courses
from grader.session import __main__ as session
from grader.session.process import RARELY, Session


def begin(last: str) -> Session:
    """Start a process that is ready for the checks of all stages up to the one with the id `last`."""
    return Session(f"{RARELY}from grader.session.warm import main; main({last!r})")


def main(last: str) -> None:
    """Import what the checks of the stages up to `last` need, then wait for the job and run it."""
    course = courses.load()
    stages = [stage for stage in course.stages if stage.id <= last]
    for name in (
        "ctypes",
        "encodings.idna",
        "pytest",
        "grader.session.plugin",
        "grader.check",
        "grader.http_client.client",
        "grader.service.lifecycle",
        "grader.service.slow",
        "grader.text.last_words",
        "grader.project.advice",
        "grader.service.database",
        "grader.service.readiness",
        "grader.system.scratch",
        *(f"grader.fixtures.{name}" for name in session.FIXTURES_OF_STAGE_1),
        *(f"grader.fixtures.{name}" for stage in stages for name in stage.fixtures),
    ):
        importlib.import_module(name)
    session.main(known=course)
