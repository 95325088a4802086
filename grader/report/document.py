"""The report of a run as one JSON document."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from grader import CONTRACT, __version__
from grader.errors import NotChecked
from grader.project import handed_files
from grader.project.git import GitRepository
from grader.report import destination
from grader.report.names import readable
from grader.results.doubts import reruns
from grader.results.results import RunResult, StageResult
from grader.system import trees

SCHEMA = "1"
NOT_SUBMITTED = {".git", ".kit", ".venv", "venv", "node_modules", "__pycache__"}


def document(folder: Path, findings: RunResult, name: str = "", *, place: str = "") -> dict[str, Any]:
    """Build the report of one run on the project in `folder`. Its format is described in `schema.json`.

    `name` tells the project from others of the same run; it is the folder's own unless given. `place` is the folder as
    a word for a shell, for lines to paste; empty for the current folder.
    """
    stages = findings.stages
    load = list(findings.load)
    return {
        "schema": SCHEMA,
        "kit": __version__,
        "contract": CONTRACT,
        "seed": findings.seed,
        "project": {
            "name": name or readable(folder.name),
            "path": readable(folder),
            "commit": _commit(folder),
            "digest": digest(folder),
        },
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "confined": False,
            "other": max((one["other"] for one in load if one["other"] is not None), default=None),
        },
        "stages": [_stage(stage) for stage in stages],
        "load": load,
        "load_note": findings.load_note or None,
        "points": sum(stage.points for stage in stages),
        "max_points": sum(stage.max_points for stage in stages),
        "bonus_points": sum(stage.bonus_points for stage in stages),
        "faults": list(findings.faults),
        "rerun": reruns(findings, place),
    }


def schema() -> dict[str, Any]:
    """Read the JSON Schema of the report."""
    text = resources.files("grader.report").joinpath("schema.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def write(document: dict[str, Any], path: Path) -> None:
    """Write a report to its place; raises MachineError when that is impossible."""
    destination.write(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


LONGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file that count in the digest of a project."""


def digest(folder: Path) -> str:
    """Return a digest of a project's files, of their names and contents, without what isn't part of a submission.

    Of a file that is too large to be read whole, its size and its beginning count.
    """
    total = hashlib.sha256()
    for path in sorted(_files(folder)):
        with contextlib.suppress(OSError):
            beginning, size = handed_files.beginning(path, LONGEST_FILE)
            total.update(os.fsencode(path.relative_to(folder)) + b"\0" + hashlib.sha256(beginning).digest())
            if len(beginning) == LONGEST_FILE:
                total.update(str(size).encode())
    return f"sha256:{total.hexdigest()}"


def _files(folder: Path) -> list[Path]:
    """List the regular files of a project: those that git tracks or would track, else all of them."""
    try:
        paths = GitRepository(folder).files()
    except NotChecked:
        paths = []
    if not paths:
        paths = trees.files(folder, NOT_SUBMITTED)
    return [path for path in paths if _is_plain(path)]


def _is_plain(path: Path) -> bool:
    with contextlib.suppress(OSError):  # of a folder that nobody may enter
        return path.is_file() and not path.is_symlink()
    return False


def _commit(folder: Path) -> str | None:
    try:
        return GitRepository(folder).head() or None
    except NotChecked:
        return None


def _stage(stage: StageResult) -> dict[str, Any]:
    sums = ("points", "max_points", "bonus_points", "max_bonus")
    steps = [_without_step(asdict(step)) for step in stage.steps]
    return {"id": stage.id, "title": stage.title, **{name: getattr(stage, name) for name in sums}, "steps": steps}


def _without_step(step: dict[str, Any]) -> dict[str, Any]:
    checks: Sequence[dict[str, Any]] = step["checks"]
    return {**step, "checks": [{key: value for key, value in check.items() if key != "step"} for check in checks]}
