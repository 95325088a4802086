"""An event whose first delivery meets a database that is held for long, while other checks go on."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.assertions.entries import Listing
from grader.assertions.expected import DELIVERED
from grader.assertions.json_values import Count
from grader.errors import NotChecked
from grader.http_client.client import PATIENCE, Reply
from grader.testdata.random_values import words
from grader.webhooks.phone import Phone

if TYPE_CHECKING:
    from grader.harness.harness import Harness

HELD = 8.0
"""Seconds: longer than clause K6 asks anybody to wait."""
LATER = 1.0
"""Seconds from the end of the hold to the look for what an attempt that failed has left behind."""


@dataclass(frozen=True)
class Attempted:
    """The answers to the first delivery and to the second, and how many messages the event was after each."""

    first: Reply
    """The answer while the database was held."""
    after_first: Count
    second: Reply
    """The answer when it was free."""
    messages: Count
    """How many messages the event is in the end."""

    @property
    def stored_in_vain(self) -> Listing:
        """List the first answer where it was an error, and something was stored all the same."""
        left = self.first.code >= 400 and self.after_first != 0
        said = [f"{self.first.summary}, and {self.after_first.actual_text()}"] if left else []
        return Listing(said, request=self.first.request, what="error with a message")

    @property
    def promised_in_vain(self) -> Listing:
        """List the first answer where it was a success, and nothing was stored then."""
        lost = self.first.code in DELIVERED and self.after_first != 1
        said = [f"{self.first.summary}, and {self.after_first.actual_text()}"] if lost else []
        return Listing(said, request=self.first.request, what="success without a message")


class FailedAttempt:
    """Delivers an event while the database is held, and once more when it is free."""

    def __init__(self, harness: Harness) -> None:
        self._service = harness.new_service(env=harness.credentials.environment())
        self._phone = Phone(self._service, harness.credentials.twilio_auth_token)
        self._body = words()
        self._message = self._phone.write(self._body)
        self._found: Future[Attempted] = Future()
        self._ended = threading.Event()
        threading.Thread(target=self._try, daemon=True).start()

    def result(self) -> Attempted:
        """Wait for the end; raises what a delivery raised, NotChecked where the kit can't hold the database."""
        return self._found.result()

    def end(self) -> None:
        """End it, whatever it waits for."""
        self._ended.set()
        self._service.kill()
        self._found.exception()

    def _try(self) -> None:
        try:
            self._found.set_result(self._deliver_twice())
        except BaseException as found:  # noqa: BLE001 - whoever asks for the result gets it
            self._found.set_exception(found)
        finally:
            self._service.kill()

    def _deliver_twice(self) -> Attempted:
        if not self._service.project.has_file_database:
            raise NotChecked("The kit cannot hold the write lock of a database that is not an SQLite file.")
        self._service.start()
        with self._service.database.locked(HELD):
            first = self._phone.deliver(self._message, patience=HELD + PATIENCE)
        if first.code >= 400:
            self._ended.wait(LATER)  # somebody in the background may only now get at the database
        after_first = self._phone.messages(self._body)
        second = self._phone.deliver(self._message)
        return Attempted(first, after_first, second, self._phone.messages(self._body))
