"""SnakeViz, the program that shows a profile as a picture in a browser, on loopback and until Ctrl-C."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote_plus

from grader.errors import MachineError
from grader.load.measurement import LoadUnavailable
from grader.place import how_to_add
from grader.system import foreground
from grader.system.ports import LOOPBACK, Port, answers
from grader.system.process import how_it_ended, wait_until

STARTS_WITHIN = 20.0


def require() -> None:
    """Raise LoadUnavailable where SnakeViz isn't installed."""
    if importlib.util.find_spec("snakeviz") is None:
        raise LoadUnavailable(f"SnakeViz is not installed; to install it, {how_to_add('load')}")


def show(profile: Path) -> None:
    """Show a profile until Ctrl-C, in a browser if this machine has one on a screen. Raises MachineError otherwise."""
    port = Port()
    url = f"http://{LOOPBACK}:{port.number}/snakeviz/{quote_plus(str(profile.resolve()))}"
    command = [sys.executable, "-P", "-m", "snakeviz", "--hostname", LOOPBACK, "--port", str(port.number)]
    command += [str(profile.resolve())] if has_screen() else ["--server", str(profile.resolve())]

    def announce(process: subprocess.Popen[bytes]) -> None:
        if wait_until(lambda: answers(port.number) or process.poll() is not None, STARTS_WITHIN):
            print(f"  SnakeViz shows it until Ctrl-C: {url}", flush=True)

    try:
        code = foreground.run(command, profile.resolve().parent, os.environ, beside=announce)
    finally:
        port.release()
    if code:
        raise MachineError(f"SnakeViz ended with {how_it_ended(code)}.")


def has_screen() -> bool:
    """Tell whether a browser would open on a screen here."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
