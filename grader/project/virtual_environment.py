"""A virtual environment of Python: made, proved to work, and removed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader.errors import MachineError
from grader.project import bundled_pip
from grader.system import removal

WITHIN = 120.0
"""Seconds that Python may take to make an environment, or to say where it is."""
OWN = "import sys; print(sys.prefix)"
OWN_PIP = f"{OWN}; import pip; print(pip.__file__)"
"""Prints where a Python lies, and then where its pip lies."""


def create_environment(venv: Path, *, with_pip: bool = True) -> None:
    """Make a new virtual environment in place of an old one, and prove that it works; raises MachineError."""
    remove(venv)
    python = getattr(sys, "_base_executable", sys.executable)
    argv = [python, "-I", "-m", "venv", str(venv)]
    made = _asked([*argv, "--without-pip"])
    if with_pip and (made.returncode or not bundled_pip.unpack(venv)):
        made = _asked([*argv, "--clear"])
    if made.returncode:
        raise MachineError(f"No virtual environment could be made: {made.stderr.strip() or made.stdout.strip()}")
    _prove(venv, with_pip=with_pip)


def _prove(venv: Path, *, with_pip: bool) -> None:
    """Raise MachineError unless an environment's Python runs there, and its pip is its own.

    Otherwise PATH would lead to another Python, and `setup` would install into that one.
    """
    asked = _asked([str(venv / "bin" / "python"), "-I", "-c", OWN_PIP if with_pip else OWN])
    prefix, _, pip = asked.stdout.strip().partition("\n")
    inside = Path(prefix).resolve() == venv.resolve() and (
        not with_pip or venv.resolve() in Path(pip).resolve().parents
    )
    if asked.returncode or not inside or (with_pip and not os.access(venv / "bin" / "pip", os.X_OK)):
        lines = asked.stderr.strip().splitlines()
        raise MachineError(f'The new environment "{venv}" does not work{f": {lines[-1]}" if lines else ""}.')


def _asked(argv: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=WITHIN
        )
    except OSError as error:
        return subprocess.CompletedProcess(argv, 1, "", str(error))
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 1, "", f"it still ran after {WITHIN:g} s")


def remove(path: Path) -> None:
    """Remove a link or a folder, such as a `.venv` that was committed."""
    if path.is_dir() and not path.is_symlink() and (fault := removal.remove(path)):
        raise MachineError(fault)
    path.unlink(missing_ok=True)
