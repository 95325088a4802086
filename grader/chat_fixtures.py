"""The fixtures of the checks from stage 2 on: chats in a known state, old databases, and rooms for clients."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import client as clients
from grader.bench import Bench
from grader.chat import Chat
from grader.client import Run
from grader.dialect import DIALECTS, YOUNG
from grader.errors import NotChecked, ProjectError
from grader.fixtures import hold
from grader.ground import FRESH, GROWN, Ground
from grader.heard import overheard
from grader.listing import Lines
from grader.migration import MigratedChat, Migration
from grader.room import Room, Said
from grader.rooms import CrowdedChat, LongChat, SentAtOnce, SpacedChat, TimedChat, send_at_once
from grader.silence import REPLYING, SHOWING, UNHEARD
from grader.value import Count
from grader.wire import PATIENCE
from grader.workspace import Workspace

KOLKATA = "Asia/Kolkata"
ZONES = Path("/usr/share/zoneinfo")
AGE = 2.5
"""Seconds that a server runs before its clock is asked: a time taken at its start is then seen to be wrong."""

HELD = 1.6
"""Seconds that the database is held: a write has to wait for two (clause K6)."""


@pytest.fixture
def ground(request: pytest.FixtureRequest, bench: Bench) -> Ground:
    """Give what a check's messages lie on: new data, or those of stage 2 where a later step asks the check again."""
    return Ground(bench, getattr(request, "param", FRESH))


@pytest.fixture
def chat(ground: Ground) -> Chat:
    """Give the messages of a shared service."""
    return Chat(ground.shared())


@pytest.fixture
def fresh_chat(bench: Bench) -> Iterator[Chat]:
    """Give the messages of a service of its own, on a new database."""
    service = bench.new_service()
    service.start()
    yield Chat(service)
    service.kill()


@pytest.fixture
def empty_chat(bench: Bench, fresh_chat: Chat) -> Chat:
    """Give the messages of a service of its own, of which there are none."""
    if not bench.project.has_new_databases:
        raise NotChecked("The kit cannot give the server an empty database, as its url has no {data}.")
    return fresh_chat


@pytest.fixture
def crowded_chat(bench: Bench, ground: Ground) -> CrowdedChat:
    """Give a chat with more messages than a page may hold; made once."""
    return bench.made.once(f"crowded {ground.name}", lambda: CrowdedChat(ground.shared()))


@pytest.fixture
def kolkata_chat(bench: Bench) -> TimedChat:
    """Give a chat whose server was started under another time zone; made once."""
    if not far_away():
        raise NotChecked("This machine has no time-zone data.")

    return bench.made.once("kolkata", lambda: _make_kolkata_chat(bench))


@pytest.fixture
def spaced_chat(bench: Bench, ground: Ground) -> SpacedChat:
    """Give a chat whose last two messages lie three seconds apart, under another time zone; made once."""
    return bench.made.once(f"spaced {ground.name}", lambda: SpacedChat(ground.new(far_away()), bench.made.pause))


@pytest.fixture
def migration(bench: Bench) -> Migration:
    """Give the old database, and the starts that bring copies of it forward."""
    return bench.migration()


@pytest.fixture
def deciding_workspace(bench: Bench, workspace: Workspace) -> Workspace:
    """Look at the project as git sees it; left out where the earlier state had times, so that nothing was to decide."""
    try:
        had_times = bench.migration().old.had_times
    except NotChecked:
        return workspace
    if had_times:
        raise NotChecked("Done earlier: the project's state of step 2.5 gives every message a time already.")
    return workspace


@pytest.fixture
def migrated_chat(bench: Bench) -> MigratedChat:
    """Give the project on a database that was migrated under another time zone; made once.

    Where there is no old one, this part is left out.
    """
    try:
        return bench.made.once("migrated", lambda: bench.migration().chat(far_away()))
    except NotChecked as obstacle:
        raise NotChecked(str(obstacle)) from None


@pytest.fixture
def aged_chat(bench: Bench, migrated_chat: MigratedChat) -> MigratedChat:
    """Give the project on a migrated database, when its start is so long past that one tells it from now."""
    bench.made.pause(max(0.0, migrated_chat.ready_at + AGE - time.monotonic()))
    return migrated_chat


@pytest.fixture
def long_chat(bench: Bench, ground: Ground) -> LongChat:
    """Give a chat of 150 messages: migrated ones, whose times may all tie, or new ones where there is no old state."""

    def make() -> LongChat:
        if ground.name == GROWN:
            return bench.migration(of_stage_2=True).chat()
        try:
            return bench.migration().chat()
        except NotChecked:
            service = bench.new_service()
            service.start()
            sent = Chat(service).send_many(150)
            return LongChat(service, [message.id for message in sent[::-1]])

    return bench.made.once(f"long {ground.name}", make)


@pytest.fixture
def all_sent_at_once() -> Callable[[Chat, int], SentAtOnce]:
    """Send messages at the same moment: `all_sent_at_once(chat, 20)`."""

    def send(chat: Chat, count: int) -> SentAtOnce:
        return send_at_once(chat, count, PATIENCE)

    return send


