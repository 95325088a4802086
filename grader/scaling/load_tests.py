"""Runs a project's own load tests against the kit's recorder, and says what they sent and what they reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Self

from grader.assertions.entries import Listing
from grader.assertions.observed import Observed
from grader.errors import Failed, Unclear
from grader.load.cpu import Bystanders
from grader.load.measurement import require
from grader.project import environment
from grader.project.config import FILE, Project
from grader.scaling.failure_report import reports_failures
from grader.scaling.measured import Amount
from grader.scaling.recordings import Recording, RecordingServer
from grader.system.process import Process, Programs, how_it_ended
from grader.text.last_words import last_words
from grader.text.shell import command_line

USERS = 8
GRACE = 20.0
"""Seconds that a load test may need beside the time that it is asked for: to start, to wait for answers, to end."""
CONTROL_SECONDS = 2.0
KEPT = 1024 * 1024
LEAST = 5
"""Requests per second that a user sends who doesn't think."""
STARVED = 1.3
"""Cores that other programs use from which on a low rate says nothing about a load test."""


@dataclass(frozen=True)
class LoadTest:
    """One run of a load test: its command, for how long it was to send, how it ended, and what came."""

    line: str
    seconds: float
    code: int
    printed: str
    sent: Recording
    says_failures: bool

    @property
    def rate(self) -> Amount:
        """How many requests each user sent per second."""
        lasting = max(self.sent.seconds, self.seconds / 2)
        return self._amount(self.sent.requests / lasting / USERS, "requests per second and user")

    @property
    def samples(self) -> Amount:
        """How many requests came per second, of all users."""
        return self._amount(self.sent.requests / self.seconds, "requests per second")

    @property
    def reads(self) -> Amount:
        """How many of a hundred requests were `GET /messages`."""
        return self._share(self.sent.reads, "GET /messages")

    @property
    def writes(self) -> Amount:
        """How many of a hundred requests were a `POST /messages` with a text."""
        return self._share(self.sent.writes, "POST /messages with a text")

    @property
    def texts(self) -> Amount:
        """How many different texts came for a hundred writes."""
        found = f"{self.sent.texts} different texts in {self.sent.writes} writes"
        return self._amount(100 * self.sent.texts / max(1, self.sent.writes), "different texts for 100 writes", found)

    @property
    def unreported(self) -> Listing:
        """The failures that the load test kept to itself: none, or one entry that says how many there were."""
        ended = f"{how_it_ended(self.code)}, last line: {last_words(self.printed, 1) or 'nothing'}"
        told = [] if self.says_failures else [f"{self.sent.failed} failures, of which it says nothing ({ended})"]
        return Listing(told, request=self.line, what="failure that the load test keeps to itself")

    def _share(self, count: int, kind: str) -> Amount:
        came = [f"{self.sent.reads} GET /messages", f"{self.sent.writes} POST /messages with a text"]
        came += [f"{self.sent.broken} POST /messages without a valid text"] if self.sent.broken else []
        came += [f"{self.sent.other} others, such as {', '.join(self.sent.others)}"] if self.sent.other else []
        return self._amount(100 * count / self.sent.requests, f"% {kind}", ", ".join(came))

    def _amount(self, value: float, what: str, more: str = "") -> Amount:
        return Amount(value, what=what, request=self.line, more=more or f"{self.sent.requests} requests")


class LoadCommands(tuple[str, ...], Observed):
    """The names of the load tests that `service.toml` has a command for. A check asks whether a name is `in` them."""

    request = "kit contract K1"
    has_table: bool

    def __new__(cls, load: Mapping[str, Sequence[str]]) -> Self:
        made = super().__new__(cls, [name for name, command in load.items() if command])
        made.has_table = bool(load)
        return made

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is one operator
        return line_for(str(other))

    def actual_text(self) -> str:
        if not self.has_table:
            return f"{FILE} has no table [load]"
        return f"the table [load] of {FILE} has {' and '.join(self) or 'no command'} alone"


