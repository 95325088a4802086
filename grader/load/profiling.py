"""Profiles a service under load, beside one that isn't profiled, so that the price of the profile shows.

One user sends, one request after the other. With several, threads would wait for each other inside Python, and a
profile would show that as work of the function that waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from grader.errors import Failed, NotChecked
from grader.load import languages, profile_data, py_spy
from grader.load.bench import Bench
from grader.load.measurement import Measured
from grader.load.profile_data import Profile
from grader.load.recording import Recording
from grader.load.samples import in_flight
from grader.load.workloads import WORKLOADS
from grader.service.server import Service
from grader.system.process import how_it_ended

ROUNDS = 2
WARM_UP = 0.3
LEAST_COVERED = 0.1
"""The share of the service's processor time below which a recording has missed what the service does."""
CPROFILE, PY_SPY = "cProfile", "py-spy"


@dataclass(frozen=True)
class Finding:
    """What came of a profile.

    `requests` is how many the profile covers. `plain_ms` and `profiled_ms` are medians of a request without and with
    the profiler, `slower` is their ratio in pairs. `computing` is the share of the time of a request in which the
    service, without the profiler, used a processor. `covered` is the share of the service's processor time that the
    profile holds. `other` is how many cores other programs used. `remarks` says what is missing, and why.
    """

    tool: str
    profile: Profile
    requests: int
    plain_ms: float
    profiled_ms: float
    slower: float
    computing: float
    covered: float
    other: float
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turns:
    """The measured runs of the plain and of the profiled service, in turns."""

    plain: tuple[Measured, ...]
    profiled: tuple[Measured, ...]


def profile(
    bench: Bench, workload: str, *, seconds: float, sampler: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Finding:
    """Profile a service of a project under load, for so many seconds.

    With `sampler`, or where the recording inside the service shows nothing, py-spy looks from outside. `tell` hears
    what is done now. Raises NotChecked where neither works, with the tool that does, and Failed when the service ends
    or gives no good answer.
    """
    tell("starting the service")
    plain = bench.start()
    remarks: tuple[str, ...] = ()
    if not sampler:
        recording = Recording(bench.resources.fresh("profile"))
        recorded = bench.start(env=recording.env)
        if recording.processes:
            tell("profiling")
            recording.begin()
            turns = _turns(bench, workload, plain, recorded, seconds)
            finding = _finding(CPROFILE, recording.end(), turns, tuple(recording.problems))
            if finding.covered >= LEAST_COVERED:
                return finding
            remarks = tuple(recording.problems) or ("the service answers in threads that Python doesn't know",)
        else:
            remarks = (_why_not_reached(recorded),)
        recorded.kill()
    tell("sampling with py-spy")
    return _sampled(bench, workload, plain, seconds, remarks)


def _sampled(bench: Bench, workload: str, plain: Service, seconds: float, remarks: tuple[str, ...]) -> Finding:
    programs = _programs(plain)
    if programs and not languages.is_python(programs):
        raise NotChecked(languages.advice(programs), because="project")
    reason = f"cProfile shows nothing here, as {remarks[0]}. " if remarks else ""
    try:
        service = bench.start()
        with py_spy.sampling(service.process.pid, bench.resources.fresh("samples")) as samples:
            turns = _turns(bench, workload, plain, service, seconds)
            found = samples.stop()
    except NotChecked as lacking:
        raise NotChecked(f"{reason}{lacking}") from None
    if not found:
        raise NotChecked(f"{reason}py-spy saw the service do nothing: is the work done by another program?")
    return _finding(PY_SPY, found, turns, (reason.strip(),) if reason else ())


def _turns(bench: Bench, workload: str, plain: Service, profiled: Service, seconds: float) -> Turns:
    plain_runs, profiled_runs = [], []
    for _ in range(ROUNDS):
        plain_runs.append(_run(bench, workload, plain, max(1.0, seconds / ROUNDS / 2)))
        profiled_runs.append(_run(bench, workload, profiled, max(1.0, seconds / ROUNDS)))
    return Turns(tuple(plain_runs), tuple(profiled_runs))


def _run(bench: Bench, workload: str, service: Service, seconds: float) -> Measured:
    measured = bench.load(service).run(WORKLOADS[workload], users=1, warm_up=WARM_UP, seconds=seconds)
    if not service.running:
        ending = how_it_ended(service.process.exit_code or 0)
        raise Failed(f"The server ended while it was profiled ({ending}).", log=service.log)
    if not measured.probe.achieved:
        raise Failed("The server gave no good answer while it was profiled.", log=service.log)
    return measured


def _finding(tool: str, found: Profile, turns: Turns, remarks: tuple[str, ...]) -> Finding:
    plain = [run.probe.p50_ms or 0.0 for run in turns.plain]
    profiled = [run.probe.p50_ms or 0.0 for run in turns.profiled]
    used = sum(run.probe.cpu_service * (run.window.seconds + WARM_UP) for run in turns.profiled)
    return Finding(
        tool=tool,
        profile=found,
        requests=sum(len(run.record.samples) for run in turns.profiled),
        plain_ms=median(plain),
        profiled_ms=median(profiled),
        slower=median([b / a for a, b in zip(plain, profiled, strict=True) if a] or [1.0]),
        computing=median(_computing(run) for run in turns.plain),
        covered=min(1.0, profile_data.total(found) / used) if used else 1.0,
        other=max(run.probe.other for run in (*turns.plain, *turns.profiled)),
        remarks=remarks,
    )


def _computing(run: Measured) -> float:
    """Return which share of the time in which a request was under way the service used a processor."""
    waiting = in_flight(run.window, run.record.samples)
    return min(1.0, run.probe.cpu_service / waiting) if waiting else 0.0


def _programs(service: Service) -> list[str]:
    """List the names of the programs that a service consists of, its children first: they do the work."""
    import psutil

    names = []
    for pid in reversed(service.process.tree()):
        try:
            process = psutil.Process(pid)
            names.append((process.exe() or process.name()).rpartition("/")[2])
        except psutil.Error:
            continue
    return names


def _why_not_reached(service: Service) -> str:
    """Say why the recording didn't get into a service."""
    command = service.project.server
    if languages.is_python(_programs(service)):
        return f"Python runs without the variable PYTHONPATH: look for -I or -E in `{' '.join(command)}`"
    return "the service isn't Python"
