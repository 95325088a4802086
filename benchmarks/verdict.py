"""The benchmark of a verdict: how long a learner waits for it, divided by the start of the service that is checked.

Each round measures four things, and every second round in the opposite order. They are the start of the solution's
server to its first answer, the time from a save to the verdict on 1.3 in `kit watch`, `kit check 1.3` from the command
to its end, and each whole stage on its solution, with all steps that it needs. The results are medians, with the ratios
of each round, and never times alone. With `--brief`, the whole stages are left out.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.watching import watched
from grader import course
from grader.course import ROOT, Stage
from grader.project import config, environment
from grader.project.state import FOLDER, ProjectState
from grader.system.ports import Port

STAGES = course.load().stages
FIRST = ROOT / "solutions" / "01-scaffolding"
KIT = Path(sys.prefix) / "bin" / "kit"


def bare_start() -> float:
    """Start the solution's server without the kit, send a request, stop it. Return the seconds to the answer."""
    project = config.read(FIRST)
    port = Port()
    with tempfile.TemporaryDirectory() as data:
        env = environment.for_server(project, port=port.number, data=Path(data))
        began = time.perf_counter()
        server = subprocess.Popen(
            project.server, cwd=FIRST, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _first_answer(port.number)
            return time.perf_counter() - began
        finally:
            server.terminate()
            server.wait()
            port.release()


def kit(*words: str, on: Path = FIRST) -> float:
    """Run a kit command on a solution. Return its seconds from start to end."""
    began = time.perf_counter()
    done = subprocess.run([KIT, *words, "--project", on], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"kit {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds


def whole(stage: Stage) -> float:
    """Check a stage with all steps that it needs, as if none had passed before. Return the seconds."""
    (stage.solution / FOLDER / "report.json").unlink(missing_ok=True)
    return kit("check", stage.id, on=stage.solution)


def python(code: str) -> float:
    """Run a line of code in the kit's Python. Return the seconds of the whole process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
    return time.perf_counter() - began


PARTS: dict[str, Callable[[], float]] = {
    "bare Python": lambda: python("pass"),
    "the command's imports": lambda: python("import grader.cli, grader.commands.check, grader.session.runner"),
    "the check process's imports before the service starts": lambda: python("import grader.session.__main__"),
    "what a warm process imports before the save": lambda: python(
        "import pytest, grader.session.plugin, grader.check, grader.session.__main__, grader.fixtures.client"
    ),
    "pytest and the plugin, while the service starts": lambda: python("import pytest, grader.session.plugin"),
    "the report's imports, meanwhile": lambda: python("import grader.report.terminal"),
}


def _first_answer(port: int) -> None:
    deadline = time.perf_counter() + 20
    while time.perf_counter() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except ConnectionError:
            time.sleep(0.005)
        else:
            return
        finally:
            connection.close()
    sys.exit("The solution's server did not answer within 20 s.")


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--brief", action="store_true", help="leave the whole stages out")
    options = parser.parse_args()
    rounds, stages = options.rounds, [] if options.brief else STAGES
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process compiles the modules that have changed
    with ExitStack() as open_until_the_end:
        watch = open_until_the_end.enter_context(watched(FIRST, "1.3", "server/__init__.py"))
        taken = _measure(
            {
                "start": bare_start,
                "a save in kit watch 1.3": watch.save,
                "kit check 1.3": lambda: kit("check", "1.3"),
                **{f"kit check {stage.id}": partial(whole, stage) for stage in stages},
            },
            rounds,
        )
    print(f"{rounds} rounds, medians [smallest-largest]; {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    print("| | seconds | over the service's own start, by round |\n| --- | --- | --- |")
    for name, values in taken.items():
        ratios = [value / start for value, start in zip(values, taken["start"], strict=True)]
        print(f"| {name} | {_spread(values)} | {_spread(ratios)} |")
    print("\n| where the time goes: a process that does only this | seconds |\n| --- | --- |")
    for name, part in PARTS.items():
        print(f"| {name} | {_spread([part() for _ in range(5)])} |")
    for stage in stages:
        print(f"\n| kit check {stage.id}: the checks of | seconds | the longest of them |\n| --- | --- | --- |")
        print(*_steps(stage), sep="\n")


def _measure(measured: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each thing in each round, after one time that doesn't count. Return the seconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in measured}
    for measure in measured.values():
        measure()
    for number in range(rounds):
        for name in list(measured) if number % 2 == 0 else reversed(list(measured)):
            taken[name].append(measured[name]())
    return taken


def _steps(stage: Stage) -> Iterator[str]:
    """Yield a row for each step in the last report of a stage: the seconds of all its checks, and its longest check."""
    for found in ProjectState(stage.solution).report()["stages"]:
        for step in found["steps"]:
            if step["checks"] and found["id"] == stage.id:
                longest = max(step["checks"], key=lambda check: check["seconds"])
                total = sum(check["seconds"] for check in step["checks"])
                yield f"| {step['id']} {step['title']} | {total:.1f} | {longest['id']}, {longest['seconds']:.1f} |"


if __name__ == "__main__":
    main()
