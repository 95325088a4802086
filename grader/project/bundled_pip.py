"""The pip that Python brings along, unpacked into a new environment: a tenth of the time that installing it takes."""

from __future__ import annotations

import shlex
import sys
import sysconfig
import zipfile
from importlib import resources
from pathlib import Path

PACKAGES = ("pip",) if sys.version_info >= (3, 12) else ("pip", "setuptools")
"""What `python -m venv` puts into an environment."""
SCRIPT = """\
#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
import sys
from pip._internal.cli.main import main
if __name__ == "__main__":
    sys.exit(main())
"""
"""What `pip` is. The first lines are both shell and Python, as a path may be too long, or have blanks, for a `#!`."""


def unpack(venv: Path) -> bool:
    """Put pip into an environment that was made without it; return False where this Python brings none along."""
    wheels = _wheels()
    place = next(venv.glob("lib/python*/site-packages"), None)
    if not wheels or place is None:
        return False
    try:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(place)
        for name in ("pip", "pip3", f"pip{sys.version_info[0]}.{sys.version_info[1]}"):
            script = venv / "bin" / name
            script.write_text(SCRIPT.format(python=shlex.quote(str(venv / "bin" / "python"))))
            script.chmod(0o755)
    except (OSError, zipfile.BadZipFile):
        return False
    return True


def _wheels() -> list[Path]:
    """Find the wheel of each package where the maker of this Python has put them; empty unless all are there."""
    elsewhere = sysconfig.get_config_var("WHEEL_PKG_DIR")
    folders = [Path(elsewhere)] if elsewhere else []
    folders += [Path(str(resources.files("ensurepip"))) / "_bundled"] if _has_ensurepip() else []
    for folder in folders:
        found = [sorted(folder.glob(f"{name}-*-none-any.whl")) for name in PACKAGES]
        if all(found):
            return [wheels[-1] for wheels in found]
    return []


def _has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401 - Debian may leave it out
    except ImportError:
        return False
    return True
