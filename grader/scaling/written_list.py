"""Finds the list of step 4.10 in a project's DECISIONS.md. Whether it is any good, a person judges."""

from __future__ import annotations

import re
from pathlib import Path

from grader.project import handed_files
from grader.scaling.measured import Amount

FILE = "DECISIONS.md"
HEADING = re.compile(r"^(#+)\s+(.*)$")
FENCE = ("```", "~~~")
LONGEST = 1024 * 1024
WORDS = ("server", "database")
"""The heading above the list has both words."""


def characters(folder: Path) -> Amount:
    """Count the characters under the heading about server and database, and under the smaller headings below it.

    It is 0 where there is no such heading. In a block of code, no line is a heading.
    """
    try:
        lines = handed_files.text(folder / FILE, LONGEST, errors="replace").splitlines()
    except OSError:
        lines = []
    counts = [0]
    level, is_code = 0, False
    for line in lines:
        is_code ^= line.lstrip().startswith(FENCE)
        heading = None if is_code else HEADING.match(line)
        if heading and (not level or len(heading[1]) <= level):
            level = len(heading[1]) if all(word in heading[2].lower() for word in WORDS) else 0
            counts += [0] if level else []
        elif level and not heading:
            counts[-1] += len(line.strip())
    what = f"characters under a heading with the words server and database in {FILE}"
    return Amount(max(counts), what=what, request=f"cat {FILE}")
