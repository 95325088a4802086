"""A project's `setup`, and the virtual environment in which it runs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.errors import Failed, NotChecked, TooLate
from grader.project import environment, handed_files, registry, setup_fault
from grader.project.config import Project
from grader.project.virtual_environment import create_environment, remove
from grader.system.cache import cache
from grader.system.process import Process, how_it_ended
from grader.system.resources import Resources
from grader.system.scratch import runs_programs
from grader.text.last_words import last_words
from grader.text.shell import command_line

SETUP_WITHIN = 300.0
OF_PYTHON = ("python", "pip")
"""How the programs begin that need an environment of Python."""
ARCHIVES = (".whl", ".zip", ".tar", ".tgz", ".tbz", ".txz", ".tlz", ".gz", ".bz2", ".xz", ".lzma")
"""The endings of a name that pip takes for a file, not for a package."""
NOT_THE_PACKAGE = re.compile(r"(?:^|\s)#.*|\s--hash[=\s]\s*\S+")
"""What a requirement file may contain beside the requirements: comments, and hashes of packages."""


class NotStarted(Failed):
    """The program of `setup` can't be started at all, so a second try can't help."""


class SetUp:
    """Sets a project up in its folder, in an environment of its own. `close` lets other runs renew what is kept.

    A `setup` that fails is run a second time, as a registry may fail for a moment. One that only installs packages gets
    an environment that is kept outside of the project. The kit doesn't run it again when no registry can be reached.
    Any other `setup` may make its `.venv` itself, or leave scripts in it that begin with the path of the project. So it
    gets a new environment each time, in the project. Without a `setup`, the environment has no packages, nor pip.
    `project` is then the project as it can be started.
    """

    def __init__(self, project: Project, resources: Resources) -> None:
        self._kept: _Kept | None = None
        project = replace(project, way=(*project.way, *_activated(project))) if project.way else project
        line = command_line(project.setup)
        self.project = replace(project, way=(*project.way, line)) if project.way and project.setup else project
        try:
            with resources.programs.waits.named("making an environment"):
                if project.setup:
                    self._run(project, lambda: run_setup(project, resources))
                else:
                    create_environment(project.folder / ".venv", with_pip=False)
        except BaseException:
            self.close()
            raise

    def _run(self, project: Project, setup: Callable[[], None]) -> None:
        only_installs = installs_only(project)
        self._kept = _Kept.find(project) if only_installs else None
        try:
            if self._kept is not None:
                self._kept.prepare(setup)
            else:
                create_environment(project.folder / ".venv")
                setup()
        except (Failed, NotChecked) as obstacle:
            is_lasting = isinstance(obstacle, NotChecked) and only_installs
            if is_lasting or isinstance(obstacle, TooLate | NotStarted) or setup_fault.is_lasting(obstacle):
                raise
            create_environment(project.folder / ".venv")
            setup()

    def close(self) -> None:
        """Unlock the environment, so that other runs can remove or renew it."""
        if self._kept is not None:
            self._kept.close()


class _Kept:
    """A virtual environment for a `setup` that only installs. It is kept for later runs that would install the same."""

    def __init__(self, project: Project, place: Path) -> None:
        self._link = project.folder / ".venv"
        self._place = place
        self._place.mkdir(parents=True, exist_ok=True)
        self.folder = self._place / "venv"
        self._done = self._place / "done"
        self._lock = os.open(self._place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @classmethod
    def find(cls, project: Project) -> _Kept | None:
        """Return the kept environment of a project; None where nothing can be kept, or no program may run there."""
        folder = cache("environments")
        if folder is not None and runs_programs(folder):
            with contextlib.suppress(OSError):
                return cls(project, folder / _digest(project))
        return None

    def prepare(self, setup: Callable[[], None]) -> None:
        """Link to the environment. Make it and run `setup`, unless an earlier run has finished both.

        Runs that only use the environment share its lock, so that they need not wait for each other.
        """
        remove(self._link)
        self._link.symlink_to(self.folder)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        if not self._is_done():
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if not self._is_done():
                self._done.unlink(missing_ok=True)
                create_environment(self.folder)
                setup()
                self._done.touch()
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        os.utime(self._place)

    def close(self) -> None:
        """Release the lock. A second call does nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def _is_done(self) -> bool:
        """Tell whether an earlier run has finished, and the Python that it was made from is still there."""
        return self._done.exists() and (self.folder / "bin" / "python").exists()


def run_setup(project: Project, resources: Resources) -> None:
    """Run a project's `setup` in its folder; raises Failed, or NotChecked when the registry can't be reached."""
    line = project.typed(command_line(project.setup))
    port, data = resources.port(), resources.fresh("data")
    env = environment.for_setup(project, port=port.number, data=data)
    mark = f"PORT={port.number}"
    try:
        process = Process(project.setup, cwd=project.folder, env=env, mark=mark, programs=resources.programs)
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
