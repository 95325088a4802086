"""The process in which checks run: apart from the command, in a neutral folder, ended with all it started.

It reads a job, one line of JSON, from standard input, which stays open as long as somebody wants the job done. On the
descriptor that it is given it writes one JSON object per line: `plan` with the number of checks of each step, `check`
with what a check found, `held` when a failed check waits for a line on standard input, `end` when everything was said.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from grader import course
from grader.errors import Failed, MachineError, NotChecked, ProjectError
from grader.harness.harness import Harness
from grader.results.held import Held
from grader.system import process_tree
from grader.system.ports import Port
from grader.system.process import Process
from grader.system.scratch import Scratch

NEEDS_A_SERVER = "1.2"
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
    job = json.loads(line)
    process_tree.adopt_orphans()
    scratch = Scratch(memory=job["memory"])
    signal.signal(signal.SIGTERM, lambda *_: _leave(143))
    looked_at = threading.Event()
    threading.Thread(target=_listen_to_parent, args=(looked_at,), daemon=True).start()
    status = 0
    try:
        _forget_settings_of_pytest()
        course.EXERCISES = Path(job["exercises"])
        os.chdir(scratch.folder)
        with os.fdopen(descriptor, "w", buffering=1) as channel:
            _run(job, scratch, channel, looked_at)
    except BaseException:  # noqa: BLE001 - whatever it is, nothing may be left behind, and the other side tells people
        traceback.print_exc()
        status = 1
    _leave(status)


def _run(job: dict[str, Any], scratch: Scratch, channel: Any, looked_at: threading.Event) -> None:
    def tell(event: str, **more: object) -> None:
        channel.write(json.dumps({"event": event, **more}) + "\n")

    def hold(held: Held) -> None:
        tell("held", **held.told())
        looked_at.wait()

    Process.started = staticmethod(scratch.record)
    harness = Harness(Path(job["folder"]), scratch)
    try:
        steps = [course.find_step(word) for word in job["steps"]]
        if any(NEEDS_A_SERVER in (step.id, *(s.id for s in course.with_needs([step]))) for step in steps):
            harness.launch_early()
        faults = _run_pytest(job, steps, harness, tell, hold if job["hold"] else None)
    finally:
        harness.close()
    if job["load"] != "none":
        _load(job, tell)
    tell("end", faults=faults)


def _forget_settings_of_pytest() -> None:
    """Drop what somebody set for a pytest of their own: it would change how checks are run."""
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]


def _run_pytest(
    job: dict[str, Any],
    steps: list[course.Step],
    harness: Harness,
    tell: Callable[..., None],
    hold: Callable[[Held], None] | None,
) -> list[str]:
    import pytest  # the service starts meanwhile

    from grader import check
    from grader.fixtures import service as fixtures
    from grader.session import plugin

    check.seed(job["seed"])
    more = _more_fixtures(steps)
    ahead = {name: begin for module in more for name, begin in getattr(module, "AHEAD", {}).items()}
    runs = plugin.Course(steps, harness, tell, stop=job["stop"], known=job["known"], ahead=ahead, hold=hold)
    files = [str(course.stage_of(step).check_file(step)) for step in steps]
    switches = [f"-pno:{name}" for name in QUIET]
    fixed = [
        "-c",
        os.devnull,
        f"--rootdir={course.EXERCISES}",
        f"--confcutdir={course.EXERCISES}",
        "--disable-plugin-autoload",
        "--continue-on-collection-errors",
    ]
    status = pytest.main([*fixed, *switches, *files], plugins=[runs, fixtures, *more])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        runs.faults.append(f"pytest ended with {status!r}")
    return runs.faults


def _more_fixtures(steps: list[course.Step]) -> list[object]:
    """Give the fixtures that only later stages use, so that the first stage doesn't wait for their imports."""
    if all(step.stage == "01" for step in steps):
        return []
    from grader.fixtures import chat as chat_fixtures

    if all(step.stage <= "02" for step in steps):
        return [chat_fixtures]
    from grader.fixtures import webhooks as integration_fixtures

    return [chat_fixtures, integration_fixtures]


def _load(job: dict[str, Any], tell: Callable[..., None]) -> None:
    """Put a service of its own under load, with its data on a disk, as the cost of a commit is part of the lesson."""
    from grader.load import reconcile  # it needs what not everybody has installed

    disk = Scratch(memory=False)
    harness = Harness(Path(job["folder"]), disk)
    try:
        service = harness.new_service()
        service.start()
        tell("load", **reconcile.to_json(reconcile.load_and_count(service, job["load"])))
    except (Failed, ProjectError) as failure:
        tell("no_load", reason=f"Not loaded: {failure}.")
    except (NotChecked, MachineError) as obstacle:
        tell("no_load", reason=f"Not loaded. {obstacle}")
    finally:
        harness.close()
        disk.close()


def _read_line() -> bytes:
    """Read the first line of standard input and no more; empty when nobody wrote one."""
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


def _leave(status: int) -> NoReturn:
    """End everything at once, whatever is under way, and then this process."""
    process_tree.kill_all(lambda: process_tree.descendants(os.getpid()))
    for port in list(Port.held):
        port.release()
    for scratch in list(Scratch.open):
        scratch.close()
    os._exit(status)
