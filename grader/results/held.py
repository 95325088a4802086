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

    When the check ran a client, its scripted server still runs too. `start` is the command that starts a server on the
    data of one that has ended; it is empty while one runs. `locked` says that the kit has locked the database again, as
    it was during the check.
    """

    check: CheckResult
    servers: tuple[Standing, ...]
    start: str = ""
    locked: bool = False

    @classmethod
    def read(cls, check: Mapping[str, Any], servers: Sequence[Mapping[str, Any]], **more: Any) -> Self:
        """Make it from the plain values that `told` returned."""
        return cls(CheckResult.read(check), tuple(Standing(**server) for server in servers), **more)

    def told(self) -> dict[str, Any]:
        """Return it as plain values, which JSON can carry."""
        return asdict(self)

    @property
    def shown(self) -> CheckResult:
        """The check. The line to paste has the port of the first server, which is the one that was asked."""
        if not self.servers:
            return self.check
        line = re.sub(rf"(?<=127\.0\.0\.1[: ]){SHOWN_PORT}\b", str(self.servers[0].port), self.check.request)
        return replace(self.check, request=line)
