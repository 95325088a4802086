"""What clause by clause came of a rate limit, as values that checks compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from grader.assertions.entries import Listing
from grader.assertions.expected import DELIVERED, OK
from grader.assertions.replies import Statuses
from grader.chat.api import Chat
from grader.chat.error_body import fault_of_refusal
from grader.errors import NotChecked, Unclear
from grader.harness.harness import Harness
from grader.http_client.kept import Answer
from grader.scaling import retry_after
from grader.scaling.measured import Amount
from grader.scaling.rate_limit import FEW, LONGEST_WAIT, MOST, SECONDS, SHORT, Findings
from grader.scaling.senders import Posted, Sender, most_accepted

BURST = 8
OFFERED = 3
"""How many times the limit a flood must offer at least."""


class Limited:
    """What the clients of a service with `RATE_LIMIT=20/5` met."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def most_in_a_window(self, kind: str) -> Amount:
        """Count the most messages of one client that were accepted within 5 s: the `flooder`, or the `forger`.

        The forger writes other headers and another author into each request.
        """
        sender = self._findings.forger if kind == "forger" else self._findings.flooder
        return Amount(
            most_accepted(sender.posted, SECONDS),
            what=f"messages of one client accepted in any {SECONDS} s",
            request=_line(sender.posted),
            more=f"{len(sender.posted)} were sent in {self._findings.flood_seconds:.0f} s" if kind != "forger" else "",
        )

    @property
    def share_of_limit(self) -> Amount:
        """Divide the rate at which a flood was accepted by the limit; raises Unclear where the kit was too slow."""
        posted = self._findings.flooder.posted
        begun = min(one.answer.sent for one in posted)
        inside = [one for one in posted if one.answer.sent <= begun + self._findings.flood_seconds]
        due = self._findings.flood_seconds * MOST / SECONDS
        if len(inside) < OFFERED * due:
            raise Unclear(f"The kit could send {len(inside)} messages only in {self._findings.flood_seconds:.0f} s.")
        accepted = sum(one.accepted for one in inside)
        return Amount(
            accepted / due,
            what="times as many as the limit says",
            request=_line(posted),
            more=f"{accepted} accepted in {self._findings.flood_seconds:.1f} s",
        )

    @property
    def refused_even_sender(self) -> Listing:
        """List the refusals of a client that sends evenly at four fifths of the limit, and reads in between."""
        return _refusals(self._findings.even, f"refusal of a client that sends evenly at 80 % of {MOST}/{SECONDS}")

    @property
    def refused_steady_sender(self) -> Listing:
        """List the refusals of a client that sends evenly at four fifths of a limit that leaves little room."""
        return _refusals(self._findings.steady, f"refusal of a client that sends evenly at 80 % of {FEW}/{SHORT}")

    @property
    def refused_neighbour(self) -> Listing:
        """List the refusals of a client with another address, which sends one message a second during the flood."""
        if self._findings.neighbour is None:
            raise NotChecked("This machine has one loopback address only, so the kit can't be two clients.")
        return _refusals(self._findings.neighbour, "refusal of a client with another address")

    @property
    def refused_reads(self) -> Listing:
        """List the reads that were refused, from the address that floods and from the even sender's."""
        return _others(
            ((one, f"{one.code} for GET /messages") for one in self._findings.reads if one.code not in OK),
            "refused read",
        )

    @property
    def refused_webhooks(self) -> Listing:
        """List the text messages and Slack commands from the address that floods which were refused."""
        found = ((one, f"{one.code} for {name}") for name, one in self._findings.webhooks if one.code not in DELIVERED)
        return _others(found, "refused webhook")

    @property
    def statuses(self) -> Statuses:
        """Give the statuses of all messages that weren't accepted."""
        counted = Counter(one.answer.code for one in self._all if not one.accepted)
        odd = next((one for one in self._all if not one.accepted and not one.refused), None)
        summary = ", ".join(f"{count} × {code}" for code, count in sorted(counted.items())) or "no refusal"
        more = f"; one of them: {odd.answer.reply.summary}" if odd else ""
        return Statuses(counted, request=_line(self._all), summary=f"{summary}{more}")

    @property
    def faulty_bodies(self) -> Listing:
        """List what is wrong with the bodies of refusals."""
        faults = ((one.answer, str(fault_of_refusal(one.answer.reply))) for one in self._refused)
        return _others(((one, fault) for one, fault in faults if fault), "refusal whose body is not as in clause K6")

    @property
    def faulty_headers(self) -> Listing:
        """List what is wrong with the `Retry-After` of refusals."""
        faults = ((one.answer, retry_after.fault(one.answer)) for one in self._refused)
        return _others(
            ((one, fault) for one, fault in faults if fault), "refusal without a Retry-After that can be read"
        )

    @property
    def refused_again(self) -> Listing:
        """List the messages that were refused although the client had waited as long as it was told.

        Raises NotChecked where no client was told a time that the kit can wait.
        """
        waited = self._findings.waited
        if self._findings.too_long and not waited:
            told = self._findings.too_long[0].headers[retry_after.HEADER]
            raise NotChecked(
                f"Retry-After: {told} is longer than the {LONGEST_WAIT:.0f} s that the kit waits.", because="project"
            )
        if not waited and not self._refused:
            raise NotChecked("No message was refused, so no client was told to wait.", because="project")
        found = (
            (again.answer, f"{again.answer.code} {seconds:.1f} s after a refusal with {_told(refusal)}")
            for refusal, seconds, again in waited
            if not again.accepted
        )
        return _others(found, "refusal after the wait")

    @property
    def stored_though_refused(self) -> Listing:
        """List the messages that the service lists although it refused them."""
        found = ((one.answer, one.text) for one in self._all if not one.accepted and one.text in self._listed)
        return _others(found, "message stored and refused")

    @property
    def lost(self) -> Listing:
        """List the messages that the service accepted and doesn't list."""
        found = ((one.answer, one.text) for one in self._all if one.accepted and one.text not in self._listed)
        return _others(found, "accepted message that isn't listed")

    @property
    def _all(self) -> list[Posted]:
        return [posted for sender in self._findings.senders for posted in sender.posted]

    @property
    def _refused(self) -> list[Posted]:
        return [posted for posted in self._all if posted.refused]

    @cached_property
    def _listed(self) -> frozenset[str]:
        pages = (Chat(service).all(limit=100) for service in self._findings.services)
        return frozenset(str(one.text.value) for page in pages for one in page.messages)


