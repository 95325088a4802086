"""Reads the listing that a client printed: which message each line is about, and in which order the lines stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.client.program import Run
from grader.client.said import Said


@dataclass(frozen=True)
class Lines:
    """What a run of the client printed, and the messages that it should have printed."""

    run: Run
    messages: Sequence[Said]
    """The messages that should have been printed, the newest first."""

    @property
    def ids(self) -> Listing:
        """List the ids in the order of their lines. If that is exactly the reverse, list them newest first.

        Several messages on one line are one entry, as when a client prints a whole list on one line.
        """
        lines = [[message.id for message in self.messages if _is_about(message, line)] for line in self._lines()]
        found = [" beside ".join(ids) for ids in lines if ids]
        expected = [message.id for message in self.messages]
        ordered = list(reversed(found)) if found == list(reversed(expected)) else found
        return Listing(ordered, request=self.run.request, what="line")

    @property
    def without_their_text(self) -> Listing:
        """List the messages whose id and text don't stand on one line. For the shortest, show the closest line."""
        lacking = [message for message in self.messages if not any(_is_about(message, line) for line in self._lines())]
        lacking.sort(key=lambda message: len(message.text))
        found = [self._closest(message) for message in lacking[:1]]
        found += [f"nor one of {message.id}" for message in lacking[1:]]
        return Listing(found, request=self.run.request, what="message without a line of id and text")

    @property
    def unnamed(self) -> Listing:
        """List the messages whose id the client printed nowhere."""
        lacking = [message.id for message in self.messages if message.id not in self.run.printed]
        return Listing(lacking, request=self.run.request, what="message without its id")

    def naming(self, wanted: Said, part: str) -> Listing:
        """List the lines of one message that don't contain `part`."""
        lines = [line for line in self._lines() if _is_about(wanted, line)]
        lacking = [line for line in lines if part not in line] if lines else ["no line of this message"]
        return Listing(lacking, request=self.run.request, what=f"line of {wanted.id} without {part}")

    def not_naming(self, wanted: Said, part: str) -> Listing:
        """List the lines of one message that contain `part`."""
        lines = [line for line in self._lines() if _is_about(wanted, line) and part in line]
        return Listing(lines, request=self.run.request, what=f"line of {wanted.id} with {part}")

    @property
    def texts_in_order(self) -> Listing:
        """List the messages whose text doesn't come after the text of the message before."""
        lacking, position = [], 0
        for message in self.messages:
            found = self.run.printed.find(message.text, position)
            lacking += [message.id] if found < 0 else []
            position = position if found < 0 else found + len(message.text)
        return Listing(lacking, request=self.run.request, what="message out of its place")

    def _closest(self, message: Said) -> str:
        taken = [other for other in self.messages if other is not message]
        lines = [line for line in self._lines() if not any(_is_about(other, line) for other in taken)]
        named = next((line for line in lines if message.id in line), None)
        closest = named or next((line for line in lines if message.text in line), None)
        seen = f'"{closest.strip()}", ' if closest else ""
        return f'{seen}no line of {message.id} and "{message.text}"'

    def _lines(self) -> Iterable[str]:
        return self.run.printed.splitlines()


def _is_about(message: Said, line: str) -> bool:
    return message.id in line and message.text in line
