"""What a program printed before it failed, cut to what matters: of a stack trace, the error and the own lines.

The stack traces of Python, JavaScript, Ruby, Java, PHP and Go are cut. Of other output, the last lines are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.text.stack_traces import LOOKED_AT, without_colours

LINES = 12
LONGEST_LINE = 400
FRAMES = 6
"""How many of the learner's own frames are shown."""
MESSAGE = 3
"""How many lines of an error message are shown."""
ACCESS = re.compile(
    r"""(?x)
    "(?:[A-Z]+)[ ]/[^"]*[ ]HTTP/[\d.]+"[ ]\d{3}\b           # Werkzeug, gunicorn, uvicorn, WEBrick, Apache's format
    | ^(?:::1|[\d.]+)[ ].*"[A-Z]+[ ]/.*"[ ]\d{3}
    | ^[A-Z]+[ ]/\S*[ ]\d{3}[ ][\d.]+[ ]ms                 # morgan
    | ^\[GIN\][ ].*\|[ ]+\d{3}[ ]+\|                        # Gin
    | ^\[[^\]]+\][ ][\d.]+:\d+[ ](?:\[\d{3}\]|Accepted|Closing)   # php -S
    | ^Started[ ][A-Z]+[ ]"/.*"[ ]for[ ]                    # Rails
    """
)
LIBRARIES = re.compile(
    r"""(?x)
    (?:^|/)(?:site-packages|dist-packages|node_modules|vendor|gems|\.cargo)/ | /lib/(?:python[\d.]+|ruby|php)/
    | ^<(?:frozen|internal|anonymous) | ^(?:node|bun|internal|native|index)[:/ ] | ^native$
    | /go(?:-[\d.]+)?/src/(?:runtime|net|internal|encoding|database|bufio|io|log|os|sync|fmt|reflect)/ | /pkg/mod/
    | ^(?:[\w.]+/)?(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|clojure|groovy|io\.netty|io\.undertow)\.
    | ^(?:[\w.]+/)?org\.(?:springframework|apache|eclipse|hibernate|sqlite|jboss|postgresql)\.
    """
)


LEFT_OUT = re.compile(r" \+0x[0-9a-f]+$| ~?\[[^\]]*\]$| \{$")
"""What ends a frame and helps nobody: the address in Go, the archive in Java, the begin of an error's members."""
CARETS = re.compile(r"^[ \t]*[\^~]+[ \t^~]*$")
HEAD = re.compile(r"(?:Error|Exception|Failure)\b|^panic: |^fatal error: |panic serving|Uncaught", re.IGNORECASE)
SECOND_LINE = re.compile(r"^(?:[ (]|\[SQL|DETAIL|HINT|LINE )")
GO_CALL = r"^(?!\t)[\w./*()\[\]{}, %-]+\(.*\)$"


@dataclass(frozen=True)
class Form:
    """How a language writes a stack trace."""

    frame: str
    """A line that names a place in the code. Its group `place` is a file or, in Java, a class."""
    more: str = "(?!)"
    """A line among the frames that belongs to one of them."""
    passed: str = "(?!)"
    """A line between the message and the frames."""
    cause: str = "(?!)"
    """A line among the frames that names another error, the cause of the first."""
    message_follows: bool = False
    """Whether the message comes after the frames, not before them."""
    code_follows: bool = False
    """Whether the line after a frame is its code. Where it isn't, the line before may be its call."""


PYTHON = Form(
    r'^ *File "(?P<place>.+?)", line \d+', more=r"^ {4}|^  \[Previous line", message_follows=True, code_follows=True
)
JAVASCRIPT = Form(
    r"^\s+at (?:.* \()?(?:async )?(?:file://)?(?P<place>[^()]+):\d+:\d+\)?(?: \{)?$",
    more=r"^\s+at .*\((?:<anonymous>|native|index \d+)\)|^ {2,}\w+: |^ *\}$|^$|^Node\.js v[\d.]+$",
    cause=r"^\s+\[cause\]: ",
)
JAVA = Form(
    r"^\s+at (?P<place>[\w$.<>/@-]+)\([^()]*\)(?: ~?\[.*\])?$",
    more=r"^\s+\.\.\. \d+ (?:more|common frames)",
    cause=r"^\s*(?:Caused by|Suppressed): ",
)
RUBY = Form(
    r"^\s*(?:from )?(?P<place>[^\s:]\S*):\d+:in [`'][^'`]+'(?:: (?P<message>.+))?$", more=r"^$|^ {2}", passed=r"^$"
)
PHP = Form(
    r"^(?:PHP +)?#\d+ (?P<place>[^\s(]+|\[internal function\])(?:\(\d+\): |:|$)",
    more=r"^(?:PHP )? *thrown in ",
    passed=r"^(?:PHP )?Stack trace:$",
)
GO = Form(
    r"^\t(?P<place>/\S+\.(?:go|s)):\d+",
    more=rf"{GO_CALL}|^created by |^goroutine \d+ |^exit status \d+$|^$",
    passed=rf"{GO_CALL}|^$|^goroutine \d+ |^\[signal ",
)
FORMS = (PYTHON, JAVASCRIPT, JAVA, RUBY, PHP, GO)


