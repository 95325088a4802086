"""Runs the client against a server that never answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.client import program
from grader.client.program import Run
from grader.client.scripted_server import Answer, ScriptedServer
from grader.project.config import Project
from grader.system.process import Programs

TEXT = "Is anybody there?"
"""The text that the client sends to a server that never answers."""
SILENCE = Answer.silence()
STALLED = Answer.text("x" * 100, ends=False, half=True)
"""The answer of a server that falls silent in the middle of it."""
SENDING = ("send", TEXT)
REPLYING = ("reply", "m-80", TEXT)
SHOWING = ("show", "m-80")


@dataclass(frozen=True)
class Unanswered(Run):
    """How a client ended that got no whole answer, and what it had sent."""

    posts: Listing
    """Every POST that came, as in `POST /messages`."""


def run_against(
    project: Project,
    *arguments: str,
    programs: Programs,
    when_closing: Callable[[Callable[[], None]], None],
    answer: Answer = SILENCE,
) -> Unanswered:
    """Run the client against a server that accepts every connection and never answers, and wait for its end.

    The server is closed by what `when_closing` gets: a learner may want to look at it after a failure.
    """
    server = ScriptedServer(lambda _: answer)
    when_closing(server.close)
    run = program.run(project, *arguments, server_url=server.url, programs=programs)
    return Unanswered(run.code, run.printed, run.complained, run.line, server.posts(run.request))
