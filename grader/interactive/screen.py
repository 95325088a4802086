"""The screen of a conversation: rows for each event, never mixed with those of a text that arrives meanwhile."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.interactive.delivery import NobodyListens, Post
from grader.interactive.event import Came, Event
from grader.interactive.wording import quoted, what_came
from grader.text.values import printable

PROMPT = "› "
ERASE = "\r\x1b[K"
FINE, WRONG, INCOMING = ("✓", "green"), ("✗", "bold red"), ("←", "cyan")
NO_MARK = ("", "")


class Screen:
    """Shows rows on a console, from one thread at a time. It is `live` when the learner types at a prompt."""

    def __init__(self, out: Console, *, live: bool = False) -> None:
        self.out = out
        self.live = live
        self._waiting = False
        self._lock = threading.RLock()

    def ask(self) -> str:
        """Read a line at the prompt; raises EOFError when there are no more lines."""
        with self._lock:
            self._waiting = True
        try:
            return input(f"\n{PROMPT}")
        finally:
            self._waiting = False

    def say(self, sentence: str, *, style: str = "") -> None:
        """Print one sentence as its own paragraph."""
        with self._lock:
            self.out.print()
            self.out.print(Padding(Text(printable(sentence), style=style), (0, 0, 0, 2), expand=False))

    def list(self, lines: Sequence[tuple[str, str]]) -> None:
        """Print a list of commands, each with its purpose."""
        rows = Table.grid(padding=(0, 3))
        for typed, purpose in lines:
            rows.add_row(Text(typed, style="bold cyan"), Text(purpose, style="dim"))
        with self._lock:
            self.out.print()
            self.out.print(Padding(rows, (0, 0, 0, 2), expand=False))

    def deliver(self, event: Event, post: Post) -> bool:
        """Deliver an event, and show it with its answers. Return whether every answer was the right one."""
        with self._lock:
            self.out.print()
            self._row(NO_MARK, "event", event.sent)
            self._row(NO_MARK, *event.proof)
        fine = True
        try:
            for number, came in enumerate(post.carry(event), 1):
                label = f"{number} of {post.repeat}" if post.repeat > 1 else "came"
                fine &= self._answer(event, came, label)
        except NobodyListens as error:
            with self._lock:
                # never wrapped: it ends in a command to paste
                self.out.print(Text.assemble("  ", WRONG, " ", (str(error), "red")), soft_wrap=True)
            return False
        return fine

    def texted(self, sender: str, to: str, body: str) -> None:
        """Show a text that the service sends, and then the prompt with the characters that the learner has typed."""
        with self._lock:
            if self.live and self._waiting:
                print(ERASE, end="", flush=True)
            self._row(INCOMING, "texts", f"{printable(sender)} to {printable(to)}: {quoted(body, 1600)}")
            if self.live and self._waiting:
                print(f"\n{PROMPT}{_typed_so_far()}", end="", flush=True)

    def _answer(self, event: Event, came: Came, label: str) -> bool:
        verdict = event.judge(came)
        with self._lock:
            self._row(NO_MARK, label, what_came(came, fine=verdict.fine))
            self._row(FINE if verdict.fine else WRONG, verdict.who, verdict.said, style="" if verdict.fine else "red")
        return verdict.fine

    def _row(self, mark: tuple[str, str], label: str, text: str | Sequence[str], *, style: str = "") -> None:
        lines = [text] if isinstance(text, str) else text
        rows = Table.grid(padding=(0, 1))
        rows.add_column(width=1)
        rows.add_column(width=9, style="dim")
        rows.add_column(overflow="fold")
        rows.add_row(Text(*mark), Text(label), Text("\n".join(map(printable, lines)), style=style))
        self.out.print(Padding(rows, (0, 0, 0, 2), expand=False))


def lines_of(screen: Screen) -> Callable[[], str]:
    """Return the function that reads lines: at the prompt, or from a pipe, whose lines may contain any bytes."""
    if screen.live:
        return screen.ask

    def read() -> str:
        line = sys.stdin.buffer.readline() if sys.stdin is not None else b""
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")

    return read


def _typed_so_far() -> str:
    readline = sys.modules.get("readline")
    return str(readline.get_line_buffer()) if readline is not None else ""
