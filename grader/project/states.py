"""Earlier states of a project's files, which `kit reset` brings back: one for each step, and those before a reset.

They are copies in `.kit/states/`, each content once, and not commits under refs of the kit's own. So they work without
git, on a detached head and in the middle of a merge; they change neither the index nor a branch; `git log --all` and a
push know nothing of them; and a secret that lay in a file for a moment gets into no object of git. What git ignores,
links, and large files are left out: a reset leaves those as they are.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from grader.errors import MachineError, NotChecked, UsageError
from grader.project import plain_files
from grader.project.git import GitRepository
from grader.project.state import FOLDER, ProjectState
from grader.system import trees

PLACE = "states"
LARGEST_FILE = 1024 * 1024
MOST_BYTES = 16 * LARGEST_FILE
"""The bytes of one state. Files beyond that are left out."""
MOST_FILES = 5000
MOST_BACK = 20
"""How many states from before a reset are kept."""
NEVER = (".git", FOLDER)
WITHOUT_GIT = (".venv", "venv", "node_modules", "__pycache__", "*.pyc", "*.db", "*.db-*", "*.sqlite*", ".env")
"""What is left out where git can't say what it ignores."""
NAME = re.compile(r"(\d{1,2}\.\d{1,2}|back-\d{1,15})")
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class State:
    """The files of a project at one moment: for each path its content's digest and its permissions.

    `left_out` are files that were there and aren't kept. `kept_at` is in seconds since 1970.
    """

    files: dict[str, tuple[str, int]]
    left_out: frozenset[str] = frozenset()
    kept_at: float = 0.0


