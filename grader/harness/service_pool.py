"""The services of one run: one that most checks share, those kept under a name, and those that a check starts anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.errors import Failed, MachineError, NotChecked, ProjectError, TooLate
from grader.project.config import Project
from grader.service.lifecycle import Life, Restart, end
from grader.service.server import Service
from grader.service.shutdown import Shutdown
from grader.system.ports import Port
from grader.system.resources import Resources


class ServicePool:
    """Starts services of one project as late, and ends them as surely, as possible.

    `read_project` raises ProjectError where service.toml can't be used.
    """

    def __init__(self, read_project: Callable[[], Project], resources: Resources) -> None:
        self._read_project = read_project
        self._resources = resources
        self._shared: Service | None = None
        self._restarted: Restart | None = None
        self._all: list[Service] = []
        self._kept: dict[str, Service] = {}
        self._unstoppable: list[TooLate] = []
        self._early: Failed | None = None

    def __iter__(self) -> Iterator[Service]:
        """Yield every service of the run, running or not."""
        return iter(list(self._all))

    def launch_early(self) -> None:
        """Start the shared service without waiting for it; the first check that asks for it hears why that failed."""
        try:
            self._launch()
        except Failed as failure:
            self._early = failure
        except (ProjectError, MachineError):
            pass  # the check that asks for the service runs into it again

    def shared(self) -> Service:
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
        """Give up the shared services: they may hang, and the next check gets new ones."""
        if self._shared is not None:
            self._forget(self._shared)
        for service in self._kept.values():
            service.kill()

    def kept(self, name: str, start: Callable[[], Service]) -> Service:
        """Return the running service of this name, started anew when it has died or was given up."""
        service = self._kept.get(name)
        if service is None or not service.running:
            service = self._kept[name] = start()
        return service

    def new(
        self,
        project: Project | None = None,
        *,
        data: Path | None = None,
        port: Port | None = None,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Service:
        """Make a service of its own for a check, with new data unless some is given; not yet started."""
        chosen = project or self._read_project()
        service = Service(chosen, self._resources, data or self._resources.fresh("data"), port=port, env=env, **more)
        self._all.append(service)
        return service

    def start(self, project: Project | None = None, **more: Any) -> Service:
        """Return a running service of its own for a check, made as `new` does."""
        service = self.new(project, **more)
        service.start()
        return service

    def restart(self) -> Restart:
        """Stop the shared service and start it again on its port, a second one at its side; done once.

        Both get new data, so that nothing but the port is asked here.
        """
        if self._restarted is None:
            service = self.shared()
            service.get("/", hang_up=False)  # an ended connection at the server's side must not keep it from listening
            shutdown = self._stop(service)
            neighbour = self.new()
            service.data = self._resources.fresh("data")
            with self._forgetting(service):
                service.launch()
            neighbour.launch()
            self._restarted = Restart(service, neighbour, shutdown)
        return self._restarted

    def lives(self, requests: Sequence[int], data: Path | None = None) -> list[Life]:
        """Let services live side by side, one for each number of requests, and look at what they left behind.

        Each gets new data, unless `data` of an earlier life is given, and is stopped by SIGTERM.
        """
        begins_empty = data is None and self._read_project().has_new_databases
        if len(requests) > 1 and not begins_empty:
            raise NotChecked("The kit cannot give each server a database of its own, as its url has no {data}.")
        services = [self.new(data=data) for _ in requests]
        before = [{} if begins_empty else service.database.rows() for service in services]
        for service in services:
            service.launch()
        for service, number in zip(services, requests, strict=True):
            service.ready()
            for _ in range(number):
                service.get("/")
        return [end(service, rows) for service, rows in zip(services, before, strict=True)]

    def kill(self) -> None:
        """End every service."""
        for service in self:
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
            service = self.new()
            with self._forgetting(service):
                service.launch()
            self._shared = service
        return self._shared

    @contextmanager
    def _forgetting(self, service: Service) -> Iterator[None]:
        """End a service that could not be started, so that the next check gets a new one."""
        try:
            yield
        except Failed:
            self._forget(service)
            raise

    def _forget(self, service: Service) -> None:
        service.kill()
        self._shared = None
