"""The start of `kit phone` and `kit slack`: the screen, the secret to sign with, and the conversation."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.project.state import FOLDER, SECRETS, ProjectState
from grader.results.results import ExitStatus

if TYPE_CHECKING:
    from grader.interactive.delivery import Post
    from grader.interactive.screen import Screen
    from grader.interactive.slack_user import Typist
    from grader.interactive.sms_sender import Telephone


def converse(who: Telephone | Typist, post: Post, screen: Screen) -> int:
    """Run a conversation to its end, and return the exit status."""
    from grader.interactive.repl import Conversation
    from grader.interactive.screen import lines_of

    return status(Conversation(who, post, screen).hold(lines_of(screen)))


def screen() -> Screen:
    """Make the screen of a conversation. At a terminal, it has a line that the learner can edit."""
    from grader.interactive.screen import Screen
    from grader.report import terminal

    live = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    if live:
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - with it, input() can edit a line and repeat earlier ones
    return Screen(terminal.console(), live=live)


@contextmanager
def taking(port: int | None, token: str, screen: Screen) -> Iterator[None]:
    """Receive the texts that the service sends to a port, and show them; do nothing without a port."""
    if port is None:
        yield
        return
    from grader.webhooks import twilio_rest

    outgoing = twilio_rest.Outgoing(token, lambda sent: screen.texted(sent["from"], sent["to"], sent["body"]))
    with twilio_rest.running(outgoing, port) as number:
        screen.say(f'Texts that the service sends are shown here: client.api.base_url = "http://127.0.0.1:{number}"')
        yield


def secret(project: Path, name: str) -> str:
    """Return the secret to sign with: the shell's, else the one that the kit made; raises UsageError without any."""
    kept = ProjectState(project).credentials()
    found = os.environ.get(name, "").strip() or (kept.by_name[name] if kept else "")
    if not found:
        raise UsageError(
            f"There is no {name} to sign with. Type kit serve in another terminal first: "
            f"it makes one and keeps it in {FOLDER}/{SECRETS}. Or set {name} in your shell."
        )
    return found


def as_text(word: str) -> str:
    """Decode an argument of the command line as UTF-8. Bytes that are not valid are replaced."""
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def status(fine: bool) -> int:  # noqa: FBT001
    """Return the exit status for a conversation or a delivery."""
    return ExitStatus.PASSED if fine else ExitStatus.FAILED
