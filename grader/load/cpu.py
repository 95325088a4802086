"""How much processor time the service, the generator and everything else on this machine use."""

from __future__ import annotations

import contextlib
import time
from typing import NamedTuple


class Reading(NamedTuple):
    """Processor seconds used so far, and the instant (seconds on the monotonic clock) at which they were read."""

    at: float
    service: float
    generator: float
    machine: float


class Cores(NamedTuple):
    """Processor seconds per second: 1.0 is one core kept busy all the time."""

    service: float
    generator: float
    other: float


class Meter:
    """Reads what a service and a generator, each with all it started, and the machine as a whole have used."""

    def __init__(self, service_pid: int, generator_pid: int) -> None:
        self._service = service_pid
        self._generator = generator_pid

    def read(self) -> Reading:
        """Read all three clocks; they tick in hundredths of a second, so leave at least a second between readings."""
        return Reading(time.monotonic(), tree_seconds(self._service), tree_seconds(self._generator), machine_seconds())


def cores_between(before: Reading, after: Reading) -> Cores:
    """Turn two readings into cores in use on average; `other` is what neither service nor generator used.

    A service that ended and was reaped in between counts as 0, and what it used as `other`.
    """
    seconds = after.at - before.at
    service = max(0.0, after.service - before.service)
    generator = max(0.0, after.generator - before.generator)
    other = max(0.0, after.machine - before.machine - service - generator)
    return Cores(service / seconds, generator / seconds, other / seconds)


def tree_seconds(pid: int) -> float:
    """Add up the processor seconds of a process, its descendants, and those children of theirs that ended.

    Children that nobody reaped count too; ended ones are lost on macOS, whose kernel does not pass their time on.
    0.0 where there is no such process.
    """
    import psutil

    total = 0.0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                used = process.cpu_times()
                total += used.user + used.system + used.children_user + used.children_system
    return total


def machine_seconds() -> float:
    """Add up the busy processor seconds of all cores since the machine started, a hypervisor's share included."""
    import psutil

    times = psutil.cpu_times()._asdict()
    # Linux counts a guest's time a second time under `user`.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(seconds for name, seconds in times.items() if name not in idle))


def is_running(pid: int) -> bool:
    """Tell whether a process still runs; one that has ended and waits to be reaped does not."""
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
