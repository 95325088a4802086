"""The fixtures of the checks from stage 3 on: a telephone, a channel, data from before, and the search for secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial

import pytest

from grader import instant
from grader.attempt import Attempted
from grader.bench import Bench
from grader.channel import Channel
from grader.chat import STORED, Chat
from grader.chat_fixtures import far_away
from grader.client import Run
from grader.credentials import SHOWN_URL
from grader.drawn import words
from grader.errors import Failed, NotChecked
from grader.leaks import Leaks, in_repository
from grader.messages import read_message
from grader.migration import MigratedChat, Migration
from grader.phone import Phone, Raced, race
from grader.room import Room
from grader.seen import Listing
from grader.service import Service

ELSEWHERE = "https://chat.example.test"
"""The public URL of a service behind a proxy; nobody listens there, and nobody has to."""
ABSENT, EMPTY = "absent", "empty"
LONG_AGO = "2026-01-02T00:00:00Z"
"""A time before everything that is said in a room."""


@pytest.fixture
def phone(bench: Bench) -> Phone:
    """Give somebody's telephone, whose texts reach the service."""
    return Phone(bench.connected(), bench.credentials.twilio_auth_token)


@pytest.fixture
def phone_behind_proxy(bench: Bench) -> Phone:
    """Give a telephone whose texts go to the public URL of a service behind a proxy."""
    return Phone(bench.connected(ELSEWHERE), bench.credentials.twilio_auth_token, ELSEWHERE)


@pytest.fixture
def kolkata_phone(bench: Bench) -> Phone:
    """Give a telephone for a server in another time zone where there is one; the channel's server, too."""
    return Phone(_connected_in_kolkata(bench), bench.credentials.twilio_auth_token)


@pytest.fixture(params=[ABSENT, EMPTY])
def phone_without_token(bench: Bench, request: pytest.FixtureRequest) -> Phone:
    """Give a telephone for a service that was told its public URL and no token, or an empty one; it signs with that.

    Where there is no token, there is a secret for Slack, which proves nothing about text messages.
    """
    secret = bench.credentials.slack_signing_secret
    return Phone(_told(bench, SLACK_SIGNING_SECRET=secret) if request.param == ABSENT else _told_little(bench), "")


@pytest.fixture
def replying_phone(phone: Phone) -> Phone:
    """Give a telephone whose messages can be replied to, where those of the API can; else this part is left out."""
    _need_replies(phone.chat)
    return phone


@pytest.fixture
def attempted(bench: Bench) -> Attempted:
    """Give what became of an event that first came while the database was held; begun early, as it takes long."""
    return bench.made.once("attempt", bench.attempt)


@pytest.fixture
def raced(phone: Phone, holding_the_lock: Callable[..., object]) -> Callable[..., Raced]:
    """Deliver events several times at the same moment: `raced(held=[1.6, 0.3])`, a round for each."""

    def holding(seconds: float) -> object:
        return holding_the_lock(phone.service, seconds) if seconds else nullcontext()

    return lambda held: race(phone, 4, held=held, holding=holding)


@pytest.fixture
def channel(bench: Bench) -> Channel:
    """Give a channel in which somebody types commands, to a server in another time zone where there is one."""
    return Channel(_connected_in_kolkata(bench), bench.credentials.slack_signing_secret)


@pytest.fixture
def dated_channel(channel: Channel) -> Channel:
    """Give a channel whose messages have times, where those of the API do; else this part is left out."""
    if instant.read(channel.chat.send(words()).fields.get("created_at")) is None:
        raise NotChecked("Messages of the API have no time (step 2.6), so those of a channel can't have one, either.")
    return channel


@pytest.fixture
def phone_beside_channel(bench: Bench, channel: Channel) -> Phone:
    """Give a telephone whose texts reach the service of the channel; where none is taken in, this part is left out."""
    phone = Phone(channel.service, bench.credentials.twilio_auth_token)
    try:
        phone.text(words())
    except Failed:
        raise NotChecked("Text messages are not taken in (step 3.2), so the channel can't show any.") from None
    return phone


@pytest.fixture
def fresh_channel(bench: Bench) -> Iterator[Channel]:
    """Give a channel for a service of its own, on a new database."""
    service = bench.new_service(env=bench.credentials.environment())
    service.start()
    yield Channel(service, bench.credentials.slack_signing_secret)
    service.kill()


