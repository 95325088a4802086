"""An event whose first delivery meets a database that is locked for long, while other checks go on."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.assertions.expected import DELIVERED
from grader.assertions.json_values import Count
from grader.errors import NotChecked
from grader.harness.harness import Harness
from grader.http_client.client import PATIENCE, Reply
from grader.testdata.random_values import words
from grader.webhooks.phone import Phone

LOCKED = 8.0
"""Seconds for which the database is locked: longer than clause K6 asks anybody to wait."""
LATER = 1.0
"""Seconds from the end of the lock to the look for what an attempt that failed has left behind."""


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


def deliver_twice(harness: Harness) -> Attempted:
    """Deliver an event while the database is locked, and once more when it is free.

    Raises NotChecked where the kit can't lock the database, and what a delivery raises.
    """
    service = harness.services.new(env=harness.credentials.environment())
    try:
        if not service.project.has_file_database:
            raise NotChecked("The kit cannot hold the write lock of a database that is not an SQLite file.")
        phone = Phone(service, harness.credentials.twilio_auth_token)
        body = words()
        message = phone.write(body)
        service.start()
        with service.database.locked(LOCKED):
            first = phone.deliver(message, patience=LOCKED + PATIENCE)
        if first.code >= 400:
            harness.shared.pause(LATER)  # a thread in the background may only now get at the database
        after_first = phone.messages(body)
        second = phone.deliver(message)
        return Attempted(first, after_first, second, phone.messages(body))
    finally:
        service.kill()
