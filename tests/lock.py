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
    "dev": ["pyproject.toml", "--group", "setup", "--group", "dev"],
}
"""Each group holds all of the ones before it, in the same versions."""


def lock(folder: Path) -> None:
    """Resolve every group into `folder`; a version that is locked there and still fits stays."""
    before = None
    for group, sources in GROUPS.items():
        target = folder / f"{group}.txt"
        constraint = ["--constraint", str(before)] if before else []
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
        before = target


if __name__ == "__main__":
    lock(LOCKED)
