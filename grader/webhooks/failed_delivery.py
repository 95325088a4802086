"""Delivers an event while the database is locked for long, and once more after that."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.assertions.expected import DELIVERED
from grader.assertions.json_values import Count
from grader.errors import NotChecked
from grader.harness.harness import Harness
from grader.http_client.client import PATIENCE
from grader.http_client.reply import Reply
from grader.testdata.random_values import words
from grader.text import story
from grader.webhooks.phone import Phone

LOCKED = 8.0
"""Seconds for which the database is locked: longer than clause K6 asks a service to wait."""
LATER = 1.0
"""Seconds that the kit waits after the lock, before it looks whether a failed attempt has stored a message."""


@dataclass(frozen=True)
class Attempted:
    """The answers to two deliveries of the same event, and how many messages it had become after each."""

    first: Reply
    """The answer while the database was locked."""
    after_first: Count
    """How many messages the event had become after the first delivery."""
    second: Reply
    """The answer after the lock."""
    messages: Count
    """How many messages the event has become in the end."""

    @property
    def stored_in_vain(self) -> Listing:
        """List the first answer if it was an error and the service stored a message all the same."""
        left = self.first.code >= 400 and self.after_first != 0
        found = [f"{self.first.summary}, and {self.after_first.actual_text()}"] if left else []
        return Listing(found, request=self.first.request, what="error with a message")

    @property
    def promised_in_vain(self) -> Listing:
        """List the first answer if it was a success and the service didn't store exactly one message."""
        lost = self.first.code in DELIVERED and self.after_first != 1
        found = [f"{self.first.summary}, and {self.after_first.actual_text()}"] if lost else []
        return Listing(found, request=self.first.request, what="success without a message")


def deliver_twice(harness: Harness) -> Attempted:
    """Deliver an event while the database is locked, and once more after the lock.

    Raises NotChecked where the kit can't lock the database, and Failed where a delivery gets no answer.
    """
    service = harness.services.new(env=harness.credentials.environment())
    try:
        if not service.project.has_file_database:
            raise NotChecked("The kit cannot hold the write lock of a database that is not an SQLite file.")
        phone = Phone(service, harness.credentials.twilio_auth_token)
        body = words()
        message = phone.write(body)
        service.start()
        service.story.add(f"{story.LOCKED} for {LOCKED:g} s")
        waits = harness.resources.programs.waits
        with waits.named("your server, with its database locked", LOCKED), service.database.locked(LOCKED):
            first = phone.deliver(message, patience=LOCKED + PATIENCE)
        if first.code >= 400:
            harness.shared.pause(LATER)  # a background thread of the service may write only after the lock
        after_first = phone.messages(body)
        second = phone.deliver(message)
        return Attempted(first, after_first, second, phone.messages(body))
    finally:
        service.kill()
