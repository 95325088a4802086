"""The database behind a server: opened by the kit, or counted by the project's own `inspect` command."""

from __future__ import annotations

from pathlib import Path

from grader.project import environment
from grader.project.config import Project
from grader.service.database import Database
from grader.service.inspector import inspector
from grader.system.resources import Resources


def database_behind(project: Project, data: Path, port: int, resources: Resources) -> Database:
    """Return the database of a server with its data in this folder. `inspect` gets the environment of the server."""
    url = project.database_url(data)
    if not project.inspect:
        return Database(url, folder=project.folder, template=project.database, ending=resources.ending)
    env = environment.for_server(project, port=port, data=data)
    command = project.fill(project.inspect, port, data)
    return Database(url, inspect=inspector(command, project.folder, env, resources.programs))
