"""A client's listing, line by line: which message each line is about, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.client.program import Run
from grader.client.scripted_chat import Said


@dataclass(frozen=True)
class Lines:
    """What a run of the client printed, and the messages that it should have printed."""

    run: Run
    messages: Sequence[Said]
    """The messages that should have been printed, the newest first."""

    @property
    def ids(self) -> Listing:
        """List the ids in the order of their lines, in received order if that is exactly reversed.

        Several messages on one line, as in a list that was printed whole, are one entry.
        """
        lines = [[said.id for said in self.messages if _is_about(said, line)] for line in self._lines()]
        found = [" beside ".join(ids) for ids in lines if ids]
        expected = [said.id for said in self.messages]
        ordered = list(reversed(found)) if found == list(reversed(expected)) else found
        return Listing(ordered, request=self.run.request, what="line")

    @property
    def without_their_text(self) -> Listing:
        """List the messages whose id and text don't stand on one line: the shortest with what came closest to it."""
        lacking = [said for said in self.messages if not any(_is_about(said, line) for line in self._lines())]
        lacking.sort(key=lambda said: len(said.text))
        told = [self._closest(said) for said in lacking[:1]] + [f"nor one of {said.id}" for said in lacking[1:]]
        return Listing(told, request=self.run.request, what="message without a line of id and text")

    @property
    def unnamed(self) -> Listing:
        """List the messages whose id was printed nowhere."""
        lacking = [said.id for said in self.messages if said.id not in self.run.printed]
        return Listing(lacking, request=self.run.request, what="message without its id")

    def naming(self, wanted: Said, part: str) -> Listing:
        """List the lines of one message that don't contain something."""
        lines = [line for line in self._lines() if _is_about(wanted, line)]
        lacking = [line for line in lines if part not in line] if lines else ["no line of this message"]
        return Listing(lacking, request=self.run.request, what=f"line of {wanted.id} without {part}")

    def not_naming(self, wanted: Said, part: str) -> Listing:
        """List the lines of one message that contain something all the same."""
        lines = [line for line in self._lines() if _is_about(wanted, line) and part in line]
        return Listing(lines, request=self.run.request, what=f"line of {wanted.id} with {part}")

    @property
    def texts_in_order(self) -> Listing:
        """List the messages whose text doesn't follow the one before in what was printed."""
        lacking, position = [], 0
        for said in self.messages:
            found = self.run.printed.find(said.text, position)
            lacking += [said.id] if found < 0 else []
            position = max(position, found)
        return Listing(lacking, request=self.run.request, what="message out of its place")

    def _closest(self, said: Said) -> str:
        taken = [other for other in self.messages if other is not said]
        lines = [line for line in self._lines() if not any(_is_about(other, line) for other in taken)]
        named = next((line for line in lines if said.id in line), None)
        closest = named or next((line for line in lines if said.text in line), None)
        seen = f'"{closest.strip()}", ' if closest else ""
        return f'{seen}no line of {said.id} and "{said.text}"'

    def _lines(self) -> Iterable[str]:
        return self.run.printed.splitlines()


def _is_about(said: Said, line: str) -> bool:
    return said.id in line and said.text in line
