"""Runs the learner's client with arguments and a base URL, and ends it when it takes too long."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assertions.observed import Command
from grader.assertions.output import ExitCode, Text
from grader.errors import Failed, TooLate
from grader.project import environment
from grader.project.config import FILE, Project
from grader.system.process import Process, Programs, how_it_ended
from grader.system.waits import Waits
from grader.text.shell import command_line
from grader.text.values import SHOWN, shorten

PATIENCE = 20.0
"""Seconds that the kit gives a client: those of clause K10, and 5 s of slack."""
KEPT = 4 * 1024 * 1024
"""Bytes of each stream that the kit keeps."""
NOBODY = "   # no program listens there"
"""What stands behind the line of a client that was to find no server."""
SHOWN_ARGUMENTS = 30
"""Characters of the client's arguments that are shown while it runs."""
LONGEST = 15
"""Seconds within which a client ends (clause K10)."""


class Refused(str):
    """The base URL of a port on which no program listens."""


@dataclass(frozen=True)
class Run:
    """How one run of the client ended."""

    code: int
    printed: str
    complained: str
    line: str
    """The command that ran the client, as a line to paste."""

    @property
    def request(self) -> Command:
        """The command that ran the client, as a line to paste."""
        return Command(self.line, ended=f"the client ended with {self.summary}")

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the client."""
        return ExitCode(self.code, request=self.request, summary=self.summary)

    @property
    def stdout(self) -> Text:
        """What the client printed on stdout."""
        return Text(self.printed, stream="stdout", request=self.request, summary=self.summary)

    @property
    def stderr(self) -> Text:
        """What the client printed on stderr."""
        return Text(self.complained.strip(), stream="stderr", request=self.request, summary=self.summary)

    @property
    def summary(self) -> str:
        """One line that says how the client ended and what it printed."""
        from grader.text.last_words import message  # a slow import, which no check of the server alone needs

        streams = [
            f"{_shown(message(text))} on {name}"
            for name, text in (("stdout", self.printed), ("stderr", self.complained))
            if text
        ]
        return ", ".join([how_it_ended(self.code), *(streams or ["nothing printed"])])


def _shown(text: str) -> str:
    return shorten(text.encode()) + (f" ({len(text)} characters)" if len(text) > SHOWN else "")


def run(project: Project, *arguments: str, server_url: str, zone: str = "", programs: Programs | None = None) -> Run:
    """Run the client with these arguments, and wait for its end.

    `zone` is a name such as `Asia/Kolkata`; without it, the client runs in UTC. `programs` are the other programs of
    this run of the kit, which must survive when the kit ends the client. Raises TooLate when the client still runs
    after 20 s.
    """
    if not project.client:
        raise Failed(f"{FILE} does not say how to start the client", expected="command = [...] under [client]")
    chosen = {"TZ": zone} if zone else {}
    request = project.typed(command_line([*project.client, *arguments], **chosen, SERVER_URL=server_url))
    request += NOBODY if isinstance(server_url, Refused) else ""
    process = Process(
        [*project.client, *arguments],
        cwd=project.folder,
        env=environment.for_client(project, server_url=server_url) | chosen,
        mark=f"SERVER_URL={server_url}",
        programs=programs,
        apart=True,
        keep=KEPT,
    )
    waits = Waits() if programs is None else programs.waits
    try:
        with waits.named(f"your client runs: {command_line(arguments)[:SHOWN_ARGUMENTS]}", PATIENCE):
            code = process.wait(PATIENCE)
    finally:
        process.kill()
    printed, complained = process.output.text, process.errors.text
    if code is None:
        from grader.text.last_words import last_words

        raise TooLate(
            f"still running after {PATIENCE:g} s",
            expected=f"an end within {LONGEST} s",
            request=request,
            log=last_words(process.errors.text),
        )
    return Run(code, printed, complained, request)
