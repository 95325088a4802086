"""The test bench of one project: what its checks share, started as late and ended as surely as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import Failed, MachineError, NotChecked, ProjectError, TooLate
from grader.harness.output_capture import OutputCapture
from grader.harness.shared import Shared
from grader.project import config
from grader.project.config import Project
from grader.project.credentials import SHOWN_URL, Credentials, drawn
from grader.service.lifecycle import Life, Restart, end
from grader.service.server import Service
from grader.service.shutdown import Shutdown
from grader.system.ports import Port
from grader.system.scratch import Scratch

if TYPE_CHECKING:
    from grader.client import program
    from grader.client.hanging_server import HangingServer
    from grader.migration.starts import Migration
    from grader.project.clone import CleanClone
    from grader.project.git import GitRepository
    from grader.webhooks.failed_delivery import Attempted, FailedAttempt


class Harness:
    """Everything that the checks of one run start; `close` ends it all."""

    def __init__(self, folder: Path, scratch: Scratch) -> None:
        self.folder = folder
        self.scratch = scratch
        self._shared: Service | None = None
        self._restarted: Restart | None = None
        self._services: list[Service] = []
        self._silent: dict[tuple[str, ...], HangingServer] = {}
        self._clone: CleanClone | None = None
        self._cloned: Service | None = None
        self._unstoppable: list[TooLate] = []
        self._early: Failed | None = None
        self.made = Shared()
        self.heard = OutputCapture(lambda: list(self._services))
        self._kept: dict[str, Service] = {}
        self._attempt: FailedAttempt | None = None

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

    def launch_early(self) -> None:
        """Start the shared service without waiting for it; the first who asks for it hears why that failed."""
        try:
            self._launch()
        except Failed as failure:
            self._early = failure
        except (ProjectError, MachineError):
            pass  # whoever asks for the service runs into it again

    def service(self) -> Service:
        """Return the shared service, ready; a new one with new data where the last one has died."""
        if self._early is not None:
            early, self._early = self._early, None
            raise early
        if self._shared is not None and self._shared.seconds_to_ready and not self._shared.running:
            self._forget(self._shared)
        service = self._launch()
        if not service.seconds_to_ready:
            with self._forgetting(service):
                service.ready()
        return service

    def replace(self) -> None:
        """Give up the shared services: they may hang, and whoever asks next gets new ones."""
        if self._shared is not None:
            self._forget(self._shared)
        for service in self._kept.values():
            service.kill()

    def connected(self, public_url: str = SHOWN_URL, **env: str) -> Service:
        """Return a running service that shares this run's secrets with its providers; one for each environment."""

        def start() -> Service:
            service = self.new_service(env={**self.credentials.environment(public_url), **env})
            service.start()
            return service

        return self.kept(" ".join([public_url, *env.values()]), start)

    def kept(self, name: str, start: Callable[[], Service]) -> Service:
        """Return the running service of this name, started anew when it has died or was given up."""
        service = self._kept.get(name)
        if service is None or not service.running:
            service = self._kept[name] = start()
        return service

    def restart(self) -> Restart:
        """Stop the shared service and start it again on its port, a second one at its side; done once.

        Both get new data, so that nothing but the port is asked here.
        """
        if self._restarted is None:
            service = self.service()
            service.get("/", hang_up=False)  # an ended connection at the server's side must not keep it from listening
            stopped = self._stop(service)
            neighbour = self.new_service()
            service.data = self.scratch.fresh("data")
            with self._forgetting(service):
                service.launch()
            neighbour.launch()
            self._restarted = Restart(service, neighbour, stopped)
        return self._restarted

    def new_service(
        self,
        project: Project | None = None,
        *,
        data: Path | None = None,
        port: Port | None = None,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Service:
        """Make a service of its own for a check, with new data unless some is given; not yet started."""
        service = Service(project or self.project, data or self.scratch.fresh("data"), port=port, env=env, **more)
        self._services.append(service)
        return service

    def migration(self, *, of_stage_2: bool = False) -> Migration:
        """Give the database of an earlier state of the project, and the ways to bring it forward; found once each.

        That state is the one of step 2.5, or the one at the end of stage 2 where there is one.
        """
        from grader.migration import old_version

        tags = old_version.TAGS_OF_STAGE_2 if of_stage_2 else old_version.TAGS
        return self.made.once(f"migration {tags}", lambda: self._find_migration(tags))

    def _find_migration(self, tags: Sequence[str]) -> Migration:
        from grader.migration.old_version import old_data
        from grader.migration.starts import Migration

        old = old_data(self.project, self.scratch, self.new_service, tags)
        return Migration(old, self.scratch, self.new_service)

    def repository(self) -> GitRepository:
        """Look at the project as git sees it."""
        from grader.project.git import GitRepository

        return GitRepository(self.folder)

    def cloned_service(self) -> Service:
        """Return a running service of the project as a stranger gets it: cloned and set up; made once."""
        if self._clone is None:
            from grader.project.clone import CleanClone

            self._clone = CleanClone(self.project, self.scratch)
        if self._cloned is None or not self._cloned.running:
            cloned = self.new_service(self._clone.project)
            cloned.start()
            self._cloned = cloned
        return self._cloned

    def lives(self, requests: Sequence[int], data: Path | None = None) -> list[Life]:
        """Let services live side by side, one for each number of requests, and look at what they left behind.

        Each gets new data, unless `data` of an earlier life is given, and is stopped by SIGTERM.
        """
        begins_empty = data is None and self.project.has_new_databases
        if len(requests) > 1 and not begins_empty:
            raise NotChecked("The kit cannot give each server a database of its own, as its url has no {data}.")
        services = [self.new_service(data=data) for _ in requests]
        before = [{} if begins_empty else service.database.rows() for service in services]
        for service in services:
            service.launch()
        for service, number in zip(services, requests, strict=True):
            service.ready()
            for _ in range(number):
                service.get("/")
        return [end(service, rows) for service, rows in zip(services, before, strict=True)]

    def begin_silence(self, *arguments: str) -> None:
        """Let the client, run with these arguments, talk to a server that never answers, while other checks go on."""
        if arguments not in self._silent:
            from grader.client.hanging_server import HangingServer

            self._silent[arguments] = HangingServer(self.project, arguments)

    def silence(self, *arguments: str) -> program.Run:
        """Wait until the client has given up on the silent server."""
        self.begin_silence(*arguments)
        return self._silent.pop(arguments).result()

    def begin_attempt(self) -> None:
        """Let a first delivery fail, or wait, while the database is held for long and other checks go on."""
        if self._attempt is None:
            from grader.webhooks.failed_delivery import FailedAttempt

            self._attempt = FailedAttempt(self)

    def attempt(self) -> Attempted:
        """Wait for what became of an event whose first delivery met a database that was held for long."""
        self.begin_attempt()
        assert self._attempt is not None
        begun, self._attempt = self._attempt, None
        return begun.result()

    def close(self) -> None:
        """End everything that was started."""
        if self._attempt is not None:
            self._attempt.end()
        for silent in self._silent.values():
            silent.kill()
        self.made.end(self._kill_services)
        self._kill_services()
        if self._clone is not None:
            self._clone.close()

    def _kill_services(self) -> None:
        for service in list(self._services):
            service.kill()

    def _stop(self, service: Service) -> Shutdown:
        """Stop the shared service; a second refusal to stop is final for this run, as each costs 15 s."""
        if len(self._unstoppable) > 1:
            raise self._unstoppable[-1]
        try:
            return service.stop().in_time()
        except TooLate as refusal:
            self._unstoppable.append(refusal)
            raise

    def _launch(self) -> Service:
        if self._shared is None:
            service = self.new_service()
            with self._forgetting(service):
                service.launch()
            self._shared = service
        return self._shared

    @contextmanager
    def _forgetting(self, service: Service) -> Iterator[None]:
        """End a service that could not be started, so that whoever asks next gets a new one."""
        try:
            yield
        except Failed:
            self._forget(service)
            raise

    def _forget(self, service: Service) -> None:
        service.kill()
        self._shared = None
