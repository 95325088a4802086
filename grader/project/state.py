"""What the kit remembers of a project, in the project's `.kit/`: the last report, how many hints were read, and
the secrets that its service shares with the providers that the kit plays.

Losing it loses nothing else, so nothing here ever fails: what can't be written is not remembered.
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
    """The memory of one project; `.kit/` ignores itself in git."""

    def __init__(self, project: Path) -> None:
        self.folder = project / FOLDER

    def report(self) -> dict[str, Any]:
        """Return the last report as it was written, or an empty one."""
        return self._read("report.json")

    def keep_report(self, document: dict[str, Any]) -> None:
        """Remember the outcomes of a run beside those of earlier runs that it didn't repeat."""
        self._write("report.json", _merged(self.report(), document))

    def hints_read(self, step: str) -> int:
        """Say how many hints of a step were shown so far."""
        count = self._read("hints.json").get(step, 0)
        return count if isinstance(count, int) else 0

    def keep_hints_read(self, step: str, count: int) -> None:
        """Remember how many hints of a step were shown."""
        self._write("hints.json", self._read("hints.json") | {step: count})

    def data(self) -> Path:
        """Return the folder in which `kit serve` keeps the database, made on the way."""
        self._prepare()
        path = self.folder / "data"
        path.mkdir(exist_ok=True)
        return path

    def credentials(self) -> Credentials | None:
        """Return the secrets that the kit made for this project's providers, None where it has made none."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = tomllib.loads((self.folder / SECRETS).read_text("utf-8"))
            return Credentials(str(kept["TWILIO_AUTH_TOKEN"]), str(kept["SLACK_SIGNING_SECRET"]))
        return None

    def make_credentials(self) -> Credentials:
        """Return the secrets for this project's providers, made and written down at first, for nobody else to read."""
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
            draft.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
            draft.replace(self.folder / name)


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    """List the outcome of every step in a report."""
    return {step["id"]: step["outcome"] for stage in document.get("stages", []) for step in stage["steps"]}


def passed(document: dict[str, Any], digest: str | None = None) -> set[str]:
    """List the steps that passed when they were last checked; with a digest, only in that very state of the project."""
    seen = document.get("seen", {})
    found = outcomes(document)
    return {step for step, outcome in found.items() if outcome == "pass" and digest in (None, seen.get(step))}


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Keep the steps of the old report that the new one says nothing about, and at which state each was seen."""
    checked = {step["id"] for stage in new["stages"] for step in stage["steps"] if step["checks"]}
    told = outcomes(new)
    stages = {stage["id"]: stage for stage in new["stages"]}
    for stage in old.get("stages", []):
        kept = [step for step in stage["steps"] if step["id"] not in told]
        known = stages.get(stage["id"], {**stage, "steps": []})
        stages[stage["id"]] = {**known, "steps": sorted([*known["steps"], *kept], key=_position)}
    seen = {**old.get("seen", {}), **dict.fromkeys(checked, new["project"]["digest"])}
    return {**new, "stages": [stages[key] for key in sorted(stages)], "seen": seen}


def _position(step: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in step["id"].split("."))
