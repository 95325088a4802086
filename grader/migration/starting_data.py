"""The data on which the service of a check starts: new data, or the database of an earlier stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.harness.harness import Harness
from grader.harness.prefetch import FRESH, Asking
from grader.migration.starts import migration_from
from grader.service.server import Service


@dataclass(frozen=True)
class StartingData:
    """Starts services on new data, or on copies of the database of an earlier state.

    `name` is the kind of data, `fresh` or `on-old-data`. `earlier_states` are ids of the steps of that state.
    """

    harness: Harness
    name: str
    earlier_states: tuple[str, ...]

    def shared(self) -> Service:
        """Return the running service that the checks with this data share."""
        services = self.harness.services
        return services.shared() if self.name == FRESH else services.kept(self.name, self.new)

    def new(self, env: Mapping[str, str] | None = None) -> Service:
        """Return a running service for one check. `env` is added to its environment.

        Raises NotChecked when the project has no earlier state.
        """
        if self.name == FRESH:
            return self.harness.services.start(env=env)
        return migration_from(self.harness, self.earlier_states).chat(env).service


def starting_data_for(harness: Harness, asking: Asking) -> StartingData:
    """Return the starting data of a check. The stage of the asking step says which earlier states there may be."""
    return StartingData(harness, asking.starting_data, earlier_states_for(harness, asking))


def earlier_states_for(harness: Harness, asking: Asking) -> tuple[str, ...]:
    """List the steps from whose state of the project the stage of the asking step migrates."""
    return harness.course.stage_of(harness.course.find_step(asking.step)).earlier_states
