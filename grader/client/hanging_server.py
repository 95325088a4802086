"""Runs the client against a server that never answers."""

from __future__ import annotations

from grader.client import program
from grader.client.program import Run
from grader.client.scripted_server import Answer, scripted
from grader.project.config import Project
from grader.system.process import Programs

TEXT = "Is anybody there?"
"""The text that the client sends to a server that never answers."""
SENDING = ("send", TEXT)
REPLYING = ("reply", "m-80", TEXT)
SHOWING = ("show", "m-80")


def run_against(project: Project, *arguments: str, programs: Programs) -> Run:
    """Run the client against a server that accepts every connection and never answers, and wait for its end."""
    with scripted(Answer.silence()) as server:
        return program.run(project, *arguments, server_url=server.url, programs=programs)
