"""The state that the kit keeps for a project, in the project's folder `.kit/`.

It holds the last report, how many hints the learner has read, the database of `kit serve`, and the secrets that the
service shares with the providers that the kit plays. A project works without it. So a report or a hint count that
can't be read counts as empty, and one that can't be written is not kept.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from pathlib import Path
from typing import Any

from grader.project.credentials import Credentials, drawn

FOLDER = ".kit"
SECRETS = "secrets.toml"
EXPLAINED = "# Made by kit, for kit serve, kit phone and kit slack; no real account knows them. Never commit them.\n"


class ProjectState:
    """The state of one project. A .gitignore in `.kit/` makes git ignore the whole folder."""

    def __init__(self, project: Path) -> None:
        self.folder = project / FOLDER

    def report(self) -> dict[str, Any]:
        """Return the last report; empty when there is none."""
        return self._read("report.json")

    def keep_report(self, document: dict[str, Any]) -> None:
        """Keep the report of a run, with the outcomes of earlier runs for the steps that it didn't check."""
        self._write("report.json", _merged(self.report(), document))

    def hints_read(self, step: str) -> int:
        """Return how many hints of a step the kit has shown so far."""
        count = self._read("hints.json").get(step, 0)
        return count if isinstance(count, int) else 0

    def keep_hints_read(self, step: str, count: int) -> None:
        """Keep how many hints of a step the kit has shown."""
        self._write("hints.json", self._read("hints.json") | {step: count})

    def data(self) -> Path:
        """Return the folder in which `kit serve` keeps the database; make it if it doesn't exist."""
        self._prepare()
        path = self.folder / "data"
        path.mkdir(exist_ok=True)
        return path

    def credentials(self) -> Credentials | None:
        """Return the secrets that the kit made for this project; None when it has made none."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = tomllib.loads((self.folder / SECRETS).read_text("utf-8"))
            return Credentials(str(kept["TWILIO_AUTH_TOKEN"]), str(kept["SLACK_SIGNING_SECRET"]))
        return None

    def make_credentials(self) -> Credentials:
        """Return the secrets of this project. The first call makes them, in a file that only its owner can read."""
        kept = self.credentials()
        if kept is None:
            kept = drawn()
            self._prepare()
            draft = self.folder / f"{SECRETS}.new"
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600)
            lines = [f'{name} = "{value}"\n' for name, value in kept.by_name.items()]
            draft.write_text("".join([EXPLAINED, *lines]), "utf-8")
            draft.replace(self.folder / SECRETS)
        return kept

    def _prepare(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / ".gitignore").write_text("*\n")

    def _read(self, name: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            content = json.loads((self.folder / name).read_text("utf-8"))
            if isinstance(content, dict):
                return content
        return {}

    def _write(self, name: str, content: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._prepare()
            draft = self.folder / f"{name}.new"
            draft.write_text(json.dumps(content, ensure_ascii=False), "utf-8", "backslashreplace")
            draft.replace(self.folder / name)


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
