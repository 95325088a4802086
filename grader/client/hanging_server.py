"""Runs the client against a server that never answers."""

from __future__ import annotations

from collections.abc import Callable

from grader.client import program
from grader.client.program import Run
from grader.client.scripted_server import Answer, ScriptedServer
from grader.project.config import Project
from grader.system.process import Programs

TEXT = "Is anybody there?"
"""The text that the client sends to a server that never answers."""
SENDING = ("send", TEXT)
REPLYING = ("reply", "m-80", TEXT)
SHOWING = ("show", "m-80")


def run_against(
    project: Project, *arguments: str, programs: Programs, when_closing: Callable[[Callable[[], None]], None]
) -> Run:
    """Run the client against a server that accepts every connection and never answers, and wait for its end.

    The server is closed by what `when_closing` gets: a learner may want to look at it after a failure.
    """
    server = ScriptedServer(lambda _: Answer.silence())
    when_closing(server.close)
    return program.run(project, *arguments, server_url=server.url, programs=programs)
