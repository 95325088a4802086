"""The commands with which a learner tries by hand what a check found."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

from grader.client.program import NOBODY
from grader.course import Course
from grader.results.results import StepResult
from grader.text.story import KEPT_BY_HOLD, ON_DATA, RAN_WITH

HIGHEST = 65_535
"""The highest port that there is."""
TOOLS = dict.fromkeys(("kit phone", "kit slack"), "speaks to it as the provider does")
"""What a tool does that doesn't measure."""
Lines = list[tuple[str, str]]


def lines(course: Course, failed: StepResult) -> Lines:
    """Return commands to try things by hand, each with its purpose.

    A line that runs a client names a scripted server, which has ended when the learner reads the line. Only `--hold`
    keeps it running. The same is true for the data of a server that was started more than once. Where no server was to
    answer, the line alone shows the failure again.
    """
    request = failed.problem.request if failed.problem else ""
    before = failed.problem.before if failed.problem else ""
    held = f"kit check {failed.id} --hold"
    if "SERVER_URL=" in request:
        return [] if _names_no_server(request) else [(held, "again, and the server in that line stays up")]
    found: Lines = []
    if KEPT_BY_HOLD in request:
        found.append((held, "again, and a line that starts your server on those data"))
    elif before.startswith(ON_DATA):
        found.append((held, "again, and your server stays up, with those data"))
    found.append((_serve(before), "your server, to try things by hand"))
    if tool := course.find_step(failed.id).tool:
        found.append((tool, TOOLS.get(tool, "measures it, for you to look at")))
    if "-Signature: " in request:
        found.append((held, "again, and the server that knows that line's secrets stays up"))
    return found


def _serve(before: str) -> str:
    """Return the command that runs the server, in the time zone in which the check ran it."""
    zone = re.search(rf"{RAN_WITH}(?:[^;]*, )?TZ=([^\s,;]+)", before)
    return f"kit serve --tz {shlex.quote(zone[1])}" if zone else "kit serve"


def _names_no_server(request: str) -> bool:
    """Tell whether the line of a client names a port on which no program listened, or an address that can't be."""
    if NOBODY in request:
        return True
    named = next((word for word in shlex.split(request) if word.startswith("SERVER_URL=")), "")
    url = urlsplit(named.partition("=")[2])
    port = url.netloc.rpartition(":")[2]
    return url.scheme not in ("http", "https") or (port.isdecimal() and int(port) > HIGHEST)
