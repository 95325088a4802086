"""Tells whether the output of a load test says how many requests failed.

Every tool says it in its own way: `131(10.02%)` below a heading `# fails`, `http_req_failed: 10.02% 131 out of 1307`,
`Non-2xx or 3xx responses: 131`, `"failed": 131`. So the kit looks for the number, or the percentage, on a line with a
word for failures, or in the column below such a word.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

WORD = re.compile(
    r"fail\w*|(?<![a-z])err\w*|non-?2xx|unsuccess\w*|not ok|\bbad\b|wrong|refus\w*|5xx|"
    r"\[500\]|\"500\"|(?:status|http)\D{0,3}500\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w.])(\d[\d,_]*\d|\d)(\.\d+)?\s?(%)?")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SLACK = 8
"""Requests that the load test may not have counted, as it ended before their answers came: one for each user."""
NEAR = 0.02
PERCENT = 1.0
BELOW = 12
"""Lines below a heading that belong to its table."""
ASIDE = 2
"""Characters by which a number may lie beside its heading."""


def reports_failures(printed: str, failed: int, requests: int) -> bool:
    """Tell whether the output names the number of failed requests, or their share."""
    lines = ESCAPES.sub("", printed).splitlines()
    slack = SLACK + NEAR * failed
    share = 100 * failed / max(1, requests)
    for number, line in enumerate(lines):
        for word in WORD.finditer(line):
            found = [*_numbers(line, word.span())]
            if not found:
                found += _below(lines[number + 1 : number + 1 + BELOW], word.span())
            if any(_means(value, percent, failed, share, slack) for value, percent in found):
                return True
    return False


def _means(value: float, percent: bool, failed: int, share: float, slack: float) -> bool:  # noqa: FBT001
    if percent:
        return abs(value - share) <= PERCENT
    is_count = value == round(value) and abs(value - failed) <= slack
    is_share = 0 < value < 1 and abs(100 * value - share) <= PERCENT
    return is_count or is_share


def _numbers(line: str, beside: tuple[int, int]) -> Iterator[tuple[float, bool]]:
    """Yield the numbers of a line, and whether each is a percentage; what belongs to the word itself is left out."""
    for found in NUMBER.finditer(line):
        if not beside[0] <= found.start() < beside[1]:
            yield _value(found)


def _below(lines: list[str], span: tuple[int, int]) -> Iterator[tuple[float, bool]]:
    """Yield the numbers that lie in the column below a word, up to the next empty line."""
    for line in itertools.takewhile(str.strip, lines):
        for found in NUMBER.finditer(line):
            if found.start() <= span[1] + ASIDE and found.end() >= span[0] - ASIDE:
                yield _value(found)


def _value(found: re.Match[str]) -> tuple[float, bool]:
    whole = re.sub(r"[,_]", "", found[1])
    return float(whole + (found[2] or "")), bool(found[3])
