"""A client that talks to a server which never answers, while other checks go on."""

from __future__ import annotations

from grader.client import program
from grader.client.program import Run
from grader.client.scripted_server import Answer, scripted
from grader.project.config import Project
from grader.system.process import Programs

UNHEARD = "Is anybody there?"
"""What `send` says to a server that never answers."""
SENDING = ("send", UNHEARD)
REPLYING = ("reply", "m-80", UNHEARD)
SHOWING = ("show", "m-80")


def run_against(project: Project, *arguments: str, programs: Programs) -> Run:
    """Run the client against a server that accepts every connection and never answers, and wait for its end."""
    with scripted(Answer.silence()) as server:
        return program.run(project, *arguments, server_url=server.url, programs=programs)
