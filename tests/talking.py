"""Talking to services in tests: what a conversation shows, without a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rich.console import Console

from grader.interactive.delivery import Post
from grader.interactive.event import Event
from grader.interactive.repl import Conversation
from grader.interactive.screen import Screen
from grader.interactive.slack_user import Typist
from grader.interactive.sms_sender import Telephone

TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS = ("PUBLIC_URL", "TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET")


@dataclass
class Recording:
    """What was shown; `text` without line breaks, so that a sentence is found however it was wrapped."""

    file: io.StringIO = field(default_factory=io.StringIO)
    width: int = 100

    @property
    def screen(self) -> Screen:
        return Screen(Console(file=self.file, width=self.width, highlight=False, no_color=True))

    @property
    def shown(self) -> str:
        return self.file.getvalue()

    @property
    def text(self) -> str:
        return " ".join(self.shown.split())


def telephone(port: int, **more: object) -> Telephone:
    url = f"http://127.0.0.1:{port}"
    return Telephone(**{"token": TOKEN, "public_url": url, "dialled": url, **more})


def deliver(event: Event, port: int, **more: object) -> tuple[bool, Recording]:
    """Deliver an event; tell whether all was fine, and what was shown."""
    recording = Recording()
    return recording.screen.deliver(event, Post(port, **more)), recording


def converse(who: Telephone | Typist, port: int, *lines: str, **more: object) -> tuple[bool, Recording]:
    recording = Recording()
    return Conversation(who, Post(port, **more), recording.screen).hold(reader(*lines)), recording


def reader(*lines: str) -> Callable[[], str]:
    left: Iterator[str] = iter(lines)

    def read() -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return read
