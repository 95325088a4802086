"""The git repository of a project: its commits, tracked files, clones and tags."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from grader.assertions.entries import Length, Listing
from grader.errors import Failed, NotChecked
from grader.project import git_program
from grader.project.git_blobs import beginnings

COMMIT = re.compile(r"[0-9a-fA-F]{4,64}")
NO_COMMIT = re.compile(rb"does not have any commits yet|bad default revision")
NO_REPOSITORY = "there is no git repository here"
BROKEN = "there is a .git here, but it is no repository of this folder"
LARGEST_BLOB = 4 * 1024 * 1024
"""How many bytes of a file are searched for a secret. Of no file are more read."""


class GitRepository:
    """The git repository of a project, whose folder may be the top of the repository or a folder inside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if shutil.which("git") is None:
            raise NotChecked("git is not installed.")

    @property
    def is_repository(self) -> bool:
        """Whether the folder belongs to a git repository, and not to that of another folder, to which its `.git` leads.

        The `.git` of a linked working tree, or of a submodule, leads elsewhere too, but not to another folder's `.git`.
        """
        if self._git("rev-parse", "--is-inside-work-tree").stdout.strip() != b"true":
            return False
        place = Path(self._path("--absolute-git-dir")).resolve()
        return place.name != ".git" or place.parent == self._top().resolve()

    def commits(self) -> Listing:
        """List the newest commits. For a folder inside a repository, list the newest ones that touch it."""
        request = "git log --oneline -- ."
        if not self.is_repository:
            broken = os.path.lexists(self.folder / ".git")
            return Listing([], request=request, what="commit", empty=BROKEN if broken else NO_REPOSITORY)
        listed = self._git("log", "--format=%h", "-n", "20", *([] if self.is_own_repository() else ["--", "."]))
        if listed.returncode and not NO_COMMIT.search(listed.stderr):
            raise _unreadable(listed)
        return Listing(listed.stdout.decode().split(), request=request, what="commit")

    def tracked(self, *, named: str = "", beginning: bytes = b"") -> Listing:
        """List the tracked files with this name, also as the name of a folder, or those that begin with these bytes."""
        entries = [line.split(b"\t", 1) for line in self._read("ls-files", "-s", "-z", "--", ".").split(b"\0") if line]
        files = [(os.fsdecode(path), info.split()[1].decode()) for info, path in entries]
        if named:
            found = [path for path, _ in files if named in PurePosixPath(path).parts]
            return Listing(found, request="git ls-files", what=f"{named} among the tracked files")
        heads = beginnings(self.folder, [blob for _, blob in files], len(beginning))
        found = [path for (path, _), head in zip(files, heads, strict=True) if head == beginning]
        return Listing(found, request="git ls-files", what="SQLite database among the tracked files")

    def holding(self, secrets: Mapping[str, bytes]) -> Listing:
        """List where git keeps these secrets, by their names: in tracked files as they are now, and in every commit."""
        listed = self._read("rev-list", "--objects", "--all").splitlines() if secrets else []
        staged = self._read("ls-files", "-s", "-z", "--", ".").split(b"\0") if secrets else []
        prefix = os.fsencode(self.prefix())
        objects = [line.partition(b" ")[::2] for line in listed]
        blobs = {sha.decode(): path for sha, path in objects if path.startswith(prefix) and path != prefix}
        blobs |= {entry.split()[1].decode(): prefix + entry.split(b"\t", 1)[1] for entry in staged if entry}
        found = [
            f"{name} in {os.fsdecode(path.removeprefix(prefix))}"
            for path, content in zip(blobs.values(), beginnings(self.folder, [*blobs], LARGEST_BLOB), strict=True)
            for name, secret in secrets.items()
            if secret in content
        ]
        return Listing(dict.fromkeys(found), request="git log --all -p", what="secret in what git keeps")

    def prose(self, name: str) -> Length:
        """Count a tracked file's characters, without headings and blanks around lines; 0 for an untracked file."""
        request = f"git show :./{name}"
        text = self._blob(f":./{name}").decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith("#")]
        return Length(sum(map(len, lines)), request=request, what=f"characters beside headings in {name}")

    def files(self) -> list[Path]:
        """List the files that git tracks or would track. Some of them may no longer exist."""
        listed = self._git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
        return [self.folder / os.fsdecode(name) for name in set(listed.stdout.split(b"\0")) if name]

    def tracked_files(self) -> list[str]:
        """List the names of the tracked files in this folder."""
        return [os.fsdecode(name) for name in self._git("ls-files", "-z", "--", ".").stdout.split(b"\0") if name]

    def with_history(self, place: Path) -> Path:
        """Clone the repository without its files, for a copy of this folder; return the place of this folder there."""
        self._clone(place, "--no-checkout")
        self._git("read-tree", "HEAD", cwd=place)
        (place / self.prefix()).mkdir(parents=True, exist_ok=True)
        return place / self.prefix()

    def clone(self, place: Path) -> Path:
        """Write the committed state of this folder to an empty place, and return the project's folder there."""
        prefix = self.prefix()
        if not prefix:
            self._clone(place)
            return place
        repository = place.with_name(f"{place.name}.git")
        self._clone(repository, "--bare")
        place.mkdir(parents=True)
        apart = ["--git-dir", str(repository), "--work-tree", str(place)]
        if self._git(*apart, "read-tree", f"HEAD:{prefix}", cwd=place).returncode:
            raise Failed("nothing in this folder is committed", expected="a committed state", request="git status")
        written = self._git(*apart, "checkout-index", "-a", cwd=place)
        if written.returncode:
            raise Failed(_last_line(written.stderr), expected="a clone", request=f"git clone . {place.name}")
        return place

    def clone_line(self) -> str:
        """Write a command that clones the repository anew into an empty place, and goes there."""
        prefix = self.prefix().rstrip("/")
        origin, inside = ('"$(git rev-parse --show-toplevel)"', f"/{shlex.quote(prefix)}") if prefix else (".", "")
        return f'd=$(mktemp -d) && git clone -q {origin} "$d" && cd "$d"{inside}'

    def state(self, revision: str, place: Path) -> str:
        """Write an earlier state of this folder to an empty place, and return its git tree's id; empty without one."""
        prefix = self.prefix()
        tree = self._git("rev-parse", "--verify", "-q", f"{revision}:{prefix}").stdout.decode().strip()
        if not tree:
            return ""
        repository = place.with_name(f"{place.name}.git")
        self._clone(repository, "--bare")
        place.mkdir(parents=True)
        apart = ["--git-dir", str(repository), "--work-tree", str(place)]
        self._git(*apart, "read-tree", tree, cwd=place)
        return tree if self._git(*apart, "checkout-index", "-a", cwd=place).returncode == 0 else ""

    def head(self) -> str:
        """Return the short id of the current commit; empty where there is none."""
        return self._git("rev-parse", "--short", "-q", "--verify", "HEAD").stdout.decode().strip()

    def text(self, revision: str, name: str) -> str:
        """Return a file of this folder as it is in a commit; empty where there is no such commit or file."""
        if not revision or revision.startswith("-"):
            return ""  # git would take the first for its index, and the second for an option
        return self._blob(f"{revision}:./{name}").decode("utf-8", "replace")

    def _blob(self, name: str) -> bytes:
        """Return a file that git keeps; empty where there is none, or where it is too large for anything to be read."""
        size = self._git("cat-file", "-s", name).stdout.strip()
        is_small = size.isdigit() and int(size) <= LARGEST_BLOB
        return self._git("cat-file", "blob", name).stdout if is_small else b""

    def has_commit(self, name: str) -> bool:
        """Tell whether the repository holds a commit of this name: its id, or the beginning of it."""
        if not COMMIT.fullmatch(name):
            return False
        return self._git("cat-file", "-e", f"{name}^{{commit}}").returncode == 0

    @property
    def is_shallow(self) -> bool:
        """Whether earlier commits were left out when the repository was cloned."""
        return self._git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def is_clean(self) -> bool:
        """Tell whether everything in the repository is committed or ignored."""
        status = self._status()
        return status.returncode == 0 and not status.stdout.strip()

    def changes(self) -> list[str]:
        """List the files in this folder that are not committed as they are now, without those that git ignores."""
        prefix = os.fsencode(self.prefix())
        entries = [entry[3:] for entry in self._status("--", ".").stdout.split(b"\0") if entry]
        return [os.fsdecode(path.removeprefix(prefix)) for path in entries]

    def ignored(self) -> list[str]:
        """List the files in this folder that git ignores; a folder of which it ignores everything, with a slash."""
        listed = self._git("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", "--", ".")
        return [os.fsdecode(path) for path in listed.stdout.split(b"\0") if path]

    def is_own_repository(self) -> bool:
        """Tell whether the project's folder is the top of its repository."""
        return self.is_repository and self._top().resolve() == self.folder.resolve()

    def tag(self, name: str) -> bool:
        """Put a lightweight tag on the current commit, unless the tag exists. Return whether it was made."""
        return self._git("tag", name).returncode == 0

    def has_tag(self, name: str) -> bool:
        """Tell whether a tag exists, on any commit."""
        return self._git("rev-parse", "--verify", "-q", f"refs/tags/{name}").returncode == 0

    def tags_here(self) -> set[str]:
        """Return the names of the tags on the current commit."""
        return set(os.fsdecode(self._git("tag", "--points-at", "HEAD").stdout).split())

    def _top(self) -> Path:
        return Path(self._path("--show-toplevel"))

    def prefix(self) -> str:
        """Return this folder's path inside its repository, with a slash at its end; empty for the top."""
        return self._path("--show-prefix")

    def _path(self, which: str) -> str:
        return os.fsdecode(self._git("rev-parse", which).stdout.removesuffix(b"\n"))

    def _clone(self, place: Path, *more: str) -> None:
        if not self.is_repository:
            raise Failed("this folder is in no git repository", expected="a repository", request="git status")
        pack, top = git_program.UPLOAD_PACK, str(self._top())
        done = self._git("clone", "-q", "--template=", *more, "-u", pack, "--", top, str(place), cwd=place.parent)
        if done.returncode:
            raise Failed(_last_line(done.stderr), expected="a clone", request=f"git clone . {place.name}")

    def _status(self, *more: str) -> subprocess.CompletedProcess[bytes]:
        """Ask which files differ from the current commit, or are new: every one, whatever is configured."""
        options = ["--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=dirty", "--no-renames"]
        settings = git_program.without_drivers(self.folder)
        return git_program.run(self.folder, "status", *options, *more, settings=settings)

    def _read(self, *arguments: str) -> bytes:
        """Return what git lists; raises Failed where git can't, as nothing is known then."""
        if not self.is_repository:
            if os.path.lexists(self.folder / ".git"):
                raise Failed(BROKEN, expected="a sound repository, or none", request="git status")
            return b""
        done = self._git(*arguments)
        if done.returncode:
            raise _unreadable(done)
        return done.stdout

    def _git(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        return git_program.run(cwd or self.folder, *arguments)


def _unreadable(done: subprocess.CompletedProcess[bytes]) -> Failed:
    said = _last_line(done.stderr)
    return Failed(f"git can't read the repository: {said}", expected="a sound repository", request="git fsck")


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "git failed without a message"
