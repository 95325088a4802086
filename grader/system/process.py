"""A running program of a learner: started without a shell, its output always read, killed with all that it started."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grader.errors import Failed, MachineError
from grader.system import interrupts, process_tree
from grader.system.startable import cannot_run
from grader.system.waits import Waits

KEPT = 64 * 1024
OUT_OF_MEANS = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC}
"""Errors at the start of a program that say nothing of the program."""
LOOKS = 5
LOOK_EVERY = 0.003
"""A process that becomes another program shows no environment for less than a millisecond."""


class Output:
    """The output on a stream. A thread reads it to its end, and keeps only its last `keep` bytes (64 KiB)."""

    def __init__(self, descriptor: int, keep: int = KEPT) -> None:
        self.total = 0
        self._keep = keep
        self._tail = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, args=(descriptor,), daemon=True)
        self._thread.start()

    @property
    def bytes(self) -> bytes:
        """The bytes that are kept."""
        with self._lock:
            return bytes(self._tail)

    @property
    def text(self) -> str:
        """The bytes that are kept, as text. What is not valid UTF-8 is replaced."""
        return self.bytes.decode("utf-8", "replace")

    def since(self, total: int) -> str:
        """Return the output after the first `total` bytes, as text, as far as it is kept."""
        with self._lock:
            new = self.total - total
            return bytes(self._tail[-new:] if new > 0 else b"").decode("utf-8", "replace")

    def finish(self, patience: float = 1.0) -> None:
        """Wait at most `patience` seconds for the end of the stream, which another program may keep open."""
        self._thread.join(patience)

    def _drain(self, descriptor: int) -> None:
        with contextlib.suppress(OSError), os.fdopen(descriptor, "rb", buffering=0) as stream:
            while chunk := stream.read(KEPT):
                with self._lock:
                    self.total += len(chunk)
                    self._tail += chunk
                    del self._tail[: -self._keep]


class Programs:
    """The programs that one run has started and not yet ended. `record` gets the id of each right after its start."""

    def __init__(self, record: Callable[[int], None] = lambda _pid: None) -> None:
        self._record = record
        self._living: dict[int, Process] = {}
        self.waits = Waits()

    @property
    def pids(self) -> set[int]:
        """The process ids of the programs."""
        return set(self._living)

    def add(self, process: Process) -> None:
        """Add a program that was just started."""
        self._living[process.pid] = process
        self._record(process.pid)

    def remove(self, process: Process) -> None:
        """Remove a program that has ended, with all that it started."""
        self._living.pop(process.pid, None)

    def kill(self) -> None:
        """Kill every program, and all that it started."""
        for process in list(self._living.values()):
            process.kill()


class Process:
    """A running program in a session of its own.

    `mark` is an entry of the environment (`NAME=value`) that only this program and its children have. By the mark,
    the kit finds children that left the process group. `programs` are the programs of the same run: the kit spares
    them when it kills this one. With `apart`, the standard error is kept in `errors`, not in `output`. `keep` is the
    number of bytes that are kept of each. It inherits the descriptors `passed`. Without `has_input`, its input ends.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        mark: str,
        programs: Programs | None = None,
        apart: bool = False,
        keep: int = KEPT,
        passed: Sequence[int] = (),
        has_input: bool = True,
    ) -> None:
        self.argv = list(argv)
        self.mark = mark
        self._programs = Programs() if programs is None else programs
        self._ending = threading.Lock()
        self._stdin, self._open_end = os.pipe() if has_input else [os.open(os.devnull, os.O_RDONLY) for _ in range(2)]
        with interrupts.postponed():
            self._popen = self._start(cwd, env, subprocess.PIPE if apart else subprocess.STDOUT, passed)
            assert self._popen.stdout is not None
            self.output = Output(os.dup(self._popen.stdout.fileno()), keep)
            self._popen.stdout.close()
            self.errors = self.output
            if self._popen.stderr is not None:
                self.errors = Output(os.dup(self._popen.stderr.fileno()), keep)
                self._popen.stderr.close()
            self._programs.add(self)

    def _start(self, cwd: Path, env: Mapping[str, str], errors: int, passed: Sequence[int]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self.argv,
                cwd=cwd,
                env=dict(env),
                stdin=self._stdin,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                pass_fds=passed,
            )
        except OSError as error:
            os.close(self._open_end)
            if error.errno in OUT_OF_MEANS:
                raise MachineError(f"No program can be started: {(error.strerror or str(error)).lower()}.") from None
            raise Failed(
                cannot_run(self.argv, cwd, env.get("PATH"), error), expected="a program that can be started"
            ) from None
        finally:
            os.close(self._stdin)

    @property
    def pid(self) -> int:
        """The id of the started process, which is also that of its group and session."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while the process runs."""
        return self._popen.poll()

    def wait(self, seconds: float) -> int | None:
        """Wait at most `seconds` for the end, and return the exit code; None when the process still runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._popen.wait(seconds)
        return None

    def terminate(self) -> None:
        """Send SIGTERM to the started process, and to no other."""
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGTERM)

    def tree(self) -> list[int]:
        """List the living processes of this program: itself, its group, its descendants, and those that left them."""
        return self._look()[0]

    def _look(self) -> tuple[list[int], bool]:
        """Return the processes of `tree`, and whether there are others that don't show yet whose they are."""
        below = set(process_tree.descendants(os.getpid()))
        group = set(process_tree.group(self.pid))
        own = {self.pid, *group, *process_tree.descendants(self.pid, *group)} & below
        others = self._programs.pids - {self.pid}
        unknown = below - own - others - set(process_tree.descendants(*others))
        return [*own, *process_tree.carrying(self.mark, unknown)], bool(process_tree.unmarked(unknown))

    def _others(self) -> list[int]:
        """List the processes of this program without itself. Look again while one may be just starting or ending."""
        for _ in range(LOOKS):
            found, is_unsure = self._look()
            others = [pid for pid in found if pid != self.pid]
            if others or not is_unsure:
                break
            time.sleep(LOOK_EVERY)
        return others

    def kill(self) -> None:
        """Kill the process and all that it started, and close the kit's end of its standard input."""
        with self._ending:
            if self._open_end < 0:
                return
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
            process_tree.kill_all(self._others)
            self._popen.wait()
            self._programs.remove(self)
            os.close(self._open_end)
            self._open_end = -1
            for output in {self.output, self.errors}:
                output.finish()


def how_it_ended(code: int) -> str:
    """Describe an exit code: `exit code 1`, or `killed by` and the name of the signal."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def wait_until(condition: Callable[[], bool], seconds: float, interval: float = 0.01) -> bool:
    """Wait at most `seconds` until a condition holds; return whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True
