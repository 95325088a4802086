"""The first ten minutes of a learner, played with the real commands in a folder of their own."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tests.command import KIT
from tests.recording import terminal
from tests.recording.terminal import Line, Run

SEED = "7"
"""What the checks draw is drawn the same each time. A learner types no seed, and so the recording shows none."""
CATCH_ALL = re.compile(r"\n\n# TODO 1\.4:.*", re.DOTALL)
VARIES = ((re.compile(r"\b\d+\.\d s\b"), "0.2 s"), (re.compile(r"(?<=127\.0\.0\.1:)(?!5000\b)\d+"), "40123"))
"""What no two runs have in common, and what stands in its place: durations and ports."""


@dataclass(frozen=True)
class Scene:
    """What is typed, and the lines that come. `said` describes it for those who can't see the picture."""

    typed: str
    lines: tuple[Line, ...]
    said: str
    is_still: bool = False
    """Whether the picture ends with this scene where nothing may move."""


def play(home: Path) -> list[Scene]:
    """Play the session in `home`, an empty folder."""
    (home / ".gitconfig").write_text("[user]\n\tname = Learner\n\temail = learner@localhost\n")
    course, chat = home / "course", home / "course" / "chat"
    return [
        _scene(home, "kit init course && cd course", "The course is laid out in a folder"),
        _scene(course, "kit start chat && cd chat", "A project is made from the starter"),
        _scene(chat, "kit", "The kit says where the learner is"),
        _scene(
            chat,
            "kit check",
            "Steps 1.1 to 1.3 pass, and 1.4 fails: the request, what was expected and what came",
            is_still=True,
        ),
        _scene(chat, "kit hint", "One hint"),
        _edit(chat / "server" / "home.py"),
        _scene(chat, "git diff --stat", "Eight lines are gone"),
        _scene(chat, 'git commit -qam "Leave unknown paths to Flask"', "The change is committed"),
        _scene(chat, "kit check", "1.4 passes, and 1.5 is the next thing to do"),
        _scene(chat, "kit", "The kit says what has passed, and what comes next"),
    ]


def text_of(scenes: list[Scene]) -> list[str]:
    """Return what the recording shows as lines of text."""
    return [line for scene in scenes for line in (f"$ {scene.typed}", *map(terminal.text_of, scene.lines))]


def _scene(folder: Path, typed: str, said: str, *, is_still: bool = False) -> Scene:
    seeded = re.sub(r"^kit check", f"kit check --seed {SEED}", typed)
    lines = terminal.play(["/bin/sh", "-c", seeded], folder, _environment(folder))
    return Scene(typed, tuple(map(_alike, lines)), said, is_still)


def _edit(file: Path) -> Scene:
    """Change the file as a learner does in an editor."""
    text = file.read_text("utf-8")
    file.write_text(CATCH_ALL.sub("", text).rstrip("\n") + "\n", "utf-8")
    assert file.read_text("utf-8") != text
    typed = f"nano {file.parent.name}/{file.name}   # remove the route that answers every path"
    return Scene(typed, (), "The learner edits the code")


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without this machine's settings: colours as in any terminal, and no pager."""
    home = next(place for place in (folder, *folder.parents) if (place / ".gitconfig").exists())
    path = f"{KIT.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {
        "HOME": str(home),
        "PATH": path,
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "GIT_PAGER": "cat",
        "TZ": "UTC",
    }


def _alike(line: Line) -> Line:
    """Write a line without what no two runs have in common."""
    return tuple(Run(run.column, _replaced(run.text), run.style) for run in line)


def _replaced(text: str) -> str:
    for pattern, instead in VARIES:
        text = pattern.sub(instead, text)
    return text
