"""Installs the Debian packages that some tests need, as root on Debian; elsewhere says what to type."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests import browser
from tests.matrix import all_cases

PACKAGES = {
    "cc": "gcc libc6-dev",
    "chromium": "chromium",
    "curl": "curl",
    "gcc": "gcc libc6-dev",
    "git": "git",
    "java": "default-jdk-headless",
    "node": "nodejs",
    "perl": "perl",
    "pg_ctlcluster": "postgresql",
    "psql": "postgresql",
    "sqlite3": "sqlite3",
    "tmux": "tmux",
}
CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")


def missing_packages() -> list[str]:
    """List the Debian packages of the programs that the cases require and this machine lacks."""
    programs = {"curl", "sqlite3", "tmux", *(name for case in all_cases() for name in case.requires)}
    programs |= set() if browser.PROGRAM else {"chromium"}
    lacking = sorted(name for name in programs if shutil.which(name) is None and name in PACKAGES)
    return sorted({package for name in lacking for package in PACKAGES[name].split()})


def main() -> None:
    """Install what is missing, where that is possible without asking."""
    packages = missing_packages()
    if not packages:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"Some tests cannot run without other programs. On Debian or Ubuntu, type: sudo {line}", flush=True)
        return
    print(f"Installing {', '.join(packages)} ...", flush=True)
    if not CLUSTER_SETTINGS.exists():
        CLUSTER_SETTINGS.parent.mkdir(parents=True, exist_ok=True)
        CLUSTER_SETTINGS.write_text("create_main_cluster = false\n")
    quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=env, check=False, **quiet)
    options = ["-q", "-o", "Dpkg::Options::=--force-confold"]
    done = subprocess.run(["apt-get", *options, *line.split()[1:]], env=env, check=False, **quiet)
    if done.returncode:
        print(f"That failed. By hand: {line}", flush=True)


if __name__ == "__main__":
    main()
