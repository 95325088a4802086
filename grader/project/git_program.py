"""How the kit runs git: with settings of its own, and with none by which a user or a repository could run programs.

No configuration of the user or of the machine is read. What a repository's own `.git/config` sets is overridden where
git could run a program for it, or where it could hide files from git.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

SECONDS = 60.0
"""How long git may take."""
TOO_LONG = 124
STILL_RAN = f"git still ran after {SECONDS:g} s".encode()
_stuck: set[Path] = set()
LITTER = Path(__file__).with_name("litter.gitignore")
"""The files that editors and systems leave behind: the kit's own list, in place of each user's."""
NEUTRAL = {
    "safe.directory": "*",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.excludesFile": str(LITTER),
    "core.attributesFile": os.devnull,
    "core.pager": "cat",
    "core.editor": "false",
    "core.askPass": "",
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "",
    "core.untrackedCache": "false",
    "core.ignoreStat": "false",
    "core.abbrev": "auto",
    "color.ui": "false",
    "column.ui": "never",
    "credential.helper": "",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "log.showSignature": "false",
    "gpg.program": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "status.showUntrackedFiles": "all",
    "status.submoduleSummary": "false",
}
"""Settings that keep git from running programs which others name, and from refusing another user's folder."""
DRIVER = re.compile(rb"(filter|merge|diff)\..*\.(clean|smudge|process|driver|command|textconv|required)", re.DOTALL)
"""The settings of a repository that name programs for files of a kind. Their names hold words of its own."""
UPLOAD_PACK = "env GIT_ALLOW_PROTOCOL= git -c safe.directory=* -c core.hooksPath=/dev/null upload-pack"
"""The other side of a local clone. It doesn't get NEUTRAL, and would refuse a folder that belongs to another user."""


def run(folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder. `settings` are added to the kit's own. What takes too long counts as failed.

    In a repository that kept git waiting once, such as one with a pipe in the place of a file, git isn't tried again.
    """
    argv = ["git", *arguments]
    if folder in _stuck:
        return subprocess.CompletedProcess(argv, TOO_LONG, b"", STILL_RAN)
    try:
        return subprocess.run(
            argv,
            cwd=folder,
            env=environment(settings, protocols="file" if arguments[:1] == ("clone",) else ""),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _stuck.add(folder)
        return subprocess.CompletedProcess(argv, TOO_LONG, b"", STILL_RAN)


def environment(settings: Mapping[str, str] | None = None, *, protocols: str = "") -> dict[str, str]:
    """Return the caller's environment, changed so that git runs no program and asks no server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    chosen = {**NEUTRAL, **(settings or {})}
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(chosen)),
        "LC_ALL": "C",
    }
    for number, (key, value) in enumerate(chosen.items()):
        own |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return kept | own


def without_drivers(folder: Path) -> dict[str, str]:
    """Return settings that switch off the programs which a repository names for files of a kind.

    A command that reads the working tree would run them, as `git status` runs a filter for a changed file.
    """
    listed = run(folder, "config", "--list", "--includes", "--name-only", "-z").stdout.split(b"\0")
    names = {os.fsdecode(name) for name in listed if DRIVER.fullmatch(name)}
    return {name: "false" if name.endswith(".required") else "" for name in names}


def author(folder: Path) -> dict[str, str]:
    """Return the name and the address that the user's own configuration gives for commits; empty where it lacks one."""
    found = {}
    for key in ("user.name", "user.email"):
        asked = subprocess.run(
            ["git", "config", "--get", key],
            cwd=folder,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        if value := asked.stdout.decode("utf-8", "replace").strip():
            found[key] = value
    return found
