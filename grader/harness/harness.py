"""The harness of a run: the project, its services, shared results, and the output of the project's programs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from grader.course import Course
from grader.errors import Failed, NotChecked, ProjectError
from grader.harness.load_level import LoadLevel
from grader.harness.output_capture import OutputCapture
from grader.harness.service_pool import ServicePool
from grader.harness.shared import Shared
from grader.project import config
from grader.project.config import Project
from grader.project.credentials import SHOWN_URL, Credentials, drawn
from grader.service.server import Service
from grader.system.resources import Resources


class Harness:
    """Owns everything that the checks of one run start. `close` ends it."""

    def __init__(
        self, folder: Path, resources: Resources, course: Course, *, seed: int, load: LoadLevel = LoadLevel.QUICK
    ) -> None:
        self.folder = folder
        self.load = load
        """How much load the checks of this run may put on a service."""
        self.course = course
        self.resources = resources
        self.services = ServicePool(lambda: self.project, resources)
        self.shared = Shared(seed, resources)
        self.output = OutputCapture(lambda: self.services)
        self.handed_in = folder
        """The folder that a person knows, of which `folder` may be a copy."""
        self.alone = False
        """Whether the project sees no environment but its own."""
        self._when_closing: list[Callable[[], None]] = []
        self._remarks: list[Callable[[str], str]] = []

    @cached_property
    def project(self) -> Project:
        """The project as its service.toml describes it; raises ProjectError when the file can't be used."""
        return replace(config.read(self.folder), alone=self.alone)

    @cached_property
    def credentials(self) -> Credentials:
        """The secrets that the services of this run share with the providers, Twilio and Slack."""
        return drawn()

    def named(self, text: str) -> str:
        """Write a sentence of the kit for a report: it names the folder that was handed in, and not the kit's copy."""
        return text.replace(str(self.folder), str(self.handed_in))

    def readable(self, text: str) -> str:
        """Write the output of a program for a report: files of the project by their path in it, and no secrets."""
        text = text.replace(f"{self.folder}/", "")
        if "credentials" not in self.__dict__:
            return text
        for secret in self.credentials.by_name.values():
            text = text.replace(secret, "…")
        return text

    @cached_property
    def warning(self) -> str:
        """What may explain a failure whatever the check was: a program that is older than its source."""
        from grader.project import built_program  # only a failure needs it

        try:
            return built_program.warning(self.project)
        except ProjectError:
            return ""

    def connected(self, public_url: str = SHOWN_URL, **env: str) -> Service:
        """Return a running service that has this run's secrets; the same one for the same URL and `env`."""
        settings = {**self.credentials.environment(public_url), **env}
        return self.services.kept(" ".join([public_url, *env.values()]), lambda: self.services.start(env=settings))

    def begin_check(self) -> None:
        """Forget what belonged to the check before."""
        self.output.begin()
        self.shared.begin_check()
        self._remarks.clear()

    def remark(self, make: Callable[[str], str]) -> None:
        """Add something to a failure of the check that runs now. `make` gets what it says already."""
        self._remarks.append(make)

    def remarks(self, said: str) -> list[str]:
        """Return what the fixtures of the check that runs now add to a failure that says `said`."""
        return [remark for make in self._remarks if (remark := make(said))]

    def set_up(self) -> None:
        """Run the project's `setup` in its folder, if it has one. If that fails, no service of the project starts."""
        from grader.project.setup import set_up

        with contextlib.suppress(ProjectError):
            if self.project.setup:
                self.alone = True
                del self.__dict__["project"]
                try:
                    set_up(self.project, self.resources)
                except (Failed, NotChecked) as obstacle:
                    self.services.obstacle = obstacle

    @property
    def set_up_project(self) -> Project:
        """The project, whose programs can be run; raises what kept `setup` from its end, if it was to be run first."""
        if self.services.obstacle is not None:
            raise copy(self.services.obstacle)
        return self.project

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
