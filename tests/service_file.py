"""Projects made on the spot: a folder and its service.toml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.project import config


def write(folder: Path, **tables: dict[str, Any]) -> config.Project:
    """Write a service.toml with these tables, and a command where none is given, and read it."""
    folder.mkdir(parents=True, exist_ok=True)
    tables.setdefault("server", {}).setdefault("command", ["python", "app.py"])
    lines = [
        line
        for name, table in tables.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()))
    ]
    (folder / "service.toml").write_text("\n".join(lines) + "\n")
    return config.read(folder)
