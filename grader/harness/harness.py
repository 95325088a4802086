"""What the checks of one run share: the project, its services, what is made once, and what programs printed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from grader.course import Course
from grader.harness.output_capture import OutputCapture
from grader.harness.service_pool import ServicePool
from grader.harness.shared import Shared
from grader.project import config
from grader.project.config import Project
from grader.project.credentials import SHOWN_URL, Credentials, drawn
from grader.service.server import Service
from grader.system.resources import Resources


class Harness:
    """Everything that the checks of one run start; `close` ends it all."""

    def __init__(self, folder: Path, resources: Resources, course: Course, *, seed: int) -> None:
        self.folder = folder
        self.course = course
        self.resources = resources
        self.services = ServicePool(lambda: self.project, resources)
        self.shared = Shared(seed)
        self.output = OutputCapture(lambda: self.services)
        self._when_closing: list[Callable[[], None]] = []

    @cached_property
    def project(self) -> Project:
        """What service.toml says; raises ProjectError when it can't be used."""
        return config.read(self.folder)

    @cached_property
    def credentials(self) -> Credentials:
        """What the services of this run share with their providers."""
        return drawn()

    def masked(self, text: str) -> str:
        """Hide this run's secrets in what a program printed."""
        if "credentials" not in self.__dict__:
            return text
        for secret in self.credentials.by_name.values():
            text = text.replace(secret, "…")
        return text

    def connected(self, public_url: str = SHOWN_URL, **env: str) -> Service:
        """Return a running service that shares this run's secrets with its providers; one for each environment."""
        told = {**self.credentials.environment(public_url), **env}
        return self.services.kept(" ".join([public_url, *env.values()]), lambda: self.services.start(env=told))

    def when_closing(self, do: Callable[[], None]) -> None:
        """Do something at the end, after every program has ended."""
        self._when_closing.append(do)

    def close(self) -> None:
        """End everything that was started."""
        self.shared.end(self.resources.programs.kill)
        self.services.kill()
        self.resources.programs.kill()
        for do in self._when_closing:
            do()
