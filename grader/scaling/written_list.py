"""Finds the list of step 4.10 in a project's DECISIONS.md. Whether it is any good, a person judges."""

from __future__ import annotations

import re
from pathlib import Path

from grader.project import handed_files
from grader.scaling.measured import Amount

FILE = "DECISIONS.md"
HEADING = re.compile(r"^#+\s+(.*)$")
LONGEST = 1024 * 1024
WORDS = ("server", "database")
"""The heading above the list has both words."""


def characters(folder: Path) -> Amount:
    """Count the characters under the heading about server and database; 0 where there is no such heading."""
    try:
        lines = handed_files.text(folder / FILE, LONGEST, errors="replace").splitlines()
    except OSError:
        lines = []
    counts = [0]
    inside = False
    for line in lines:
        heading = HEADING.match(line)
        if heading:
            inside = all(word in heading[1].lower() for word in WORDS)
            counts += [0] if inside else []
        elif inside:
            counts[-1] += len(line.strip())
    what = f"characters under a heading about server or database in {FILE}"
    return Amount(max(counts), what=what, request=f"cat {FILE}")
