"""Fuzzing a learner's service against the description of its API. It is never scored."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from grader.course import Course
from grader.errors import MachineError
from grader.place import how_to_add
from grader.project.config import Project
from grader.service.server import Service
from grader.system.resources import Resources

DESCRIPTION = "openapi.yaml"
COMMAND = "st"


def fuzz(course: Course, project: Project, *, examples: int) -> bool:
    """Start the service on new data, and let Schemathesis send it requests that the description allows or forbids.

    `examples` is the number of requests for each operation. Schemathesis prints what it finds, with lines to paste.
    Returns whether it found nothing. Raises MachineError without Schemathesis, Failed when the service doesn't start.
    """
    if importlib.util.find_spec("schemathesis") is None:
        raise MachineError(f"Fuzzing needs Schemathesis; to install it, {how_to_add('fuzz')}")
    resources = Resources()
    service = Service(project, resources, resources.fresh("data"))
    try:
        service.start()
        command = _command(course.exercises / DESCRIPTION, service.url, examples)
        return subprocess.run(command, cwd=resources.folder, check=False).returncode == 0
    finally:
        service.kill()
        resources.close()


def _command(description: Path, url: str, examples: int) -> list[str]:
    program = str(Path(sys.prefix) / "bin" / COMMAND)
    fixed = ["--exclude-checks", "positive_data_acceptance", "--generation-deterministic", "--request-timeout", "10"]
    return [program, "run", str(description), "--url", url, "--max-examples", str(examples), *fixed]
