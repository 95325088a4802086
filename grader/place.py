"""Where the kit and its course lie: in the kit's repository, or where a wheel was installed."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
IN_WHEEL = PACKAGE / "course_files"
"""Only a wheel has this folder: the build puts the course there."""
IS_INSTALLED = IN_WHEEL.is_dir()
ROOT = IN_WHEEL if IS_INSTALLED else PACKAGE.parent
"""The folder that holds `exercises`, `solutions` and `notebooks`."""

NAME = "backend-practice-kit"
CHORES = {"load": "make load", "fuzz": "make fuzz", "notebooks": "make lab"}
"""What adds the programs that only some commands need, in the kit's repository. A wheel has extras for them."""


def how_to_add(extra: str) -> str:
    """Say what to type to add the programs of `load`, `fuzz` or `notebooks` to this kit."""
    if not IS_INSTALLED:
        return f"type in the kit's folder: {CHORES[extra]}"
    python, wanted = shlex.quote(sys.executable), shlex.quote(f"{NAME}[{extra}]")
    if importlib.util.find_spec("pip") is None:
        return f"type: uv pip install --python {python} {wanted}"
    return f"type: {python} -m pip install {wanted}"
