"""The state that the kit keeps for a project, in the project's folder `.kit/`.

It holds the last report, the learner's progress, the database of `kit serve`, and the secrets that the service shares
with the providers that the kit plays. A project works without it. So what can't be read counts as empty, and what can't
be written is not kept; the kit says so in a sentence. A `.kit/` may come with a clone: the kit never writes through a
symbolic link in it.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from grader import CONTRACT
from grader.errors import UsageError
from grader.project import handed_files, plain_files, progress
from grader.project.credentials import Credentials, drawn
from grader.project.progress import Progress

FOLDER = ".kit"
PROGRESS, ASIDE = "progress.json", "progress.old.json"
SECRETS = "secrets.toml"
EXPLAINED = "# Made by kit, for kit serve, kit phone and kit slack; no real account knows them. Never commit them.\n"


class ProjectState:
    """The state of one project. A .gitignore in `.kit/` makes git ignore the whole folder."""

    def __init__(self, project: Path) -> None:
        self.folder = project / FOLDER

    def report(self) -> dict[str, Any]:
        """Return the last report; empty when there is none."""
        return self._read("report.json")

    def keep_report(self, document: dict[str, Any]) -> str:
        """Keep the report of a run, with the outcomes of earlier runs for the steps that it didn't check.

        The progress follows it. Returns a sentence about what the kit couldn't read or keep; empty if all went well.
        """
        before, said = self.progress()
        ran = [step["id"] for stage in document["stages"] for step in stage["steps"] if step["checks"]]
        merged = _merged(self.report(), document)
        after = before.after_check(outcomes(document), ran, time.time())
        return self._write("report.json", json.dumps(merged, ensure_ascii=False)) or self._keep(after) or said

    def progress(self) -> tuple[Progress, str]:
        """Return the learner's progress, and a sentence about why it couldn't be read; empty where it could.

        Without a file of progress that can be used, the outcomes are those of the last report.
        """
        problem, path = "", self.folder / PROGRESS
        try:
            return progress.read(_text(path))
        except FileNotFoundError:
            pass
        except progress.Unusable as error:
            problem = f"The file {FOLDER}/{PROGRESS} {error}; kit keeps it as {ASIDE} and begins a new one."
        except (OSError, UnicodeError):
            problem = f"The file {FOLDER}/{PROGRESS} can't be read; kit keeps it as {ASIDE} and begins a new one."
        last = self.report()
        return Progress().with_outcomes(outcomes(last) if last.get("contract") == CONTRACT else {}), problem

    def renew_progress(self) -> str:
        """Write a new file of progress where the old one can't be used. Return a sentence about it; empty if it can."""
        found, problem = self.progress()
        return (problem and self._keep(found)) or problem

    def hints_read(self, step: str) -> int:
        """Return how many hints of a step the kit has shown so far."""
        return self.progress()[0].of(step).hints

    def keep_hints_read(self, step: str, count: int) -> str:
        """Keep how many hints of a step the kit has shown. Return a sentence about what went wrong, or nothing."""
        found, problem = self.progress()
        return self._keep(found.with_hints(step, count)) or problem

    def data(self) -> Path:
        """Return the folder in which `kit serve` keeps the database; make it if it doesn't exist."""
        return self.own_folder("data")

    def own_folder(self, name: str) -> Path:
        """Return a folder inside `.kit/`; make it if it doesn't exist. Raises UsageError where a link stands."""
        self._prepare()
        path = self.folder / name
        plain_files.refuse_link(path)
        path.mkdir(exist_ok=True)
        return path

    def credentials(self) -> Credentials | None:
        """Return the secrets that the kit made for this project; None when it has made none."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = handed_files.parse(_text(self.folder / SECRETS))
            return Credentials(str(kept["TWILIO_AUTH_TOKEN"]), str(kept["SLACK_SIGNING_SECRET"]))
        return None

    def make_credentials(self) -> Credentials:
        """Return the secrets of this project. The first call makes them, in a file that only its owner can read."""
        kept = self.credentials()
        if kept is None:
            kept = drawn()
            self._prepare()
            lines = [f'{name} = "{value}"\n' for name, value in kept.by_name.items()]
            _put(self.folder / SECRETS, "".join([EXPLAINED, *lines]))  # a new file belongs to its owner alone
        return kept

    def _prepare(self) -> None:
        """Make the folder, which git ignores. Raises UsageError where a link stands in its place."""
        plain_files.refuse_link(self.folder)
        self.folder.mkdir(exist_ok=True)
        ignored = self.folder / ".gitignore"
        if ignored.is_symlink() or not ignored.exists():
            _put(ignored, "*\n")

    def _read(self, name: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            content = json.loads(_text(self.folder / name))
            if isinstance(content, dict):
                return content
        return {}

    def _keep(self, found: Progress) -> str:
        """Write the progress. A file that can't be used is put aside, under another name."""
        path = self.folder / PROGRESS
        with contextlib.suppress(OSError):
            try:
                progress.read(_text(path))
            except FileNotFoundError:
                pass
            except (OSError, ValueError):
                path.replace(self.folder / ASIDE)
        return self._write(PROGRESS, progress.write(found))

    def _write(self, name: str, content: str) -> str:
        """Write a file of the state. Return a sentence about why that is impossible; empty if it was written."""
        try:
            self._prepare()
            _put(self.folder / name, content)
        except UsageError as error:
            return str(error)
        except OSError as error:
            return f"kit can't keep your progress: {FOLDER}/{name} can't be written ({error.strerror or error})."
        return ""


def _text(path: Path) -> str:
    """Read a file of the state, unless it, or its folder, is a symbolic link; raises OSError, ValueError."""
    plain_files.refuse_linked_folder(path)
    return handed_files.text(path, handed_files.LARGE, links=False)


def _put(path: Path, content: str) -> None:
    plain_files.put(path, content.encode("utf-8", "backslashreplace"))


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    """Return the outcome of every step in a report, by the step's id."""
    return {step["id"]: step["outcome"] for stage in document.get("stages", []) for step in stage["steps"]}


def passed(document: dict[str, Any], digest: str | None = None) -> set[str]:
    """Return the ids of the steps that passed when they were last checked.

    With a digest, return only those that were last checked in the state of the project with this digest.
    """
    seen = document.get("seen", {})
    found = outcomes(document)
    return {step for step, outcome in found.items() if outcome == "pass" and digest in (None, seen.get(step))}


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Add the old report's other steps to the new one, and note in which state of the project each step was checked."""
    if old.get("contract") != new.get("contract"):
        old = {}  # other promises were checked then
    checked = {step["id"] for stage in new["stages"] for step in stage["steps"] if step["checks"]}
    reported = outcomes(new)
    stages = {stage["id"]: stage for stage in new["stages"]}
    for stage in old.get("stages", []):
        kept = [step for step in stage["steps"] if step["id"] not in reported]
        known = stages.get(stage["id"], {**stage, "steps": []})
        stages[stage["id"]] = {**known, "steps": sorted([*known["steps"], *kept], key=_position)}
    seen = {**old.get("seen", {}), **dict.fromkeys(checked, new["project"]["digest"])}
    return {**new, "stages": [stages[key] for key in sorted(stages)], "seen": seen}


def _position(step: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in step["id"].split("."))
