"""The process in which checks run: apart from the command, in a neutral folder, ended with all it started.

It reads a job, one line, from standard input, which stays open as long as the command wants the job done. On the
descriptor that it is given it writes one line for each thing that it has to tell. `grader.session.protocol` has the
words of both.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from grader import course as courses
from grader.course import Course, ServiceFile, Step
from grader.errors import Failed, MachineError, NotChecked, ProjectError
from grader.harness.harness import Harness
from grader.results.held import Held
from grader.session.protocol import Job, Teller
from grader.system import process_tree
from grader.system.resources import Resources

WORDS_OF_STAGE_1 = ("base", "service", "client")
"""The modules of `grader.fixtures` that every check may use."""
QUIET = (
    "terminal",
    "capture",
    "cacheprovider",
    "doctest",
    "junitxml",
    "logging",
    "faulthandler",
    "unittest",
    "warnings",
)


def main() -> None:
    """Run one job and exit; the status is 0 whatever the checks found."""
    descriptor = int(sys.argv[1])
    line = _read_line()
    if not line:
        return
    job = Job.read(line)
    process_tree.adopt_orphans()
    owned = [Resources(memory=job.memory)]
    signal.signal(signal.SIGTERM, lambda *_: _leave(143, owned))
    looked_at = threading.Event()
    threading.Thread(target=_listen_to_parent, args=(looked_at,), daemon=True).start()
    status = 0
    try:
        _forget_settings_of_pytest()
        os.chdir(owned[0].folder)
        with os.fdopen(descriptor, "w", buffering=1) as channel:
            _run(job, owned, Teller(channel.write), looked_at)
    except BaseException:  # noqa: BLE001 - whatever it is, nothing may be left behind, and the other side tells people
        traceback.print_exc()
        status = 1
    _leave(status, owned)


def _run(job: Job, owned: list[Resources], tell: Teller, looked_at: threading.Event) -> None:
    def hold(held: Held) -> None:
        tell.held(held)
        looked_at.wait()

    course = courses.load(Path(job.exercises))
    steps = [course.find_step(word) for word in job.steps]
    harness = Harness(Path(job.folder), owned[0], course, seed=job.seed)
    try:
        if any(step.service_file is ServiceFile.EXPLAINED for step in course.with_needs(steps)):
            harness.services.launch_early()
        faults = _run_pytest(job, steps, harness, tell, hold if job.hold else None)
    finally:
        harness.close()
    if job.load != "none":
        owned.append(Resources(memory=False))  # on a disk, as the cost of a commit is part of the lesson
        _load(job, Harness(Path(job.folder), owned[-1], course, seed=job.seed), tell)
    tell.end(faults)


def _forget_settings_of_pytest() -> None:
    """Drop what a person set for a pytest of their own: it would change how checks are run."""
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]


def _run_pytest(
    job: Job, steps: Sequence[Step], harness: Harness, tell: Teller, hold: Callable[[Held], None] | None
) -> list[str]:
    import pytest  # the service starts meanwhile

    from grader.session.plugin import ChecksPlugin
    from grader.session.schedule import Schedule

    course = harness.course
    words = [importlib.import_module(f"grader.fixtures.{name}") for name in _words_for(course, steps)]
    schedule = Schedule(steps, stop=job.stop, known=job.known)
    plugin = ChecksPlugin(steps, schedule, harness, tell, seed=job.seed, only=job.only, hold=hold)
    files = [str(course.check_file(step)) for step in steps]
    switches = [f"-pno:{name}" for name in QUIET]
    fixed = [
        "-c",
        os.devnull,
        f"--rootdir={course.exercises}",
        f"--confcutdir={course.exercises}",
        "--import-mode=importlib",
        "--disable-plugin-autoload",
        "--continue-on-collection-errors",
    ]
    status = pytest.main([*fixed, *switches, *files], plugins=[plugin, *words])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        plugin.faults.append(f"pytest ended with {status!r}")
    return plugin.faults


def _words_for(course: Course, steps: Sequence[Step]) -> list[str]:
    """Name the modules of fixtures that the stages of some steps, and those before, use: importing more takes time."""
    last = max(step.stage for step in steps)
    return [*WORDS_OF_STAGE_1, *(name for stage in course.stages if stage.id <= last for name in stage.fixtures)]


def _load(job: Job, harness: Harness, tell: Teller) -> None:
    """Put a service of its own under load."""
    from grader.load import reconcile  # it needs what not everybody has installed

    try:
        service = harness.services.start()
        tell.load(reconcile.to_json(reconcile.load_and_count(service, job.load)))
    except (Failed, ProjectError) as failure:
        tell.no_load(f"Not loaded: {failure}.")
    except (NotChecked, MachineError) as obstacle:
        tell.no_load(f"Not loaded. {obstacle}")
    finally:
        harness.close()


def _read_line() -> bytes:
    """Read the first line of standard input and no more; empty when there is none."""
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(0, 65536)
        if not chunk:
            return b""
        line += chunk
    return line


def _listen_to_parent(looked_at: threading.Event) -> None:
    """Set `looked_at` at a line on standard input; at its end, which only the parent can bring about, clean up."""
    while os.read(0, 1024):
        looked_at.set()
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(status: int, owned: Sequence[Resources]) -> NoReturn:
    """End everything at once, whatever is under way, and then this process."""
    process_tree.kill_all(lambda: process_tree.descendants(os.getpid()))
    for resources in list(owned):
        resources.abandon()
    os._exit(status)


if __name__ == "__main__":
    main()
