"""The clean clone of a project: its committed state in an empty folder, with only what `setup` installs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader.errors import Failed, MachineError, NotChecked, ProjectError, TooLate
from grader.project import config, environment
from grader.project.config import Project
from grader.project.git import GitRepository
from grader.system.process import Process, how_it_ended
from grader.system.resources import Resources
from grader.text.shell import command_line

SETUP_WITHIN = 300.0
KEPT_DAYS = 30
ARCHIVES = (".whl", ".zip", ".tar", ".tgz", ".tbz", ".txz", ".tlz", ".gz", ".bz2", ".xz", ".lzma")
"""The endings of a name that pip takes for a file, not for a package."""
NOT_THE_PACKAGE = re.compile(r"(?:^|\s)#.*|\s--hash[=\s]\s*\S+")
"""What a requirement file may contain beside the requirements: comments, and hashes of packages."""


class CleanClone:
    """A clone with its own environment. `project` is the cloned project, ready to start."""

    def __init__(self, origin: Project, resources: Resources) -> None:
        repository = GitRepository(origin.folder)
        request = repository.clone_line()
        folder = repository.clone(resources.fresh("clone"))
        try:
            cloned = config.read(folder)
        except ProjectError as error:
            raise Failed(
                f"in the clone: {error}",
                expected="service.toml among the committed files",
                request=f"( {request} && cat service.toml )",
            ) from None
        _stay_inside(folder, origin.folder)
        self._kept: _Environment | None = None
        if cloned.setup:
            try:
                self._set_up(cloned, lambda: run_setup(cloned, resources, request))
            except BaseException:
                self.close()
                raise
        prelude = f"{request} && {command_line(cloned.setup)}" if cloned.setup else request
        self.project = replace(cloned, prelude=prelude)

    def _set_up(self, cloned: Project, setup: Callable[[], None]) -> None:
        """Run `setup` with an environment. Run it a second time when it fails, as a registry may fail for a moment.

        A `setup` that only installs packages gets an environment that is kept outside of the clone. The kit doesn't
        run it again when no registry can be reached. Any other `setup` may make its `.venv` itself, or leave scripts in
        it that begin with the path of the clone. So it gets a new environment each time, in the clone.
        """
        only_installs = installs_only(cloned)
        try:
            if only_installs:
                self._kept = _Environment(cloned)
                self._kept.prepare(setup)
            else:
                create_environment(cloned.folder / ".venv")
                setup()
        except (Failed, NotChecked) as obstacle:
            is_lasting = isinstance(obstacle, NotChecked) and only_installs
            if is_lasting or isinstance(obstacle, TooLate):
                raise
            create_environment(cloned.folder / ".venv")
            setup()

    def close(self) -> None:
        """Unlock the clone's environment, so that other runs can remove or renew it."""
        if self._kept is not None:
            self._kept.close()


class _Environment:
    """A virtual environment for a `setup` that only installs. It is kept for later runs that would install the same."""

    def __init__(self, project: Project) -> None:
        self._link = project.folder / ".venv"
        self._place = cache("environments") / _digest(project)
        self._place.mkdir(parents=True, exist_ok=True)
        self.folder = self._place / "venv"
        self._done = self._place / "done"
        self._lock = os.open(self._place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def prepare(self, setup: Callable[[], None]) -> None:
        """Link to the environment. Make it and run `setup`, unless an earlier run has finished both.

        Runs that only use the environment share its lock, so that they need not wait for each other.
        """
        _remove(self._link)
        self._link.symlink_to(self.folder)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        if not self._done.exists():
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if not self._done.exists():
                create_environment(self.folder)
                setup()
                self._done.touch()
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        os.utime(self._place)

    def close(self) -> None:
        """Release the lock."""
        os.close(self._lock)


def create_environment(venv: Path) -> None:
    """Make a new virtual environment with pip, in place of an old one; raises MachineError."""
    _remove(venv)
    python = getattr(sys, "_base_executable", sys.executable)
    made = subprocess.run([python, "-I", "-m", "venv", str(venv)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise MachineError(f"No virtual environment could be made: {made.stderr.strip() or made.stdout.strip()}")


def run_setup(project: Project, resources: Resources, prelude: str = "") -> None:
    """Run a project's `setup` in its folder; raises Failed, or NotChecked when no registry can be reached.

    `prelude` is what a shell has to do before, to make such a folder anew.
    """
    line = f"( {prelude} && {command_line(project.setup)} )" if prelude else command_line(project.setup)
    port, data = resources.port(), resources.fresh("data")
    process = Process(
        project.setup,
        cwd=project.folder,
        env=environment.for_setup(project, port=port.number, data=data),
        mark=f"PORT={port.number}",
        programs=resources.programs,
    )
    try:
        code = process.wait(SETUP_WITHIN)
    finally:
        process.kill()
        port.release()
    log = process.output.last_lines()
    if code is None:
        raise TooLate(f"setup still running after {SETUP_WITHIN:.0f} s", expected="an end", request=line, log=log)
    if code != 0:
        if not _registry_reachable(project):
            raise NotChecked("No package registry can be reached from here, so setup cannot install anything.")
        raise Failed(f"setup failed ({how_it_ended(code)})", expected="exit code 0", request=line, log=log)


def _registry_reachable(project: Project) -> bool:
    """Tell whether pip, in the clone's own environment, can find a package that certainly exists."""
    argv = ["python", "-I", "-m", "pip", "index", "versions", "pip"]
    env = environment.for_setup(project, port=0, data=project.folder)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        asked = subprocess.run(
            argv, cwd=project.folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
        return asked.returncode == 0
    return False


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
        lines = [NOT_THE_PACKAGE.sub("", line).strip() for line in requirements.read_text("utf-8").splitlines()]
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
    parts += [path.read_text("utf-8") for word in project.setup if (path := project.folder / word).is_file()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _stay_inside(clone: Path, origin: Path) -> None:
    """Raise Failed when a clone's service.toml names the folder that was cloned, which other machines don't have."""
    if f"{origin}{os.sep}" in (clone / config.FILE).read_text("utf-8"):
        raise Failed(
            f"service.toml names {origin}, which nobody else has",
            expected="no path out of the clone",
            request=f"grep -n {shlex.quote(str(origin))} service.toml",
        )


def _remove(path: Path) -> None:
    """Remove a link or a folder, such as a `.venv` that was committed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def cache(name: str) -> Path:
    """Return the folder for data that is kept between runs, and remove what no run has used for 30 days."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "backend-practice-kit" / name
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(folder)
    return folder


def _forget_old(folder: Path) -> None:
    """Remove environments that no run has used for 30 days and that no run uses now."""
    for place in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - place.stat().st_mtime > KEPT_DAYS * 86_400:
                with (place / "lock").open("r+b") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(place, ignore_errors=True)