def line_for(name: str) -> str:
    """Say where the command of a load test stands, with a line that runs it with Locust."""
    locust = f"locust -f loadtest/{name}.py --headless -u {{users}} -r {{users}} -t {{seconds}}s -H {{url}}"
    return f'a line below [load] in {FILE}, such as: {name} = "{locust}"'


def run_all(project: Project, programs: Programs, seconds: float) -> Mapping[str, Callable[[], LoadTest]]:
    """Run all load tests side by side, each for so many seconds. Return for each what gives its result, or raises.

    Raises LoadUnavailable where the kit lacks Locust, as the recorder needs what comes with it.
    """
    require()
    named = [name for name, command in project.load.items() if command]
    with ThreadPoolExecutor(len(named) or 1) as pool:
        futures = {name: pool.submit(run, project, name, programs, seconds) for name in named}
    return {name: partial(_fairly, project, name, programs, future) for name, future in futures.items()}


def _fairly(project: Project, name: str, programs: Programs, first: Future[LoadTest]) -> LoadTest:
    """Return a load test that sent enough, or what it did alone. Raises Unclear where others left it no processor."""
    found = first.result()
    if found.rate >= LEAST and found.samples >= LEAST * USERS:
        return found
    bystanders = Bystanders()
    found = run(project, name, programs, found.seconds)
    others = bystanders.cores()
    if found.rate < LEAST and others > STARVED:
        raise Unclear(
            f"Each user sent {found.rate:.1f} requests a second, and other programs used {others:.1f} cores meanwhile: "
            "either users pause, or the load test got too little of the machine."
        )
    return found


def run(project: Project, name: str, programs: Programs, seconds: float) -> LoadTest:
    """Run one load test against a recorder. Raises Failed when it can't start, doesn't end, or sends nothing."""
    with RecordingServer(programs) as server:
        line, code, printed = _run(project, name, server.url, programs, seconds)
        sent = server.recorded()
    if not sent.requests:
        raise Failed(f"it sent no request; {_ended(code, printed)}", expected="requests", request=line)
    says = reports_failures(printed, sent.failed, sent.requests) or (
        code != 0 and _ends_well_without_failures(project, name, programs)
    )
    return LoadTest(line, seconds, code, printed, sent, says)


def _ends_well_without_failures(project: Project, name: str, programs: Programs) -> bool:
    """Tell whether the exit status is 0 where no request fails: only then does another one say anything."""
    with RecordingServer(programs, fail_every=0) as server:
        _, code, _ = _run(project, name, server.url, programs, CONTROL_SECONDS)
    return code == 0


def _run(project: Project, name: str, url: str, programs: Programs, seconds: float) -> tuple[str, int, str]:
    """Run a command under [load] to its end. Return it as a line to paste, its exit code, and what it printed."""
    values = {"{url}": url, "{users}": str(USERS), "{seconds}": f"{seconds:g}"}
    argv = [_filled(word, values) for word in project.load[name]]
    line = project.typed(command_line(argv, SERVER_URL=url))
    mark = f"SERVER_URL={url}"
    env = environment.for_client(project, server_url=url)
    try:
        process = Process(argv, cwd=project.folder, env=env, mark=mark, programs=programs, keep=KEPT)
    except Failed as failure:
        failure.request = line
        raise
    try:
        with programs.waits.named(f"your load test of {name} runs", seconds + GRACE):
            code = process.wait(seconds + GRACE)
        if code is None:
            raise Failed(
                f"still running {GRACE:g} s after its end should have come",
                expected=f"an end after about {seconds:g} s",
                request=line,
                log=last_words(process.output.text),
            )
        process.output.finish()
        return line, code, process.output.text
    finally:
        process.kill()


def missing(name: str) -> Failed:
    """Return the failure of a project that has no command for a load test."""
    return Failed(f"{FILE} has no {name} under [load]", expected=line_for(name), request=LoadCommands.request)


def _filled(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word


def _ended(code: int, printed: str) -> str:
    return f"{how_it_ended(code)}, last line: {last_words(printed, 1) or 'nothing'}"
