"""Processes as the kernel lists them: which descend from which, which ports they listen on, and how to kill them all.

On Linux this module reads /proc itself, because the kit reads often and psutil takes four to six times as long.
On other systems it asks psutil.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = PROC.joinpath("self/stat").exists()
PR_SET_CHILD_SUBREAPER = 36
ROUNDS = 20
FAMILIES = ("tcp", "tcp6")
"""In this order, as the kit connects to an IPv4 address: where that port is taken, IPv6 doesn't matter."""
LISTENING = "0A"
PAGE = 4096
LONGEST_COMMAND = 80


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent ends. Outside of Linux, do nothing.

    A daemon that forked twice and opened its own session is then still one of the `descendants`.
    """
    if sys.platform == "linux":
        import ctypes  # other systems may not have it

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(*pids: int, zombies: bool = False) -> list[int]:
    """List the process ids that descend from any of `pids`, without `pids` themselves; zombies only where wanted."""
    children: dict[int, list[int]] = {}
    for child, parent, _ in _processes(zombies=zombies):
        children.setdefault(parent, []).append(child)
    found: list[int] = []
    queue = list(pids)
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def group(pgid: int) -> list[int]:
    """List the living members of a process group."""
    return [pid for pid, _, its_group in _processes() if its_group == pgid]


def carrying(entry: str, among: Iterable[int]) -> list[int]:
    """List the processes in `among` whose environment holds `entry` (`NAME=value`); Linux only."""
    wanted = os.fsencode(entry)
    return [pid for pid in among if wanted in _environment(pid).split(b"\0")]


def unmarked(among: Iterable[int]) -> list[int]:
    """List the processes in `among` whose environment is empty, as it is for an instant at their start and end."""
    return [pid for pid in among if HAS_PROC and not _environment(pid)]


def carrying_name(name: str, among: Iterable[int]) -> list[int]:
    """List the processes in `among` whose environment holds a variable of this name; Linux only."""
    wanted = os.fsencode(f"{name}=")
    return [pid for pid in among if any(entry.startswith(wanted) for entry in _environment(pid).split(b"\0"))]


def mentioning(text: str) -> list[int]:
    """List all processes whose environment contains a text; Linux only, and only those that this user may inspect."""
    wanted = os.fsencode(text)
    return [pid for pid, _, _ in _processes() if wanted in _environment(pid)]


def kill_all(find: Callable[[], Iterable[int]]) -> None:
    """Kill what `find` finds until it finds nothing more, as a process may start others before the kit kills it."""
    for _ in range(ROUNDS):
        found = list(find())
        if not found or kill(found):
            return


def kill(pids: Iterable[int], *, patience: float = 5.0) -> list[int]:
    """Kill processes, wait until they are gone, and return those that are still there after `patience` seconds."""
    left = [pid for pid in pids if pid != os.getpid()]
    for pid in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + patience
    while True:
        left = [pid for pid in left if not _gone(pid)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.005)


def listening_ports(pids: Iterable[int]) -> set[int]:
    """List the TCP ports on which any of the processes listens; empty without /proc."""
    sockets = {inode for pid in pids for inode in _sockets(pid)}
    return {port for family in FAMILIES for port, inode in _listeners(family) if inode in sockets}


def is_taken(port: int, own: Iterable[int]) -> bool:
    """Tell whether a process listens on a port, and none of `own` does; False without /proc."""
    for family in FAMILIES:
        inodes = {inode for its_port, inode in _listeners(family) if its_port == port}
        if inodes:
            return all(inodes.isdisjoint(_sockets(pid)) for pid in own)
    return False


def is_open(path: Path, pids: Iterable[int]) -> bool:
    """Tell whether any of the processes has a file open; False without /proc."""
    place = str(path.resolve())
    return any(target == place for pid in pids for target in _opened(pid))


def started_at(pid: int) -> str | None:
    """Return a process's start time, as the system gives it. A later process with the same id has another one."""
    if not HAS_PROC:
        return _started_by_psutil(pid)
    try:
        return _stat(pid)[19]
    except (OSError, IndexError):
        return None


def command_of(pid: int) -> str:
    """Return the command line of a process, shortened to 80 characters; `a process` where it can't be read."""
    words: list[str] = []
    if HAS_PROC:
        with contextlib.suppress(OSError):
            words = os.fsdecode((PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    else:
        words = _command_by_psutil(pid)
    line = " ".join(" ".join(words).split())
    return f"{line[:LONGEST_COMMAND]}…" if len(line) > LONGEST_COMMAND else line or "a process"


def _gone(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError, ProcessLookupError):
        os.waitpid(pid, os.WNOHANG)
    if HAS_PROC:
        try:
            return _stat(pid)[0] in "ZX"
        except (OSError, IndexError):
            return True
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def _processes(*, zombies: bool = False) -> Iterator[tuple[int, int, int]]:
    """Yield (pid, parent, process group) of every process; of one that is a zombie only where wanted."""
    if not HAS_PROC:
        yield from _processes_by_psutil()
        return
    for pid in [int(entry.name) for entry in os.scandir(PROC) if entry.name.isdigit()]:
        with contextlib.suppress(OSError, IndexError):
            fields = _stat(pid)
            if zombies or fields[0] not in "ZX":
                yield pid, int(fields[1]), int(fields[2])


def _stat(pid: int) -> list[str]:
    """Read the fields behind a process's name (proc(5), stat). `os.open` is fast, and there are many processes."""
    descriptor = os.open(f"{PROC}/{pid}/stat", os.O_RDONLY)
    try:
        return os.read(descriptor, 4096).rpartition(b")")[2].decode("ascii").split()
    finally:
        os.close(descriptor)


def _processes_by_psutil() -> Iterator[tuple[int, int, int]]:
    """Yield the same without /proc. Process 0 is left out, as `getpgid(0)` gives this process's own group."""
    import psutil

    for pid in psutil.pids():
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if pid and process.status() != psutil.STATUS_ZOMBIE:
                yield pid, process.ppid(), os.getpgid(pid)


def _started_by_psutil(pid: int) -> str | None:
    import psutil

    try:
        return str(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _command_by_psutil(pid: int) -> list[str]:
    import psutil

    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


def _environment(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "environ").read_bytes()
    return b""


def _sockets(pid: int) -> Iterator[str]:
    return (target[8:-1] for target in _opened(pid) if target.startswith("socket:["))


def _opened(pid: int) -> Iterator[str]:
    """Yield what the file descriptors of a process refer to: paths, and names such as `socket:[4711]`."""
    with contextlib.suppress(OSError):
        for entry in (PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                yield str(entry.readlink())


def _listeners(family: str) -> Iterator[tuple[int, str]]:
    """Yield (port, socket inode) of every listening TCP socket of a family, `tcp` or `tcp6` (proc(5)); 0A is LISTEN.

    The kernel lists those first, so the kit stops reading at the first other one: connections that have just ended may
    be thousands.
    """
    with contextlib.suppress(OSError), (PROC / "self" / "net" / family).open("rb", buffering=0) as file:
        text = b""
        while chunk := file.read(PAGE):
            text += chunk
            *lines, text = text.split(b"\n")
            for line in lines:
                fields = line.decode("ascii").split()
                if fields[3] == LISTENING:
                    yield int(fields[1].rpartition(":")[2], 16), fields[9]
                elif fields[0] != "sl":
                    return
