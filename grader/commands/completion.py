"""`kit completion`: the line that lets the Tab key complete commands, steps and stages."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import click

from grader.errors import UsageError
from grader.results.results import ExitStatus

FILES = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/kit.fish"}
"""Where each shell looks for such a line when it starts."""
VARIABLE = "_KIT_COMPLETE"


@click.command(short_help="Let the Tab key complete commands and steps.")
@click.argument("shell", required=False, type=click.Choice(list(FILES)), metavar="[bash|zsh|fish]")
def completion(shell: str | None) -> int:
    """Print the line that lets the Tab key complete commands, options, steps and stages in your shell.

    Unless you name a shell, it is the one in SHELL. On a terminal, kit also says where the line belongs. Into a file or
    a pipe, it writes the line alone. It changes no file itself.

    \b
    Example:  kit completion bash        kit completion bash >> ~/.bashrc
    """
    chosen = shell or Path(os.environ.get("SHELL", "")).name
    if chosen not in FILES:
        raise UsageError(f"Name your shell: kit completion {'|'.join(FILES)}")
    line = _line(chosen)
    if not sys.stdout.isatty():
        click.echo(line)
        return ExitStatus.PASSED
    from grader.report import terminal

    out = terminal.console()
    again = f"kit completion {chosen} >> {FILES[chosen]}"
    if chosen == "fish":
        again = f"mkdir -p ~/.config/fish/completions && {again}"
    terminal.say("With this, the Tab key completes commands, steps and stages:", out)
    terminal.show_next([(line, "in this terminal"), (again, "in every new one")], out)
    return ExitStatus.PASSED


def _line(shell: str) -> str:
    """Return the line for a shell. A kit that isn't on PATH is called by its whole path."""
    program = "kit" if shutil.which("kit") else shlex.quote(str(Path(sys.argv[0]).absolute()))
    if shell == "fish":
        return f"{VARIABLE}=fish_source {program} | source"
    return f'eval "$({VARIABLE}={shell}_source {program})"'
