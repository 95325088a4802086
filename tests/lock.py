"""Writes requirements/ anew from pyproject.toml: a file per group, with hashes, without addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "requirements"
GROUPS = {
    "setup": ["--group", "setup"],
    "learner": ["pyproject.toml", "--group", "setup"],
    "load": ["pyproject.toml", "--group", "setup", "--group", "load"],
    "bench": ["pyproject.toml", "--group", "setup", "--group", "bench"],
    "fuzz": ["pyproject.toml", "--group", "setup", "--group", "fuzz"],
    "notebooks": ["pyproject.toml", "--group", "setup", "--group", "notebooks"],
    "dev": ["pyproject.toml", "--group", "setup", "--group", "dev"],
}
"""What two groups share, they hold in the same version."""


def lock(folder: Path) -> None:
    """Resolve every group into `folder`; a version that is locked there and still fits stays."""
    done: list[str] = []
    for group, sources in GROUPS.items():
        target = folder / f"{group}.txt"
        constraint = [word for path in done for word in ("--constraint", path)]
        options = [
            "--quiet",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--no-annotate",
            "--no-header",
        ]
        uv = [str(Path(sys.prefix) / "bin" / "uv"), "pip", "compile", *options]
        subprocess.run([*uv, *sources, *constraint, "--output-file", str(target)], cwd=ROOT, check=True)
        done.append(str(target))


if __name__ == "__main__":
    lock(LOCKED)
