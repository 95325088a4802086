"""What a program has used so far, with everything that it started: processor time, and calls that read or write files.

On Linux the kernel's own clock of each process counts every thread, those that have ended too, in nanoseconds. What a
child used passes to its parent when it has ended and its parent has asked for its exit code. Until then it is among the
children that are looked at here. So nothing is lost, except the children of a program that told the kernel to forget
them (it ignores SIGCHLD).
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import NamedTuple

from grader.system import process_tree

PROC = Path("/proc")
LOOKS = 5
STILL = 0.001
"""Seconds of processor time: a program that uses less between two looks has come to rest."""
LOOK_EVERY = 0.01
REST_WITHIN = 0.2


class Files(NamedTuple):
    """Calls that read and wrote, and their bytes. Pipes and terminals count too; sockets only where they are read like
    files, as some languages do. Files that are mapped into memory don't count.
    """

    reads: int
    writes: int
    bytes_read: int
    bytes_written: int


class Usage(NamedTuple):
    """Processor seconds, and what was done with files; None where the system doesn't say."""

    seconds: float
    files: Files | None


NOTHING = Usage(0.0, None)


def usage(pid: int) -> Usage:
    """Return what a process and everything below it has used since its start; nothing if there is no such process."""
    if not process_tree.HAS_PROC:
        return Usage(_seconds_by_psutil(pid), None)
    for _ in range(LOOKS):
        members = _members(pid)
        found = _sum(members)
        # A child that ends meanwhile would count twice, or not at all.
        if members == _members(pid):
            break
    return found


def usage_at_rest(pid: int) -> Usage:
    """Return the same as soon as the process rests, or after a fifth of a second: work may follow an answer."""
    deadline = time.monotonic() + REST_WITHIN
    found = usage(pid)
    while time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)
        before, found = found, usage(pid)
        if found.seconds - before.seconds < STILL and found.files == before.files:
            break
    return found


def used_between(before: Usage, after: Usage) -> Usage:
    """Return what was used between two looks."""
    files = None
    if before.files is not None and after.files is not None:
        files = Files(*(max(0, late - early) for early, late in zip(before.files, after.files, strict=True)))
    return Usage(max(0.0, after.seconds - before.seconds), files)


def _members(pid: int) -> list[int]:
    return [pid, *process_tree.descendants(pid, zombies=True)]


def _sum(members: list[int]) -> Usage:
    seconds = 0.0
    files: list[Files] = []
    says = True
    for member in members:
        with contextlib.suppress(OSError, IndexError):
            seconds += _own_seconds(member) + _seconds_of_reaped(member)
        try:
            files.append(_files(member))
        except PermissionError:
            says = False
        except (OSError, ValueError):
            continue
    return Usage(seconds, Files(*map(sum, zip(*files, strict=True))) if says and files else None)


def _own_seconds(pid: int) -> float:
    # The id of a process's own clock: clock_getcpuclockid(3), which Python doesn't have.
    return time.clock_gettime(((~pid) << 3) | 2)


def _seconds_of_reaped(pid: int) -> float:
    fields = PROC.joinpath(str(pid), "stat").read_bytes().rpartition(b")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _files(pid: int) -> Files:
    """Read the counters of a process; its reaped children are among them."""
    lines = PROC.joinpath(str(pid), "io").read_text("ascii").splitlines()
    found = {name: int(value) for name, value in (line.split(":") for line in lines)}
    return Files(found["syscr"], found["syscw"], found["rchar"], found["wchar"])


def _seconds_by_psutil(pid: int) -> float:
    """Add up the seconds without /proc. On macOS, ended children don't count: its kernel tells their parent nothing."""
    import psutil

    total = 0.0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                spent = process.cpu_times()
                total += spent.user + spent.system + spent.children_user + spent.children_system
    return total
