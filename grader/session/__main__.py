"""The entry point of the process in which checks run.

The process works in a temporary folder, and it ends every program that it started. It reads one job from the first line
of standard input. The command keeps standard input open as long as it wants the job done. The first argument of the
process is the file descriptor of a socket: the process writes one sealed line to it for each event.
`grader.session.protocol` defines the format of the job and of the events.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from grader import course as courses
from grader.course import Course, ServiceFile, Step
from grader.errors import Failed, KitError, NotChecked, ProjectError
from grader.harness.harness import Harness
from grader.harness.load_level import LoadLevel
from grader.harness.shared import Shared
from grader.results.held import Held
from grader.session.protocol import Job, Teller
from grader.session.schedule import Schedule
from grader.system import insisting, process_tree, seal
from grader.system.resources import Resources

FIXTURES_OF_STAGE_1 = ("base", "service", "client")
"""The modules of `grader.fixtures` that every check may use."""
DISABLED_PLUGINS = (
    "terminal",
    "capture",
    "cacheprovider",
    "doctest",
    "junitxml",
    "logging",
    "faulthandler",
    "unittest",
    "warnings",
    "unraisableexception",
)
"""The plugins of pytest that the kit turns off. The last one would collect garbage five times at the end of a run."""


def main(order: type[Schedule] = Schedule, known: Course | None = None) -> None:
    """Run one job and exit. The exit status is 0 whatever the checks found, and 1 when the process itself failed.

    `order` decides which check is next. `known` is the course, if it was read already.
    """
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - it has no name
    seal.hide_memory()
    line = _read_line()
    if not line:
        return
    job = Job.read(line)
    process_tree.adopt_orphans()
    owned = [Resources(memory=job.memory)]
    insisting.on_sigterm(lambda: _leave(143, owned))
    released = threading.Event()
    threading.Thread(target=_listen_to_parent, args=(released,), daemon=True).start()
    status = 0
    try:
        _forget_settings_of_pytest()
        os.chdir(owned[0].folder)
        with os.fdopen(descriptor, "w", buffering=1, encoding="utf-8") as channel:
            exercises = Path(job.exercises)
            course = known if known is not None and known.exercises == exercises else courses.load(exercises)
            _run(job, course, owned, Teller(channel.write, job.key), released, order)
    except BaseException:  # noqa: BLE001 - this process must clean up after any fault; the command reports the fault
        import traceback  # a slow import, which only a fault needs

        traceback.print_exc()
        status = 1
    _leave(status, owned)


def _run(  # noqa: PLR0917 - all that `main` has
    job: Job,
    course: Course,
    owned: list[Resources],
    reports: Teller,
    released: threading.Event,
    order: type[Schedule],
) -> None:
    def hold(held: Held) -> None:
        reports.held(held)
        released.wait()

    steps = [course.find_step(word) for word in job.steps]
    folder = Path(job.folder)
    if job.setup:
        from grader.project import working_copy  # only kit grade --setup needs it

        folder = working_copy.copy(folder, owned[0].fresh_for_programs("copy"))
    harness = Harness(folder, owned[0], course, seed=job.seed, load=LoadLevel(job.load))
    harness.handed_in = Path(job.folder)
    try:
        if job.setup:
            harness.set_up()
        if any(step.service_file is ServiceFile.EXPLAINED for step in course.with_needs(steps)):
            harness.services.launch_early()
        schedule = order(steps, stop=job.stop, brief=job.brief, known=job.known)
        faults = _run_pytest(job, steps, harness, reports, schedule, hold=hold if job.hold else None)
    finally:
        harness.close()
    if job.closing_load and job.load != LoadLevel.NONE:
        owned.append(Resources(memory=False))  # on a disk, because learners shall see what a commit costs
        loaded = Harness(folder, owned[-1], course, seed=job.seed)
        loaded.alone, loaded.services.obstacle = harness.alone, harness.services.obstacle
        _load(job, loaded, reports, _workloads(course, steps, schedule), harness.shared)
    reports.end(faults)


def _forget_settings_of_pytest() -> None:
    """Remove the variables PYTEST_* from the environment: they would change how pytest runs the checks."""
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]


def _run_pytest(
    job: Job,
    steps: Sequence[Step],
    harness: Harness,
    reports: Teller,
    schedule: Schedule,
    *,
    hold: Callable[[Held], None] | None,
) -> list[str]:
    import pytest  # imported late, because the service starts during this slow import

    from grader.session.plugin import ChecksPlugin

    course = harness.course
    fixtures = [importlib.import_module(f"grader.fixtures.{name}") for name in _fixture_modules(course, steps)]
    plugin = ChecksPlugin(steps, schedule, harness, reports, seed=job.seed, only=job.only, hold=hold)
    files = [str(course.check_file(step)) for step in steps]
    switches = [f"-pno:{name}" for name in DISABLED_PLUGINS]
    options = [
        "-c",
        os.devnull,
        f"--rootdir={course.exercises}",
        f"--confcutdir={course.exercises}",
        "--import-mode=importlib",
        "--disable-plugin-autoload",
        "--continue-on-collection-errors",
    ]
    status = pytest.main([*options, *switches, *files], plugins=[plugin, *fixtures])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        plugin.faults.append(f"pytest ended with {status!r}")
    return plugin.faults


def _fixture_modules(course: Course, steps: Sequence[Step]) -> list[str]:
    """List the modules of fixtures of every stage up to the last stage of `steps`: to import more would take time."""
    last = max(step.stage for step in steps)
    return [*FIXTURES_OF_STAGE_1, *(name for stage in course.stages if stage.id <= last for name in stage.fixtures)]


def _workloads(course: Course, asked: Sequence[Step], schedule: Schedule) -> list[str]:
    """List what is measured under load beside the front page: what the steps allow that have passed.

    Where only steps of later stages were asked for, those of earlier ones must have passed before.
    """
    last = max(step.stage for step in asked)
    passed = [step for step in course.steps if (schedule.stands(step.id) if step in asked else step.stage < last)]
    return [workload for step in passed for workload in step.load]


def _load(job: Job, harness: Harness, reports: Teller, chat: Sequence[str], measured: Shared) -> None:
    """Put services under load, and report what came of it. `chat` names the workloads beside the front page.

    Capacities that are among what the checks have `measured` aren't searched for again.
    """
    from grader.load.generator import Generator  # only a run with load needs all this
    from grader.load.measurement import require
    from grader.load.programme import LEVELS, Programme
    from grader.load.slo import read
    from grader.scaling.measurements import capacities_found

    try:
        require()
        programs = harness.resources.programs
        with Generator(programs) as generator:
            start, objective = harness.services.start, read(harness.folder)
            level, known = LEVELS[job.load], capacities_found(measured)
            programme = Programme(generator, start, level, objective, chat, programs, reports.moment, known)
            for entry in programme.entries():
                reports.load(entry)
    except (Failed, ProjectError) as failure:
        reports.no_load(f"The server does not start: {failure}.")
    except (NotChecked, KitError) as obstacle:
        reports.no_load(str(obstacle))
    finally:
        harness.close()


def _read_line() -> bytes:
    """Read the first line of standard input; return `b""` when the input ends before the line does."""
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(0, 65536)
        if not chunk:
            return b""
        line += chunk
    return line


def _listen_to_parent(released: threading.Event) -> None:
    """Set `released` at each line on standard input. When the input ends, end this process: its parent closed it."""
    while os.read(0, 1024):
        released.set()
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(status: int, owned: Sequence[Resources]) -> NoReturn:
    """Kill every process that this one started, release its resources, and exit without delay."""
    process_tree.kill_all(lambda: process_tree.descendants(os.getpid()))
    for resources in list(owned):
        resources.abandon()
    os._exit(status)


if __name__ == "__main__":
    main()