@dataclass(frozen=True)
class Burst:
    """What became of 64 messages that one client sent as fast as they were answered."""

    accepted: Amount
    """How many were accepted within any window."""
    refused: Listing
    """Those that were refused."""


def burst_against(harness: Harness, limit: str) -> Burst:
    """Send 64 messages to a service with this `RATE_LIMIT`, or without one if it is empty."""
    service = harness.services.start(env={"RATE_LIMIT": limit} if limit else {})
    sender = Sender(service.port.number)
    sender.burst(BURST)
    service.kill()
    seconds = int(limit.partition("/")[2] or SECONDS)
    accepted = Amount(
        most_accepted(sender.posted, seconds),
        what=f"messages of one client accepted in any {seconds} s",
        request=_line(sender.posted),
        more=f"RATE_LIMIT={limit}, {len(sender.posted)} sent" if limit else "",
    )
    return Burst(accepted, _refusals(sender, "refusal"))


def _refusals(sender: Sender, what: str) -> Listing:
    refused = [one for one in sender.posted if not one.accepted]
    entries = [f"{one.answer.code} for message {sender.posted.index(one) + 1}" for one in refused]
    return Listing(entries, request=_line(refused or sender.posted), what=what)


def _others(found: Iterable[tuple[Answer, str]], what: str) -> Listing:
    listed = list(found)
    request = listed[0][0].exchange.line if listed else "curl -i 'http://127.0.0.1:5000/messages'"
    counted = Counter(said for _, said in listed)
    entries = [said if times == 1 else f"{said} ({times} times)" for said, times in counted.items()]
    return Listing(entries, request=request, what=what)


def _line(posted: list[Posted]) -> str:
    return posted[0].answer.exchange.line if posted else ""


def _told(refusal: Posted) -> str:
    return f"Retry-After: {refusal.answer.headers.get(retry_after.HEADER, '')}"