@dataclass(frozen=True)
class Trace:
    """The last stack trace in some output."""

    message: Sequence[str]
    """What went wrong."""
    frames: Sequence[Sequence[str]]
    """The lines of the learner's own frames; where there are none, those of the two nearest to the error."""
    after: Sequence[str]
    """The lines of the output after it."""


def last_words(text: str, count: int = LINES) -> str:
    """Return at most `count` lines that say best how a program came to its end; no blank ones, no colours.

    These are the error and the learner's own frames of the last stack trace, and what was printed after it. Without a
    stack trace, they are the last lines. Lines of an access log are left out.
    """
    lines = _lines(text)
    kept = [line for line in lines if not ACCESS.search(line[:LONGEST_LINE])]
    trace = _last_trace(kept)
    told = [*trace.message, *(line for frame in trace.frames for line in frame)] if trace else []
    first = list(dict.fromkeys(told))[:count]
    after = [line for line in (trace.after if trace else kept) if line]
    rest = after[len(after) - min(len(after), count - len(first)) :]
    return "\n".join(line.expandtabs(2) for line in (*map(_begun, first), *map(_ended, rest)))


def message(text: str) -> str:
    """Return the line that names the error of the last stack trace in a text; the whole text if there is none."""
    trace = _last_trace(_lines(text))
    return trace.message[0] if trace and trace.message else text


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in without_colours(text[-LOOKED_AT:]).splitlines()]


def _last_trace(lines: Sequence[str]) -> Trace | None:
    found = [(end, form) for form in FORMS if (end := _last_frame(lines, form)) is not None]
    if not found:
        return None
    end, form = max(found, key=lambda one: one[0])
    begin = end
    place = end - 1
    while place >= 0 and (is_frame := _is(form.frame, lines[place])) | _is(f"{form.more}|{form.cause}", lines[place]):
        begin = place if is_frame else begin
        place -= 1
    if form is GO and begin and _is(GO_CALL, lines[begin - 1]):
        begin -= 1
    end += 1
    while end < len(lines) and _is(form.more, lines[end]):
        end += 1
    block = lines[begin:end]
    own = [frame for frame in _frames(block, form) if frame]
    if form.message_follows:
        said = _following(lines[end:])
        return Trace(said, own, lines[end + len(said) :])
    causes = [line.strip() for line in block if _is(form.cause, line)]
    return Trace([*_preceding(lines[:begin], block, form), *causes[-1:]], own, lines[end:])


def _last_frame(lines: Sequence[str], form: Form) -> int | None:
    return next((place for place in reversed(range(len(lines))) if _is(form.frame, lines[place])), None)


def _frames(block: Sequence[str], form: Form) -> list[list[str]]:
    """List the lines of the learner's own frames, as many as are shown; the nearest frames where none is their own."""
    every = [(place, match) for place, line in enumerate(block) if (match := re.search(form.frame, line))]
    own = [one for one in every if not LIBRARIES.search(one[1]["place"]) and one[1]["place"] != "{main}"]
    nearest = every[-2:] if form.message_follows else every[:2]
    chosen = (own[-FRAMES:] if form.message_follows else own[:FRAMES]) or nearest
    return [_lines_of(block, place, match, form) for place, match in chosen]


def _lines_of(block: Sequence[str], place: int, match: re.Match[str], form: Form) -> list[str]:
    if form.code_follows:
        code = [line for line in block[place + 1 : place + 2] if _is(form.more, line) and not CARETS.match(line)]
        return [block[place], *code]
    if form is GO:
        return [*block[max(0, place - 1) : place], LEFT_OUT.sub("", block[place])]
    said = match.groupdict().get("message")
    return [f"  {LEFT_OUT.sub('', block[place].removesuffix(f': {said}')).strip()}"]


def _following(lines: Sequence[str]) -> list[str]:
    said: list[str] = []
    for line in lines[:MESSAGE]:
        if not line or (said and not SECOND_LINE.match(line)):
            break
        said.append(line)
    return said


def _preceding(lines: Sequence[str], block: Sequence[str], form: Form) -> list[str]:
    first = re.search(form.frame, block[0])
    if first and first.groupdict().get("message"):
        return [first["message"]]
    above = len(lines)
    while above and _is(form.passed, lines[above - 1]):
        above -= 1
    near = lines[max(0, above - MESSAGE) : above]
    heads = [place for place, line in enumerate(near) if HEAD.search(line)]
    return list(near[heads[-1] :] if heads else near[-1:])


def _is(pattern: str, line: str) -> bool:
    return re.search(pattern, line[:LONGEST_LINE]) is not None


def _begun(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _ended(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"…{line[-LONGEST_LINE:]}"
