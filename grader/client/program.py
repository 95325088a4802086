"""The learner's client, run as a stranger would: with arguments, a base URL, and a limit of time."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assertions.output import ExitCode, Text
from grader.errors import Failed, TooLate
from grader.project import environment
from grader.project.config import FILE, Project
from grader.system.process import Process, Programs, how_it_ended
from grader.text.shell import command_line
from grader.text.values import shorten

PATIENCE = 20.0
KEPT = 4 * 1024 * 1024
TRACE = "Traceback (most recent call last)"
LONGEST = 15
"""What clause K10 promises, in seconds; PATIENCE adds the slack."""


@dataclass(frozen=True)
class Run:
    """How one run of the client ended."""

    code: int
    printed: str
    complained: str
    request: str
    """The line that ran it, to paste."""

    @property
    def exit_code(self) -> ExitCode:
        """How it ended."""
        return ExitCode(self.code, request=self.request, summary=self.summary)

    @property
    def stdout(self) -> Text:
        """The results that it printed."""
        return Text(self.printed, stream="stdout", request=self.request, summary=self.summary)

    @property
    def stderr(self) -> Text:
        """The complaints that it printed."""
        return Text(self.complained.strip(), stream="stderr", request=self.request, summary=self.summary)

    @property
    def summary(self) -> str:
        """Say in one line how it ended and what it printed."""
        streams = [
            f"{shorten(_gist(text).encode())} on {name}"
            for name, text in (("stdout", self.printed), ("stderr", self.complained))
            if text
        ]
        return ", ".join([how_it_ended(self.code), *(streams or ["nothing printed"])])


def _gist(text: str) -> str:
    """Take the last line of what ends in a stack trace of Python, which names the failure; else everything."""
    return text.strip().splitlines()[-1] if TRACE in text else text


def run(project: Project, *arguments: str, server_url: str, zone: str = "", programs: Programs | None = None) -> Run:
    """Run the client with these arguments, in a time zone unless that is UTC, and wait for its end.

    `programs` are those of the same run of the kit, which are spared when the client is ended. Raises TooLate when the
    client is still running after 20 s.
    """
    if not project.client:
        raise Failed(f"{FILE} does not say how to start the client", expected="command = [...] under [client]")
    chosen = {"TZ": zone} if zone else {}
    request = command_line([*project.client, *arguments], **chosen, SERVER_URL=server_url)
    process = Process(
        [*project.client, *arguments],
        cwd=project.folder,
        env=environment.for_client(project, server_url=server_url) | chosen,
        mark=f"SERVER_URL={server_url}",
        programs=programs,
        apart=True,
        keep=KEPT,
    )
    try:
        code = process.wait(PATIENCE)
    finally:
        process.kill()
    printed, complained = process.output.text, process.errors.text
    if code is None:
        raise TooLate(
            f"still running after {PATIENCE:g} s",
            expected=f"an end within {LONGEST} s",
            request=request,
            log=process.errors.last_lines(),
        )
    return Run(code, printed, complained, request)