@dataclass
class Changes:
    """What a reset did to files, by their paths. `kept` are those that it left alone, as no copy exists."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


class States:
    """The recorded states of one project."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._kit = ProjectState(project)
        self._place = self._kit.folder / PLACE

    def record(self, steps: Iterable[str]) -> str:
        """Record the present files for steps that pass. Return a sentence about what went wrong; empty if nothing."""
        wanted = sorted(steps)
        if not wanted:
            return ""
        try:
            now = self._store()
            for step in wanted:
                self._write(step, now)
            self._prune()
        except (OSError, UsageError, NotChecked) as error:
            return f"kit can't keep this state for kit reset: {error}"
        return ""

    def steps(self) -> list[str]:
        """List the ids of the steps of which a state is recorded."""
        return sorted((name for name in self._names() if "." in name), key=lambda id_: [int(x) for x in id_.split(".")])

    def of_step(self, step: str) -> State | None:
        """Return the state in which a step passed; None where none is recorded that can be used."""
        return self._read(step)

    def before_resets(self) -> list[State]:
        """List the states from before a reset, the newest first."""
        names = sorted((name for name in self._names() if "." not in name), key=_number, reverse=True)
        return [state for name in names if (state := self._read(name)) is not None]

    def bring_back(self, state: State) -> Changes | None:
        """Write the files of a state, after the present ones were kept. Return what was done; None if nothing differs.

        Raises UsageError where the present files can't be kept, and then changes nothing.
        """
        try:
            now = self._store()
            contents = {digest: self._content(digest) for digest, _ in state.files.values()}
            if now.files == {**state.files, **{path: one for path, one in now.files.items() if path in state.left_out}}:
                return None
            self._write(f"back-{max(map(_number, self._names()), default=0) + 1}", now)
        except OSError as error:
            raise UsageError(f"kit can't keep your present files, so it changes none: {error}") from None
        done = Changes()
        try:
            for path in sorted(now.files.keys() - state.files.keys() - state.left_out):
                (self._project / path).unlink(missing_ok=True)
                done.removed.append(path)
                self._remove_empty(path)
            for path, (digest, mode) in sorted(state.files.items()):
                if now.files.get(path) != (digest, mode):
                    self._put(path, contents[digest], mode, now, done)
        except OSError as error:
            raise MachineError(
                f"Some files can't be brought back ({error}). What you had just now comes back with: kit reset --back"
            ) from None
        self._prune()
        return done

    def _put(self, path: str, content: bytes, mode: int, now: State, done: Changes) -> None:
        place = self._project / path
        parents = [self._project / part for part in PurePosixPath(path).parents if str(part) != "."]
        blocked = any(os.path.lexists(one) and (one.is_symlink() or not one.is_dir()) for one in parents)
        if blocked or (os.path.lexists(place) and path not in now.files):
            done.kept.append(path)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        plain_files.put(place, content, mode)
        done.written.append(path)

    def _remove_empty(self, path: str) -> None:
        with contextlib.suppress(OSError):
            for parent in list(PurePosixPath(path).parents)[:-1]:
                (self._project / parent).rmdir()

    def _store(self) -> State:
        """Keep the contents of the present files, and return their state."""
        self._kit.own_folder(PLACE)
        objects = self._kit.own_folder(f"{PLACE}/objects")
        files: dict[str, tuple[str, int]] = {}
        left_out, total = set(), 0
        for path in self._present():
            place = self._project / path
            try:
                found = place.lstat()
                large = found.st_size > LARGEST_FILE or total + found.st_size > MOST_BYTES or len(files) >= MOST_FILES
                content = b"" if large else plain_files.read(place)
            except OSError:  # gone meanwhile, a link, or nothing that the kit may read
                left_out.add(path)
                continue
            if large:
                left_out.add(path)
                continue
            total += len(content)
            digest = hashlib.sha256(content).hexdigest()
            if not (objects / digest).exists():
                plain_files.put(objects / digest, content)
            files[path] = (digest, found.st_mode & 0o777)
        return State(files, frozenset(left_out), time.time())

    def _present(self) -> list[str]:
        """List the project's files as paths inside it: those that git tracks or would track, else nearly all."""
        paths: list[Path] = []
        with contextlib.suppress(NotChecked):
            paths = [path for path in GitRepository(self._project).files() if os.path.lexists(path)]
        if not paths:
            paths = [path for path in trees.files(self._project, (*NEVER, *WITHOUT_GIT)) if self._is_own(path)]
        inside = sorted(path.relative_to(self._project).as_posix() for path in paths if not path.is_dir())
        return [path for path in inside if PurePosixPath(path).parts[0] not in NEVER]

    def _is_own(self, path: Path) -> bool:
        """Tell whether a file counts where git doesn't say it, and isn't so deep that no path leads to it."""
        parts = path.relative_to(self._project).parts
        known = any(fnmatch(part, one) for part in parts for one in WITHOUT_GIT)
        return not known and os.path.lexists(path)

    def _names(self) -> list[str]:
        if self._place.is_symlink() or self._kit.folder.is_symlink() or not self._place.is_dir():
            return []
        return [path.stem for path in self._place.glob("*.json") if NAME.fullmatch(path.stem)]

    def _write(self, name: str, state: State) -> None:
        content = {"kept_at": state.kept_at, "left_out": sorted(state.left_out), "files": state.files}
        plain_files.put(self._place / f"{name}.json", (json.dumps(content, indent=1) + "\n").encode())

    def _read(self, name: str) -> State | None:
        """Read a state; None where it is lost, or where a path or a content in it makes no sense."""
        try:
            content = json.loads(plain_files.read(self._place / f"{name}.json"))
            files = {path: (str(digest), int(mode) & 0o777) for path, (digest, mode) in content["files"].items()}
            state = State(files, frozenset(map(str, content["left_out"])), float(content["kept_at"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        sound = all(_is_inside(path) and DIGEST.fullmatch(digest) for path, (digest, _) in files.items())
        return state if sound else None

    def _content(self, digest: str) -> bytes:
        content = plain_files.read(self._place / "objects" / digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise UsageError("The copies of this state are damaged, so kit changes nothing.")
        return content

    def _prune(self) -> None:
        """Remove the oldest states from before a reset, and the contents that no state has."""
        back = sorted((name for name in self._names() if "." not in name), key=_number, reverse=True)
        for name in back[MOST_BACK:]:
            (self._place / f"{name}.json").unlink(missing_ok=True)
        states = [state for name in self._names() if (state := self._read(name)) is not None]
        wanted = {digest for state in states for digest, _ in state.files.values()}
        for path in (self._place / "objects").iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def _is_inside(path: str) -> bool:
    """Tell whether a path leads to a file of the project itself."""
    pure = PurePosixPath(path)
    return (
        bool(pure.parts)
        and not pure.is_absolute()
        and ".." not in pure.parts
        and pure.parts[0] not in NEVER
        and "\0" not in path
    )


def _number(name: str) -> int:
    return int(name.removeprefix("back-")) if "." not in name else 0
