"""The harness of a run: the project, its services, shared results, and the output of the project's programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from grader.course import Course
from grader.errors import ProjectError
from grader.harness.output_capture import OutputCapture
from grader.harness.service_pool import ServicePool
from grader.harness.shared import Shared
from grader.project import built_program, config
from grader.project.config import Project
from grader.project.credentials import SHOWN_URL, Credentials, drawn
from grader.service.server import Service
from grader.system.resources import Resources


class Harness:
    """Owns everything that the checks of one run start. `close` ends it."""

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
        """The project as its service.toml describes it; raises ProjectError when the file can't be used."""
        return config.read(self.folder)

    @cached_property
    def credentials(self) -> Credentials:
        """The secrets that the services of this run share with the providers, Twilio and Slack."""
        return drawn()

    def masked(self, text: str) -> str:
        """Replace this run's secrets in the output of a program."""
        if "credentials" not in self.__dict__:
            return text
        for secret in self.credentials.by_name.values():
            text = text.replace(secret, "…")
        return text

    @cached_property
    def warning(self) -> str:
        """What may explain a failure whatever the check was: a program that is older than its source."""
        try:
            return built_program.warning(self.project)
        except ProjectError:
            return ""

    def connected(self, public_url: str = SHOWN_URL, **env: str) -> Service:
        """Return a running service that has this run's secrets; the same one for the same URL and `env`."""
        settings = {**self.credentials.environment(public_url), **env}
        return self.services.kept(" ".join([public_url, *env.values()]), lambda: self.services.start(env=settings))

    def when_closing(self, do: Callable[[], None]) -> None:
        """Call `do` when the harness closes, after every program has ended."""
        self._when_closing.append(do)

    def close(self) -> None:
        """End everything that the checks started."""
        self.shared.end(self.resources.programs.kill)
        self.services.kill()
        self.resources.programs.kill()
        for do in self._when_closing:
            do()
