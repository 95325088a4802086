"""A failed check under `kit check --hold`: its result, and the servers that still run for the learner to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from grader.results.results import CheckResult
from grader.text.shell import SHOWN_PORT


@dataclass(frozen=True)
class Standing:
    """A server of the project that still runs: its port, and the folder of its data."""

    port: int
    data: str


@dataclass(frozen=True)
class Held:
    """A check that failed, and the project's servers that it used, which still run.

    When the check ran a client, its scripted server still runs too.
    """

    check: CheckResult
    servers: tuple[Standing, ...]

    @classmethod
    def read(cls, check: Mapping[str, Any], servers: Sequence[Mapping[str, Any]]) -> Self:
        """Make it from the plain values that `told` returned."""
        return cls(CheckResult.read(check), tuple(Standing(**server) for server in servers))

    def told(self) -> dict[str, Any]:
        """Return it as plain values, which JSON can carry."""
        return {"check": asdict(self.check), "servers": [asdict(server) for server in self.servers]}

    @property
    def shown(self) -> CheckResult:
        """The check. If exactly one server runs, the line to paste has its port."""
        if len(self.servers) != 1:
            return self.check
        line = re.sub(rf"(?<=127\.0\.0\.1[: ]){SHOWN_PORT}\b", str(self.servers[0].port), self.check.request)
        return replace(self.check, request=line)
