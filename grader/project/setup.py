"""A project's `setup`, and the virtual environment in which it runs."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.errors import Failed, MachineError, NotChecked, TooLate
from grader.project import environment, handed_files, registry, setup_fault
from grader.project.config import Project
from grader.project.virtual_environment import create_environment, remove
from grader.system.cache import cache
from grader.system.kept import Kept
from grader.system.process import Process, how_it_ended
from grader.system.resources import Resources
from grader.text.last_words import last_words
from grader.text.shell import command_line

SETUP_WITHIN = 300.0
ROOM = 4
"""How many times its bytes must be free on a memory file system, before an environment is copied there."""
ASKING = re.compile(r"(?:-.*=|-r)?/(?:dev/stdin|dev/tty|dev/fd/0|proc/self/fd/0)")
"""A word of a `setup` that is its standard input. Inside of a line for a shell, another program may fill it."""
OF_PYTHON = ("python", "pip")
"""How the programs begin that need an environment of Python."""
ARCHIVES = (".whl", ".zip", ".tar", ".tgz", ".tbz", ".txz", ".tlz", ".gz", ".bz2", ".xz", ".lzma")
"""The endings of a name that pip takes for a file, not for a package."""
NOT_THE_PACKAGE = re.compile(r"(?:^|\s)#.*|\s--hash[=\s]\s*\S+")
"""What a requirement file may contain beside the requirements: comments, and hashes of packages."""


class NotStarted(Failed):
    """The program of `setup` can't be started at all, so a second try can't help."""


def set_up(project: Project, resources: Resources) -> Project:
    """Set a project up in its folder, in an environment of its own. Return the project as it can be started then.

    A `setup` that fails is run a second time, as a registry may fail for a moment. One that only installs packages
    gets a copy of an environment that the kit keeps. The kit doesn't run it again when no registry can be reached. Any
    other `setup` may make its `.venv` itself, or leave scripts in it that begin with the path of the project. So it
    gets a new environment each time. Without a `setup`, the environment has no packages, nor pip.
    """
    project = replace(project, way=(*project.way, *_activated(project))) if project.way else project
    with resources.programs.waits.named("making an environment"):
        if project.setup:
            _set_up(project, resources)
        else:
            create_environment(project.folder / ".venv", with_pip=False)
    line = command_line(project.setup)
    return replace(project, way=(*project.way, line)) if project.way and project.setup else project


def _set_up(project: Project, resources: Resources) -> None:
    only_installs, venv = installs_only(project), project.folder / ".venv"
    kept = _kept(project) if only_installs else None
    try:
        if kept is not None:
            _prepare(kept, venv, lambda: run_setup(project, resources), resources)
        else:
            create_environment(venv)
            run_setup(project, resources)
    except (Failed, NotChecked) as obstacle:
        is_lasting = isinstance(obstacle, NotChecked) and only_installs
        if is_lasting or isinstance(obstacle, TooLate | NotStarted) or setup_fault.is_lasting(obstacle):
            raise
        create_environment(venv)
        run_setup(project, resources)


def _kept(project: Project) -> Kept | None:
    """Return where the environment of a `setup` that only installs is kept; None where nothing can be kept."""
    folder = cache("environments")
    return Kept(folder / _digest(project), moved=True) if folder is not None else None


def _prepare(kept: Kept, venv: Path, setup: Callable[[], None], resources: Resources) -> None:
    """Copy a kept environment to `venv`. Make it and run `setup`, unless an earlier run has finished both."""
    if _is_copied(kept, venv, resources):
        return
    with kept.locked() as usable:
        if usable and _is_copied(kept, venv, resources):
            return
        create_environment(venv)
        setup()
        if usable:
            kept.keep(venv)


def _is_copied(kept: Kept, venv: Path, resources: Resources) -> bool:
    """Copy a kept environment, if there is one. Where the memory has too little space, it lies on a disk behind a link.

    Raises MachineError when the copy can't be written.
    """
    try:
        remove(venv)
        place = venv
        if shutil.disk_usage(venv.parent).free < ROOM * kept.size():
            place = resources.fresh_on_disk("environment")
            venv.symlink_to(place)
        if kept.copy_to(place) and (place / "bin" / "python").exists():  # the Python that it was made from may be gone
            return True
        remove(venv)
    except OSError as error:
        raise MachineError(f"The kept environment can't be copied: {error.strerror or error}.") from None
    return False


def run_setup(project: Project, resources: Resources) -> None:
    """Run a project's `setup` in its folder; raises Failed, or NotChecked when the registry can't be reached.

    A `setup` that asks for input gets its end, so it doesn't wait for an answer until its time is over.
    """
    line = project.typed(command_line(project.setup))
    if asking := next((word for word in project.setup if ASKING.fullmatch(word)), ""):
        raise NotStarted(
            f"setup reads {asking}, and nobody is there to type",
            expected="a setup without input",
            request=line,
            clause="K1",
        )
    port, data = resources.port(), resources.fresh("data")
    env = environment.for_setup(project, port=port.number, data=data)
    mark = f"PORT={port.number}"
    try:
        process = Process(
            project.setup, cwd=project.folder, env=env, mark=mark, programs=resources.programs, has_input=False
        )
    except Failed as failure:
        raise NotStarted(
            f"setup: {failure.actual}", expected="a setup that can be started", request=line, clause="K1"
        ) from None
    try:
        with resources.programs.waits.named("running setup", SETUP_WITHIN):
            code = process.wait(SETUP_WITHIN)
    finally:
        process.kill()
        port.release()
    if code == 0:
        return
    log = last_words(process.output.text)
    if not setup_fault.is_of_the_command(log) and (host := registry.out_of_reach(project, process.output.text, env)):
        raise NotChecked(f"The package registry that setup needs cannot be reached from here: {host}.")
    if code is None:
        raise TooLate(
            f"setup still running after {SETUP_WITHIN:.0f} s", expected="an end", request=line, log=log, clause="K1"
        )
    raise Failed(f"setup failed ({how_it_ended(code)})", expected="exit code 0", request=line, log=log, clause="K1")


def _activated(project: Project) -> Iterator[str]:
    """Yield the commands that make and activate an environment, as a person would type them for a project in Python."""
    if any(command and command[0].startswith(OF_PYTHON) for command in (project.setup, project.server)):
        yield "python3 -m venv .venv"
        yield ". .venv/bin/activate"


def installs_only(project: Project) -> bool:
    """Tell whether `setup` only installs the packages that requirement files list."""
    words = list(project.setup)
    if words[:3] in (["python", "-m", "pip"], ["python3", "-m", "pip"]):
        words = words[2:]
    if words[:2] not in (["pip", "install"], ["pip3", "install"]):
        return False
    options = [word for word in words[2:] if not word.startswith("-q") and word != "--quiet"]
    files = options[1::2]
    return (
        bool(files)
        and set(options[::2]) <= {"-r", "--requirement"}
        and all(_is_plain(project.folder / name) for name in files)
    )


def _is_plain(requirements: Path) -> bool:
    """Tell whether a requirement file names only packages: no paths, no other files, no options."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        lines = [NOT_THE_PACKAGE.sub("", line).strip() for line in handed_files.text(requirements).splitlines()]
        return all(_is_package(line) for line in lines if line)
    return False


def _is_package(line: str) -> bool:
    """Tell whether a line is a requirement that pip looks up by its name in a registry."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return False
    return requirement.url is None and not requirement.name.lower().endswith(ARCHIVES)


def _digest(project: Project) -> str:
    """Return a digest of what the environment depends on: `setup`, this Python, and the files that `setup` reads."""
    parts = [sys.version, sys.prefix, *project.setup]
    parts += [
        handed_files.text(path, handed_files.LARGE, errors="replace")
        for word in project.setup
        if (path := project.folder / word).is_file()
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
