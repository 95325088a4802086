"""What the messages of a check lie on: new data, or a database that the stage before has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.harness.harness import Harness
from grader.harness.prefetch import FRESH, Asking
from grader.migration.starts import migration_from
from grader.service.server import Service


@dataclass(frozen=True)
class StartingData:
    """Starts services on new data, or on copies of the database of an earlier state, named by ids of steps."""

    harness: Harness
    name: str
    earlier_states: tuple[str, ...]

    def shared(self) -> Service:
        """Return the running service that checks share here."""
        services = self.harness.services
        return services.shared() if self.name == FRESH else services.kept(self.name, self.new)

    def new(self, env: Mapping[str, str] | None = None) -> Service:
        """Return a running service of its own, with more in its environment than usual.

        Raises NotChecked where there is no earlier state.
        """
        if self.name == FRESH:
            return self.harness.services.start(env=env)
        return migration_from(self.harness, self.earlier_states).chat(env).service


def starting_data_for(harness: Harness, asking: Asking) -> StartingData:
    """Find what the messages of a check lie on; the asking step's stage says which earlier states there may be."""
    return StartingData(harness, asking.starting_data, earlier_states_for(harness, asking))


def earlier_states_for(harness: Harness, asking: Asking) -> tuple[str, ...]:
    """Name the steps whose state of the project the asking step's stage migrates from."""
    return harness.course.stage_of(harness.course.find_step(asking.step)).earlier_states
