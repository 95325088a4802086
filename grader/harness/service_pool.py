"""The services of one run: one that most checks share, those kept by name, and those that a check starts for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import Failed, MachineError, NotChecked, ProjectError, TooLate
from grader.project.config import Project
from grader.service.server import Service
from grader.system.ports import Port
from grader.system.resources import Resources

if TYPE_CHECKING:
    from grader.service.lifecycle import Life, Restart
    from grader.service.shutdown import Shutdown


class ServicePool:
    """Starts the services of one project when a check needs them, and ends them all.

    `read_project` raises ProjectError when service.toml can't be used.
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
        self.obstacle: Failed | NotChecked | None = None
        """Why no service of the project can start, if `setup` was to be run and failed."""

    def __iter__(self) -> Iterator[Service]:
        """Yield every service of the run, running or not."""
        return iter(list(self._all))

    def launch_early(self) -> None:
        """Start the shared service without waiting for it. If that fails, the first check that asks for it fails so."""
        try:
            self._launch()
        except Failed as failure:
            self._early = failure
        except (ProjectError, MachineError, NotChecked):
            pass  # the check that asks for the service meets the same error

    def shared(self) -> Service:
        """Return the shared service when it is ready. If the last one has died, it is a new one with new data."""
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
        """Give up the shared services, because they may hang. The next check gets new ones."""
        if self._shared is not None:
            self._forget(self._shared)
        for service in self._kept.values():
            service.kill()

    def kept(self, name: str, start: Callable[[], Service]) -> Service:
        """Return the running service of this name. Call `start` for a new one if there is none, or if it has died."""
        service = self._kept.get(name)
        if service is None or not service.running:
            service = self._kept[name] = start()
            service.story.is_common = True
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
        """Return a service for one check, not yet started. It has new data unless `data` is given."""
        if project is None and self.obstacle is not None:
            raise copy(self.obstacle)
        chosen = project or self._read_project()
        if data is not None and (before := [one for one in self._all if one.data == data]):
            more = {"story": before[-1].story, **more}
        service = Service(chosen, self._resources, data or self._resources.fresh("data"), port=port, env=env, **more)
        self._all.append(service)
        return service

    def start(self, project: Project | None = None, **more: Any) -> Service:
        """Return a running service for one check, with the arguments of `new`."""
        service = self.new(project, **more)
        service.start()
        return service

    def restart(self) -> Restart:
        """Stop the shared service, start it again on its port, and start a second one beside it; done once.

        Both get new data, so that only the port can keep the service from starting.
        """
        from grader.service.lifecycle import Restart  # these are imported while the service starts
        from grader.service.slow import Kind, await_others, held

        if self._restarted is None:
            service = self.shared()
            # A connection that the server has closed must not keep it from listening on its port again.
            service.get("/", hang_up=False)
            with held(service, (Kind.REQUEST, Kind.NOTHING)) as connections:
                await_others(service)
                shutdown = self._stop(service, connections)
            neighbour = self.new()
            service.data = self._resources.fresh("data")
            with self._forgetting(service):
                service.launch()
            neighbour.launch()
            self._restarted = Restart(service, neighbour, shutdown)
        return self._restarted

    def lives(self, requests: Sequence[int], data: Path | None = None) -> list[Life]:
        """Run services side by side from start to SIGTERM, and return for each the rows by which its tables grew.

        `requests` holds for each service how many requests it gets. Each has new data, unless `data` of an earlier life
        is given.
        """
        from grader.service.lifecycle import end

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

    def _stop(self, service: Service, still_open: ExitStack) -> Shutdown:
        """Stop the shared service while connections are open.

        After two refusals to stop, the kit doesn't try again, as each costs 15 s.
        """
        if len(self._unstoppable) > 1:
            raise self._unstoppable[-1]
        try:
            return service.stop(still_open).in_time()
        except TooLate as refusal:
            self._unstoppable.append(refusal)
            raise

    def _launch(self) -> Service:
        if self._shared is None:
            service = self.new()
            service.story.is_common = True
            with self._forgetting(service):
                service.launch()
            self._shared = service
        return self._shared

    @contextmanager
    def _forgetting(self, service: Service) -> Iterator[None]:
        """End the service when its start fails, so that the next check gets a new one."""
        try:
            yield
        except Failed:
            self._forget(service)
            raise

    def _forget(self, service: Service) -> None:
        service.kill()
        self._shared = None
