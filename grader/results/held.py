"""What stays up when a check has failed and somebody wants to look: the check, and the servers that it spoke to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from grader.results.results import CheckResult
from grader.text.shell import SHOWN_PORT


@dataclass(frozen=True)
class Standing:
    """A server of the project that is still running: its port, and the folder of its data."""

    port: int
    data: str


@dataclass(frozen=True)
class Held:
    """A check that failed, with the servers that it spoke to, and a scripted one if it ran a client, still up."""

    check: CheckResult
    servers: tuple[Standing, ...]

    @classmethod
    def read(cls, check: Mapping[str, Any], servers: Sequence[Mapping[str, Any]]) -> Self:
        """Read what `told` made."""
        return cls(CheckResult.read(check), tuple(Standing(**server) for server in servers))

    def told(self) -> dict[str, Any]:
        """Write it as plain values."""
        return {"check": asdict(self.check), "servers": [asdict(server) for server in self.servers]}

    @property
    def shown(self) -> CheckResult:
        """The check, with the line to paste for the port on which the server listens now, where there is but one."""
        if len(self.servers) != 1:
            return self.check
        line = re.sub(rf"(?<=127\.0\.0\.1[: ]){SHOWN_PORT}\b", str(self.servers[0].port), self.check.request)
        return replace(self.check, request=line)
