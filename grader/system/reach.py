"""How `kit` is found in every folder: a link in ~/.local/bin, and that folder on PATH. `make setup` prints it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER = "~/.local/bin"
ON_PATH = 'export PATH="$HOME/.local/bin:$PATH"'
PROFILES = {"zsh": "~/.zshrc", "bash": "~/.bashrc"}


def advice(kit: Path, env: Mapping[str, str]) -> str:
    """Say what to type so that every terminal finds `kit`, each command on one line to paste."""
    home = Path(env.get("HOME") or Path.home())
    is_on_path = str(home / ".local/bin") in env.get("PATH", "").split(os.pathsep)
    link = home / ".local/bin/kit"
    is_linked = link.is_symlink() and link.resolve() == kit.resolve()
    lines = [] if is_linked else [f"mkdir -p {FOLDER} && ln -sf {shlex.quote(str(kit))} {FOLDER}/kit"]
    lines += [] if is_on_path else [_put_on_path(Path(env.get("SHELL") or "sh").name)]
    paragraphs = ["To have kit in every folder and in every terminal, type:", *(f"  {line}" for line in lines)]
    if not is_on_path:
        paragraphs.insert(2 - is_linked, f"and, as your shell does not look for programs in {FOLDER} yet:")
    if not lines:
        paragraphs = ["kit is there in every folder and in every terminal."]
    return "\n\n".join(f"  {text}" for text in [*paragraphs, "Then: kit start ~/chat && cd ~/chat && kit check"])


def _put_on_path(shell: str) -> str:
    """Return a command that puts the folder on the PATH of this terminal and of every new one."""
    if shell == "fish":
        return f"fish_add_path {FOLDER}"
    return f"echo {shlex.quote(ON_PATH)} >> {PROFILES.get(shell, '~/.profile')} && {ON_PATH}"


if __name__ == "__main__":
    print(f"\n{advice(Path(sys.prefix) / 'bin' / 'kit', os.environ)}\n")