@pytest.fixture
def sent_while_held(bench: Bench, ground: Ground) -> SentAtOnce:
    """Give twelve messages that were sent at the same moment while the database was held; made once."""
    return bench.made.once(f"held {ground.name}", lambda: _send_while_held(ground))


@pytest.fixture
def room() -> Iterator[Room]:
    """Run a scripted chat server for a client."""
    room = Room()
    yield room
    room.close()


@pytest.fixture(params=DIALECTS, ids=str)
def any_room(request: pytest.FixtureRequest) -> Iterator[Room]:
    """Run a scripted chat server in each of two dialects, for what a client has to do whoever the server is."""
    room = Room(request.param)
    yield room
    room.close()


@pytest.fixture
def young_room() -> Iterator[Room]:
    """Run a scripted chat server whose messages have an id and a text and no more."""
    room = Room(YOUNG)
    yield room
    room.close()


@pytest.fixture
def lines() -> Callable[..., Lines]:
    """Read a client's listing line by line: `lines(run, room)`."""

    def read(run: Run, room: Room, messages: list[Said] | None = None) -> Lines:
        return Lines(run, room.messages if messages is None else messages)

    return read


@pytest.fixture
def send_silence(bench: Bench) -> Run:
    """Give how `send` ended against a server that never answers; begun early, as it takes long."""
    return bench.heard.client(bench.silence("send", UNHEARD))


@pytest.fixture
def list_silence(bench: Bench) -> Run:
    """Give how `list` ended against a server that never answers; begun early, as it takes long."""
    return bench.heard.client(bench.silence("list"))


@pytest.fixture
def reply_silence(bench: Bench) -> Run:
    """Give how `reply` ended against a server that never answers; begun early, as it takes long."""
    return bench.heard.client(bench.silence(*REPLYING))


@pytest.fixture
def show_silence(bench: Bench) -> Run:
    """Give how `show` ended against a server that never answers; begun early, as it takes long."""
    return bench.heard.client(bench.silence(*SHOWING))


@pytest.fixture
def client_in(bench: Bench) -> Callable[..., clients.Run]:
    """Run the client under a time zone: `client_in("Asia/Kolkata", "list", server_url=...)`."""

    def run(zone: str, *arguments: str, server_url: str) -> clients.Run:
        if not (ZONES / zone).exists():
            raise NotChecked("This machine has no time-zone data.")
        return bench.heard.client(clients.run(bench.project, *arguments, server_url=server_url, zone=zone))

    return run


@pytest.fixture
def kept_rows(bench: Bench) -> Callable[[int], tuple[Count, Count]]:
    """Count the rows that messages have left, after SIGTERM and again after a restart: `kept_rows(3)`.

    Of the tables that grew with the messages, the one that kept the most; others may be an index, or a queue.
    """

    def count(messages: int) -> tuple[Count, Count]:
        service = bench.new_service()
        service.start()
        before = service.database.rows()
        Chat(service).send_many(messages)
        service.stop().in_time()
        stopped = service.database.rows()
        grown = {name: rows - before.get(name, 0) for name, rows in stopped.items()}
        service.start()
        service.stop().in_time()
        restarted = service.database.rows()
        request = service.wire.exchanges[-1] if service.wire.exchanges else ""
        kept = [
            (rows, restarted.get(name, 0) - before.get(name, 0)) for name, rows in grown.items() if rows >= messages
        ]
        one, other = max(kept, key=lambda pair: pair[1] - pair[0], default=(0, 0))
        return Count(one, request=request), Count(other, request=request)

    return count


def far_away() -> dict[str, str]:
    """Give the environment of a server in another time zone, or nothing where this machine has no time-zone data."""
    return {"TZ": KOLKATA} if (ZONES / KOLKATA).exists() else {}


def _make_kolkata_chat(bench: Bench) -> TimedChat:
    service = bench.new_service(env=far_away())
    service.start()
    bench.made.pause(AGE)
    return TimedChat(service)


def _send_while_held(ground: Ground) -> SentAtOnce:
    service = ground.new()
    with overheard(service), hold(service, HELD):
        return send_at_once(Chat(service), 12, PATIENCE + HELD)


def _begin(bench: Bench, name: str, make: Callable[[], object]) -> None:
    """Make something in the background, unless the other checks would see in their database what it does there."""
    with contextlib.suppress(ProjectError):
        if bench.project.has_new_databases:
            bench.made.begin(name, make)


def _begin_kolkata_chat(bench: Bench, _: str) -> None:
    _begin(bench, "kolkata", lambda: _make_kolkata_chat(bench))


def _begin_spaced_chat(bench: Bench, ground: str) -> None:
    _begin(bench, f"spaced {ground}", lambda: SpacedChat(Ground(bench, ground).new(far_away()), bench.made.pause))


def _begin_sent_while_held(bench: Bench, ground: str) -> None:
    _begin(bench, f"held {ground}", lambda: _send_while_held(Ground(bench, ground)))


AHEAD = {
    "kolkata_chat": _begin_kolkata_chat,
    "spaced_chat": _begin_spaced_chat,
    "sent_while_held": _begin_sent_while_held,
}
"""Fixtures that take some seconds, and what begins each, on the ground of this name, while other checks go on."""
