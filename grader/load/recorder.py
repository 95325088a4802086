"""Records, inside a learner's Python, where the processor time goes. The kit gives it to Python as `sitecustomize`.

So it runs before the service does, in each of its processes, and imports nothing of the kit. The folder that
KIT_PROFILE_FOLDER names says what to do: from the file `begin` on it records, and at the file `end` it writes what it
has, as JSON. Each thread has a `cProfile.Profile` of its own, because calls of two threads in one would be mixed up,
and each counts the processor time of its thread, so that waiting counts nothing.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import sys
import time

TYPE_CHECKING = False  # a learner's Python should import as little as possible
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

FOLDER = os.environ.get("KIT_PROFILE_FOLDER", "")
LOOK_EVERY = 0.02
MONITORING = getattr(sys, "monitoring", None)
"""From Python 3.12 on, a profiler hears of the calls in all threads. Before, each thread has its own."""
CALLBACKS = {
    "PY_START": "_pystart_callback",
    "PY_RESUME": "_pystart_callback",
    "PY_THROW": "_pystart_callback",
    "PY_RETURN": "_pyreturn_callback",
    "PY_YIELD": "_pyreturn_callback",
    "PY_UNWIND": "_pyreturn_callback",
    "CALL": "_ccall_callback",
    "C_RETURN": "_creturn_callback",
    "C_RAISE": "_creturn_callback",
}
"""The method of a profiler that takes each event, as in Python's own `_lsprof.c`."""


class Recorder:
    """The recording of one process. `problem` says why there is none."""

    def __init__(self) -> None:
        self.recording = False
        self.problem = ""
        self.watcher = 0
        self.kind: Any = None
        self.methods: list[dict[int, Callable[..., None]]] = []
        self.by_thread: dict[int, Any] = {}
        self.unused: list[Any] = []
        self.every: list[Any] = []

    def profile(self, ident: int) -> Any:
        """Return the profile of a thread. One whose thread has ended is used again."""
        if ident not in self.by_thread:
            living = sys._current_frames()  # noqa: SLF001 - Python documents it
            for gone in [other for other in self.by_thread if other not in living]:
                self.unused.append(self.by_thread.pop(gone))
                for methods in self.methods:
                    methods.pop(gone, None)
            if not self.unused:
                self.unused.append(self.kind(time.thread_time))
                self.every.append(self.unused[-1])
            self.by_thread[ident] = self.unused.pop()
        return self.by_thread[ident]

    def prepare(self) -> None:
        """Prepare for the recording of threads that start from now on."""
        if MONITORING is None:
            import threading

            threading.setprofile(self.hear)
            sys.setprofile(self.hear)

    def hear(self, _frame: FrameType, _event: str, _argument: object) -> None:
        """Hear of each call in a thread, before Python 3.12, until its recording begins."""
        if self.recording:
            self.profile(_thread.get_ident()).enable()

    def begin(self) -> None:
        """Record from now on."""
        from cProfile import Profile

        self.kind = Profile
        if MONITORING is not None:
            missing = [name for name in CALLBACKS.values() if not hasattr(Profile, name)]
            free = [tool for tool in (MONITORING.PROFILER_ID, 3, 4) if MONITORING.get_tool(tool) is None]
            if missing or not free:
                self.problem = "this Python's profiler can't record several threads"
                return
            listen(free[0], self)
        self.recording = True

    def forget(self) -> None:
        """Begin again in a new process, which has only one of the threads of its parent."""
        self.by_thread, self.unused, self.every = {}, [], []
        for methods in self.methods:
            methods.clear()
        if self.recording and MONITORING is None:
            sys.setprofile(self.hear)

    def written(self) -> dict[str, Any]:
        """Return what was recorded, in a form for JSON."""
        self.recording = False
        if "gevent" in sys.modules or "eventlet" in sys.modules:
            self.problem = "gevent and eventlet change from one task to another without Python's profiler noticing"
        functions = []
        for profile in list(self.every):
            profile.snapshot_stats()
            for function, (primitive, calls, own, cumulative, callers) in profile.stats.items():
                from_where = [[*caller, *figures] for caller, figures in callers.items()]
                functions.append([*function, primitive, calls, own, cumulative, from_where])
        return {"version": sys.version.split()[0], "problem": self.problem, "functions": functions}

    def watch(self) -> None:
        """Wait for the orders of the kit and carry them out, in a thread of its own."""
        sys.setprofile(None)
        self.watcher = _thread.get_ident()
        while not os.path.exists(os.path.join(FOLDER, "end")):  # noqa: PTH110, PTH118
            if not self.recording and not self.problem and os.path.exists(os.path.join(FOLDER, "begin")):  # noqa: PTH110, PTH118
                self.begin()
            if not os.path.isdir(FOLDER):  # noqa: PTH112
                return
            time.sleep(LOOK_EVERY)
        if MONITORING is not None:
            for tool in range(6):
                if MONITORING.get_tool(tool) == TOOL:
                    MONITORING.set_events(tool, 0)
        write("done", json.dumps(self.written()))


TOOL = "kit profile"


class PerThread(dict):  # type: ignore[type-arg]
    """One method of each thread's profile, by the thread's id."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        super().__init__()
        self.recorder, self.name = recorder, name

    def __missing__(self, ident: int) -> Callable[..., None]:
        """Get the method of the profile of a thread, and keep it while the thread lives."""
        if ident == self.recorder.watcher:
            return ignore
        method: Callable[..., None] = getattr(self.recorder.profile(ident), self.name)
        self[ident] = method
        return method


def ignore(*_: object) -> None:
    """Ignore an event."""


def listen(tool: int, recorder: Recorder) -> None:
    """Give each event to the profile of the thread in which it occurs, from Python 3.12 on."""
    assert MONITORING is not None
    ident = _thread.get_ident
    MONITORING.use_tool_id(tool, TOOL)
    events = 0
    for event, name in CALLBACKS.items():
        number = getattr(MONITORING.events, event)
        methods = PerThread(recorder, name)
        recorder.methods.append(methods)
        MONITORING.register_callback(tool, number, callback(methods, ident))
        events |= number
    MONITORING.set_events(tool, events)


def callback(methods: PerThread, ident: Callable[[], int]) -> Callable[..., None]:
    """Return what Python calls at an event."""

    def take(*what: object) -> None:
        methods[ident()](*what)

    return take


def write(kind: str, text: str) -> None:
    """Write a file so that it is complete as soon as it exists."""
    path = os.path.join(FOLDER, f"{kind}-{os.getpid()}")  # noqa: PTH118
    with contextlib.suppress(OSError):
        with open(path + ".unfinished", "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)
        os.rename(path + ".unfinished", path)  # noqa: PTH104


def run_hidden_namesake() -> None:
    """Run the `sitecustomize` that this one hides, if there is one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    own = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != own]  # noqa: PTH100
    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


def start() -> None:
    """Tell the kit that this process can be recorded, and wait for its orders."""
    recorder = Recorder()

    def watch() -> None:
        write("here", sys.version.split()[0])
        _thread.start_new_thread(recorder.watch, ())

    def in_child() -> None:
        recorder.forget()
        watch()

    watch()
    recorder.prepare()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)


if __name__ == "sitecustomize":
    run_hidden_namesake()
    if FOLDER:
        start()
