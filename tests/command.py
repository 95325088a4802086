"""Running the command as people do: as a process, with its exit status and what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

KIT = Path(sys.prefix) / "bin" / "kit"


@dataclass(frozen=True)
class Done:
    status: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return " ".join((self.stdout + self.stderr).split())


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", **more}


def kit(*words: str | Path, cwd: Path, **more: str) -> Done:
    done = subprocess.run(
        [KIT, *words],
        cwd=cwd,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
