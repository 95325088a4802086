"""Recorded texts: what people read is reviewed like code, without what differs from run to run."""

from __future__ import annotations

import re
from pathlib import Path

from grader.testdata.random_values import WORDS

WORD = "|".join(WORDS)
CLOCK = r"\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d(?:\.\d+)?)?"
ZONE = r"(?:Z|(?:[+-]|%2B)\d\d(?::|%3A)\d\d)?"
WRITTEN_IN_CHECKS = "2026-01-02|2000-01-01"
RULES = (
    (r"\(pid \d+\)", "(pid N)"),
    (rf"(?!{WRITTEN_IN_CHECKS})\b\d{{4}}-\d\d-\d\dT{CLOCK}{ZONE}", "TIME"),
    (r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]", "[TIME]"),
    (r"(?<=X-Twilio-Signature: )[\w+/]{27}=", "SIGNATURE"),
    (r"(?<=X-Slack-Signature: v0=)[0-9a-f]{64}", "SIGNATURE"),
    (r"(?<=X-Slack-Request-Timestamp: )\d+", "TIME"),
    (r"\b(SM|MM|AC)[0-9a-f]{32}\b", r"\1ID"),
    (r"(?<=From=%2B)\d+", "NUMBER"),
    (r"(?<=[?&'])(token|team_id|channel_id|user_id|api_app_id|trigger_id)=[\w.]+", r"\1=ID"),
    (r"\b\d+(?:\.\d)? s (?=earlier|later)", "N s "),
    (r"(?<=   )\d+\.\d s$", "N s"),
    (r"(?:\b\d messages in round \d+(?:, )?)+(?: and \d+ more)?", "N messages in round N"),
    (rf"(?:\b|(?<=\\[nt]))(?:{WORD})-(?:{WORD})-\d{{4}}\b", "WORDS"),
    (r"\bTZ=[A-Z]\w+/\w+", "TZ=ZONE"),
    (r"127\.0\.0\.1:(?!5000\b|99999)\d{4,5}", "127.0.0.1:PORT"),
    (r"\b(?:1[5-9]|2\d|3[01])\d{3}\b", "PORT"),
    (r"/[\w./-]*kit-run-\w+/[\w-]+", "DATA"),
    (r"\d+ ×", "N ×"),
    (r"(?<=[a-z] )\+\d+", "+N"),
    (r"0x[0-9a-f]+", "0xADDRESS"),
    (r"/[\w./-]*/(?=python3?\b)", ""),
    (r"\(\d+ before, \d+ after\)", "(N before, N after)"),
    (r"[ \t]+$", ""),
)


def normalised(text: str) -> str:
    """Replace what is drawn at random, or belongs to one machine or one run."""
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def compare(path: Path, text: str, *, record: bool) -> None:
    """Compare a text with the recorded one, wherever its lines break, or record it."""
    if record:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.exists(), f"{path.name} is not recorded yet: python -m pytest --record"
    assert text.split() == path.read_text("utf-8").split()
