"""What the messages of a check lie on: new data, or a database that the stage before has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.harness.harness import Harness
    from grader.service.server import Service

FRESH = "fresh"
GROWN = "on-old-data"


@dataclass(frozen=True)
class StartingData:
    """Starts services on new data, or on copies of the database of stage 2."""

    harness: Harness
    name: str

    def shared(self) -> Service:
        """Return the running service that checks share here."""
        return self.harness.service() if self.name == FRESH else self.harness.kept(self.name, self.new)

    def new(self, env: Mapping[str, str] | None = None) -> Service:
        """Return a running service of its own, with more in its environment than usual.

        Raises NotChecked where there is no earlier state.
        """
        if self.name != FRESH:
            return self.harness.migration(of_stage_2=True).chat(env).service
        service = self.harness.new_service(env=env)
        service.start()
        return service
