"""The diagnosis of this machine: what the kit can check on it, and the remedy for what it can't."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from grader.errors import MachineError
from grader.system import process_tree, tools
from grader.system.cache import cache
from grader.system.diagnosis import Diagnosis
from grader.system.ports import Port
from grader.system.resources import Resources
from grader.system.scratch import MEMORY, has_memory, runs_programs


def examine() -> list[Diagnosis]:
    """Examine everything that checks and load runs need."""
    return [look() for look in LOOKS]


def _python() -> Diagnosis:
    fine = sys.version_info >= (3, 11)
    return Diagnosis("Python", fine, platform.python_version(), "install Python 3.11 or later", needed=True)


def _git() -> Diagnosis:
    if shutil.which("git") is None:
        return Diagnosis(
            "git",
            fine=False,
            seen="not installed",
            remedy="install git; kit start needs it, and without it 1.1 and 1.10 are left out",
            steps=("1.1", "1.10", "2.7", "3.1", "3.12"),
        )
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout.split()
    return Diagnosis("git", fine=True, seen=version[2] if len(version) > 2 else "installed")


def _loopback() -> Diagnosis:
    try:
        Port().release()
    except (OSError, MachineError) as error:
        return Diagnosis(
            "loopback", fine=False, seen=str(error), remedy="allow programs to listen on 127.0.0.1", needed=True
        )
    return Diagnosis("loopback", fine=True, seen="127.0.0.1 has free ports")


def _second_address() -> Diagnosis:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.2", 0))
        except OSError:
            remedy, seen = "macOS: sudo ifconfig lo0 alias 127.0.0.2", "127.0.0.2 can't be used"
            return Diagnosis("second address", fine=False, seen=seen, remedy=remedy, steps=("4.8",))
    return Diagnosis("second address", fine=True, seen="127.0.0.2 can be used")


def _processes() -> Diagnosis:
    if process_tree.HAS_PROC:
        return Diagnosis("processes", fine=True, seen="every descendant can be found, and who listens where")
    remedy = "use Linux, or WSL, to find daemons that leave their process group"
    return Diagnosis("processes", fine=False, seen="only process groups can be followed here", remedy=remedy)


def _memory() -> Diagnosis:
    if has_memory():
        also = "" if runs_programs(MEMORY) else "; no program may run there, so clones lie on the disk"
        return Diagnosis("memory folder", fine=True, seen=f"{MEMORY}: databases of checks lie there{also}")
    remedy = "nothing to do: databases of checks lie on the disk, which is slower"
    return Diagnosis("memory folder", fine=True, seen=f"none. {remedy}")


def _cache() -> Diagnosis:
    if cache("environments") is not None:
        return Diagnosis("cache", fine=True, seen="what 1.10 installs is kept for the next time")
    remedy = "set XDG_CACHE_HOME to a folder that can be written; without it 1.10, 2.7 and 3.1 take longer"
    return Diagnosis("cache", fine=False, seen="nothing can be kept between runs: HOME can't be written", remedy=remedy)


def _programs() -> Diagnosis:
    try:
        resources = Resources()
        try:
            seen = f"programs may run in {resources.fresh_for_programs('x').parent.parent}"
        finally:
            resources.close()
    except (MachineError, OSError) as error:
        remedy = "set TMPDIR to a folder where programs may run"
        return Diagnosis("clones", fine=False, seen=str(error), remedy=remedy, steps=("1.10", "2.7", "3.1"))
    return Diagnosis("clones", fine=True, seen=seen)


def _processors() -> Diagnosis:
    cores = os.cpu_count() or 1
    remedy = "load figures on one processor say more about the generator than about the service"
    return Diagnosis("processors", cores > 1, str(cores), remedy)


def _time_zones() -> Diagnosis:
    found = any(Path(folder, "Asia/Kolkata").exists() for folder in ("/usr/share/zoneinfo", "/usr/share/lib/zoneinfo"))
    seen, remedy = "known" if found else "no time-zone data", "install tzdata"
    return Diagnosis("time zones", found, seen, remedy, steps=("2.6", "2.8", "2.10"))


LOOKS: tuple[Callable[[], Diagnosis], ...] = (
    _python,
    _git,
    tools.sqlite,
    tools.sqlite_features,
    _loopback,
    _second_address,
    _processes,
    _processors,
    _memory,
    _programs,
    _cache,
    tools.disk,
    tools.clock,
    _time_zones,
    tools.locust,
    tools.browser,
    tools.bubblewrap,
)
