"""What a person may have to install first, when a server or a client fails because something isn't there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from grader.project import dependencies, environment
from grader.project.config import Project
from grader.project.setup import installs_only
from grader.text.shell import command_line

ABSENT = re.compile(
    r"no module named|not found|cannot find|can't find|could ?n[o']t find|could not (find|load|resolve)|cannot load"
    r"|can't locate|failed opening|unable to access|does not exist|doesn't exist|no such file|there is no program"
    r"|unchecked dependenc|missing|cannot open|can't open|not installed",
    re.IGNORECASE,
)
"""What the programs of the usual languages say when a file or a package isn't there."""
LIBRARY = re.compile(
    r"no module named|cannot find (module|package)|module '?[\w./-]+'? not found|module_not_found|can't locate \S+ in"
    r"|cannot load such file|failed opening required|could not find or load main class|unable to access jarfile"
    r"|unchecked dependenc|no required module",
    re.IGNORECASE,
)
"""What they say when a library isn't there. A client says much else, such as "404 Not Found"."""
NO_MODULE = re.compile(r"No module named '?([\w]+)")


def on_start(project: Project, said: str) -> str:
    """Say what was not installed, if a server that failed to start `said` that something isn't there; else empty."""
    if project.alone or not ABSENT.search(said):
        return ""
    if own := environment.own_environments(project):
        return _into(own[0], project, said)
    if not project.setup or dependencies.is_set_up(project.folder):
        return ""
    line = command_line(project.setup)
    typed = f"python3 -m venv .venv && .venv/bin/{_bare(line)}" if installs_only(project) else line
    return (
        f"your service.toml has setup = {command_line(project.setup)!r}; it was not run here; type: {typed}"
        " (to grade what others hand in: kit grade --setup)"
    )


def on_run(project: Project, said: str) -> str:
    """Say what was not installed, if a client that failed `said` that a library isn't there; else empty."""
    return on_start(project, said) if LIBRARY.search(said) else ""


def _into(own: Path, project: Project, said: str) -> str:
    """Say that a package is absent from the project's own environment, which is in use since it exists."""
    absent = NO_MODULE.search(said)
    if absent is None or (project.folder / absent[1]).exists() or (project.folder / f"{absent[1]}.py").exists():
        return ""
    line = command_line(project.setup) if installs_only(project) else ""
    if not line:
        listed = (project.folder / "requirements.txt").is_file()
        line = f"pip install {'-r requirements.txt' if listed else shlex.quote(absent[1])}"
    name = own.name
    return f"your {name} is used, and {absent[1]} is not installed there; type: {name}/bin/{_bare(line)}"


def _bare(line: str) -> str:
    """Write `python -m pip ...` as `pip ...`, so that the folder of an environment can go before it."""
    return re.sub(r"^(python3?) -m pip\b", "pip", line)
