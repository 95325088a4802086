"""The functions in which a server spends its time: those of a learner's profile, and those that the learner named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Self

from grader.assertions.observed import Observed
from grader.errors import Failed
from grader.load.languages import is_python
from grader.project import handed_files
from grader.project.config import Project
from grader.scaling import evidence, profile_reader
from grader.text.values import printable

NAMED, SHOWN = 5, 6
LARGEST = 32 * 1024 * 1024
READ_WITHIN = 60.0
PLACED = re.compile(r".*:[0-9]+\((.+)\)")
"""A function as `pstats` prints it, with its file and line in front."""
WANTED = "a profile in the format of cProfile, such as python -m cProfile -o or kit profile writes"


class Named(int, Observed):
    """How many of the named functions are among the first six by own time. A check compares it with the least."""

    explanation: str

    def __new__(cls, count: int, *, explanation: str) -> Self:
        made = super().__new__(cls, count)
        made.explanation = explanation
        return made

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is one operator
        return f"at least {other} of them among the first six by own time"

    def actual_text(self) -> str:
        return self.explanation


def named_rightly(folder: Path, project: Project) -> Named:
    """Count which of `top_five` are among the first functions of the profile that `answers.toml` names.

    Of a project that isn't in Python, the profile may have any format, and all names count. Raises Failed, with one
    sentence, when there are not five names, or the profile isn't there or can't be read.
    """
    answers = evidence.read(folder, evidence.ANSWERS)
    names = answers.texts("profile", "top_five")
    if len(names) != NAMED:
        raise Failed(f"top_five in {answers.file} has {len(names)} names.", expected=f"{NAMED} names")
    file = str(answers.word("profile", "file"))
    if not _is_in_python(project):
        _content(folder, file)
        return Named(NAMED, explanation=f"{NAMED} names")
    first = first_functions(folder, file)
    left = Counter(bare(one) for one in first)
    wrong = []
    for name in names:
        if left[bare(name)]:
            left[bare(name)] -= 1
        else:
            wrong.append(name)
    other, said = (", ".join(printable(one) for one in some) for some in (wrong, first[:SHOWN]))
    return Named(len(names) - len(wrong), explanation=f"not among them: {other}; the first in the profile are {said}")


def bare(name: str) -> str:
    """Return the name of a function without its file and line, and without the brackets around what is built in."""
    name = name.strip()
    found = PLACED.fullmatch(name)
    name = found[1] if found else name
    return name[1:-1] if (name[:1], name[-1:]) in (("{", "}"), ("<", ">")) else name


def first_functions(folder: Path, file: str) -> list[str]:
    """Return the names of the first six functions of a profile by own time, and of those that equal the sixth."""
    data = _content(folder, file)
    try:
        run = subprocess.run(
            [sys.executable, "-I", profile_reader.__file__],
            input=data,
            capture_output=True,
            timeout=READ_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{file} takes more than {READ_WITHIN:.0f} s to read.", expected=WANTED) from None
    if run.returncode:
        version = ".".join(map(str, sys.version_info[:2]))
        raise Failed(f"{file} is no profile that Python {version} can read.", expected=WANTED)
    names = [str(name) for name in json.loads(run.stdout)]
    if not names:
        raise Failed(f"{file} holds no function.", expected=WANTED)
    return names


def _is_in_python(project: Project) -> bool:
    """Tell whether the server is a program in Python, by its command and by the files in its folder."""
    programs = [Path(word).name for word in project.server]
    return (
        is_python(programs) or any(True for _ in project.folder.glob("*/*.py")) or bool([*project.folder.glob("*.py")])
    )


def _content(folder: Path, file: str) -> bytes:
    """Read a file of the project; raises Failed when it is no file there, or too large."""
    path = folder / file
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Failed(f"{file} lies outside of the project.", expected=WANTED)
        return handed_files.read(path, LARGEST)
    except FileNotFoundError:
        raise Failed(f"There is no file {file} in the project.", expected=WANTED) from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failed(f"{file} cannot be read: {reason.lower()}.", expected=WANTED) from None