@pytest.fixture(params=[ABSENT, EMPTY])
def channel_without_secret(bench: Bench, request: pytest.FixtureRequest) -> Channel:
    """Give a channel for a service that was told no secret, or an empty one; requests are signed with that.

    Where the secret is empty, there is a token for text messages, which proves nothing here.
    """
    if request.param == ABSENT:
        return Channel(_told_little(bench), "")
    token = bench.credentials.twilio_auth_token
    return Channel(_told(bench, TWILIO_AUTH_TOKEN=token, SLACK_SIGNING_SECRET=""), "")


@pytest.fixture
def client_since(client: Callable[..., Run], room: Room) -> Callable[..., Run]:
    """Run the client's `list --since`, where it can do that; else this part is left out."""
    run = partial(client, "list", "--since", LONG_AGO)
    if run(server_url=room.url).exit_code != 0:
        raise NotChecked("The client doesn't list what came since a time (step 2.10).")
    return run


@pytest.fixture
def stage_2_migration(bench: Bench) -> Migration:
    """Give the database of stage 2, and the starts that bring copies of it forward."""
    migration = bench.migration(of_stage_2=True)
    if migration.old.had("source"):
        raise NotChecked("Done earlier: the project's earlier state gives every message a source already.")
    return migration


@pytest.fixture
def grown_chat(bench: Bench, stage_2_migration: Migration) -> MigratedChat:
    """Give the project on a database of stage 2; made once."""
    return bench.made.once("grown chat", stage_2_migration.chat)


@pytest.fixture
def phone_on_old_data(bench: Bench, service_on_old_data: Service) -> Phone:
    """Give a telephone whose texts reach a service on a database of stage 2."""
    return Phone(service_on_old_data, bench.credentials.twilio_auth_token)


@pytest.fixture
def channel_on_old_data(bench: Bench, service_on_old_data: Service) -> Channel:
    """Give a channel of a service on a database of stage 2."""
    return Channel(service_on_old_data, bench.credentials.slack_signing_secret)


@pytest.fixture
def service_on_old_data(bench: Bench, stage_2_migration: Migration) -> Service:
    """Give a running service with all settings on a database of stage 2, if it works there at all; made once."""

    def start() -> MigratedChat:
        chat = stage_2_migration.chat(bench.credentials.environment())
        chat.old_page()
        chat.send(words())
        return chat

    try:
        return bench.made.once("service on old data", start).service
    except Failed:
        raise NotChecked("The service doesn't work on a database of stage 2 (step 3.1), so this is left out.") from None


@pytest.fixture
def replying_channel(channel: Channel) -> Channel:
    """Give a channel of a service whose messages can be replied to; else this part is left out."""
    _need_replies(channel.chat)
    return channel


@pytest.fixture
def leaks(bench: Bench) -> Leaks:
    """Give what was found of the secrets of a service that every kind of caller has spoken to; looked for once."""
    return bench.made.once("leaks", lambda: Leaks(bench))


@pytest.fixture
def repository_leaks(bench: Bench) -> Listing:
    """List where git keeps one of the secrets that the kit made for this project."""
    return in_repository(bench.folder)


def _need_replies(chat: Chat) -> None:
    """Raise NotChecked where messages of the API can't be replied to."""
    parent = chat.send(words())
    reply = chat.request("POST", "/messages", json={"text": words(), "reply_to": parent.id})
    if reply.code not in STORED or read_message(reply).parent != parent.id:
        raise NotChecked("Messages of the API can't be replied to (step 2.11), so others can't, either.")


def _connected_in_kolkata(bench: Bench) -> Service:
    return bench.connected(**far_away())


def _told_little(bench: Bench) -> Service:
    """Return a running service that was told an empty token for text messages, and no secret for Slack."""
    return _told(bench, TWILIO_AUTH_TOKEN="")


def _told(bench: Bench, **settings: str) -> Service:
    """Return a running service that was told its public URL and these settings; one for each choice of names."""

    def start() -> Service:
        service = bench.new_service(env={"PUBLIC_URL": SHOWN_URL, **settings})
        service.start()
        return service

    return bench.kept(f"told {sorted(settings)}", start)
