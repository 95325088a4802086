"""Git repositories for tests: made on the spot, whatever this machine's own git is configured to do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SETTINGS = {
    "user.name": "Test",
    "user.email": "test@localhost",
    "init.defaultBranch": "main",
    "commit.gpgSign": "false",
}


def git(folder: Path, *arguments: str | Path) -> str:
    """Run git in a folder and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    switches = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
    done = subprocess.run(["git", *switches, *arguments], cwd=folder, env=kept, capture_output=True, check=True)
    return os.fsdecode(done.stdout)


def repository(folder: Path, **files: str | bytes) -> Path:
    """Make a repository with these files committed."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    return commit(folder, files)


def commit(folder: Path, files: dict[str, str | bytes], message: str = "Change") -> Path:
    """Write files, add everything by force, and commit it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return folder
