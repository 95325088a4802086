"""Measures the processor time that the service, the generator and all other programs of this machine use."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from grader.load.usage import usage


class Reading(NamedTuple):
    """Processor seconds used so far, and the instant `at` of the reading, in seconds of the monotonic clock."""

    at: float
    service: float
    generator: float
    machine: float


class Cores(NamedTuple):
    """Processor seconds per second: 1.0 is one core that is busy all the time."""

    service: float
    generator: float
    other: float


class Meter:
    """Reads the processor time of a service and a generator, each with its descendants, and of the whole machine."""

    def __init__(self, service_pid: int, generator_pid: int) -> None:
        self._service = service_pid
        self._generator = generator_pid

    def read(self) -> Reading:
        """Read all three times. They count hundredths of a second, so leave at least a second between two readings."""
        return Reading(time.monotonic(), tree_seconds(self._service), tree_seconds(self._generator), machine_seconds())


def cores_between(before: Reading, after: Reading) -> Cores:
    """Return how many cores were in use on average between two readings.

    `other` is what neither the service nor the generator used. A service that ended and was reaped between the readings
    counts as 0, and its time counts as `other`.
    """
    seconds = after.at - before.at
    service = max(0.0, after.service - before.service)
    generator = max(0.0, after.generator - before.generator)
    other = max(0.0, after.machine - before.machine - service - generator)
    return Cores(service / seconds, generator / seconds, other / seconds)


def tree_seconds(pid: int) -> float:
    """Add up the processor seconds of a process, of its descendants, and of their children that have ended.

    Children that ended and were not reaped yet count too. Returns 0.0 if there is no such process.
    """
    return usage(pid).seconds


def machine_seconds() -> float:
    """Add up the busy processor seconds of all cores since the machine started, with the time a hypervisor took."""
    import psutil

    times = psutil.cpu_times()._asdict()
    # Linux counts the time of a guest under `user`, too.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(seconds for name, seconds in times.items() if name not in idle))


class Bystanders:
    """Tells how many cores programs used since its beginning that this process did not start."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._machine = machine_seconds()
        self._own = _own_seconds()

    def cores(self) -> float:
        """Return the cores, as soon as what this process started meanwhile has ended."""
        used = machine_seconds() - self._machine - (_own_seconds() - self._own)
        return max(0.0, used / max(1e-9, time.monotonic() - self._began))


def _own_seconds() -> float:
    """Add up the processor seconds of this process, of its children that have ended, and of theirs."""
    return sum(os.times()[:4])


def is_running(pid: int) -> bool:
    """Tell whether a process still runs. A process that has ended and isn't reaped yet doesn't run."""
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
