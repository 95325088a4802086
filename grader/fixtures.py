"""The fixtures of the checks: the only words in which a check speaks to a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from grader import client as clients
from grader.bench import Bench
from grader.crowd import at_once
from grader.database import Grown
from grader.drawn import words
from grader.errors import NotChecked
from grader.life import Life, Restart
from grader.port import refusing
from grader.scripted import Answer, ScriptedServer, scripted
from grader.service import Service
from grader.wire import PATIENCE, Replies
from grader.workspace import Workspace

Client = Callable[..., clients.Run]


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    """Give what the checks of this run share; other fixtures build on it."""
    return request.config.stash[BENCH]


BENCH = pytest.StashKey[Bench]()


@pytest.fixture
def workspace(bench: Bench) -> Workspace:
    """Give the project as git sees it."""
    return bench.workspace()


@pytest.fixture
def service(bench: Bench) -> Service:
    """Give the project's running service, shared by the checks that don't mind."""
    return bench.service()


@pytest.fixture
def restart(bench: Bench) -> Restart:
    """Give what happened when the shared service was stopped and started again beside a second one."""
    return bench.restart()


@pytest.fixture
def lives(bench: Bench) -> Callable[..., list[Life]]:
    """Start services of their own, let each answer some requests, and stop them: `lives([2])`, `lives([0, 2])`."""
    return bench.lives


@pytest.fixture
def cloned_service(bench: Bench) -> Service:
    """Give a running service of the project as a stranger gets it: cloned into an empty place and set up."""
    return bench.cloned_service()


@pytest.fixture
def client(bench: Bench) -> Client:
    """Run the project's client: `client("ping", server_url=...)`."""

    def run(*arguments: str, server_url: str) -> clients.Run:
        return bench.heard.client(clients.run(bench.project, *arguments, server_url=server_url))

    return run


@pytest.fixture
def ping_silence(bench: Bench) -> clients.Run:
    """Give how `ping` ended against a server that never answers; begun early, as it takes long."""
    return bench.heard.client(bench.silence("ping"))


@pytest.fixture
def answering() -> Iterator[Callable[..., ScriptedServer]]:
    """Run scripted servers that give one answer: `answering("text", status=404)`."""
    open_servers: list[AbstractContextManager[ScriptedServer]] = []

    def answer(body: str, *, status: int = 200) -> ScriptedServer:
        open_servers.append(scripted(Answer.text(body, status)))
        return open_servers[-1].__enter__()

    yield answer
    for server in open_servers:
        server.__exit__(None, None, None)


@pytest.fixture
def long_body() -> str:
    """Draw some 5000 characters in many lines, with what a shell or a format string would change."""
    return "\n".join(f"{words()}  * %s \\t {words()}" for _ in range(100))


@pytest.fixture
def refused() -> Iterator[str]:
    """Give the URL of a port on which nobody listens."""
    with refusing() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def all_at_once() -> Callable[..., Replies]:
    """Send many requests at the same moment, each on a connection of its own: `all_at_once(20, service, "/")`."""

    def send(count: int, service: Service, path: str, *, while_held: float = 0.0) -> Replies:
        return at_once(count, service, path, PATIENCE + while_held)

    return send


@pytest.fixture
def holding_the_lock() -> Callable[[Service, float], AbstractContextManager[None]]:
    """Hold the database's write lock for some seconds: `with holding_the_lock(service, 1.0): ...`."""
    return hold


def hold(service: Service, seconds: float) -> AbstractContextManager[None]:
    """Hold the database's write lock for some seconds; raises NotChecked where the kit can't."""
    if not service.project.has_file_database:
        raise NotChecked("The kit cannot hold the write lock of a database that is not an SQLite file.")
    return service.database.locked(seconds)


@pytest.fixture
def in_turn() -> Callable[..., Replies]:
    """Send requests one after the other: `in_turn(service, ["/", "/?a=b"])`."""

    def send(service: Service, paths: list[str]) -> Replies:
        return Replies([service.get(path) for path in paths])

    return send


@pytest.fixture
def growth() -> Callable[[Service], AbstractContextManager[Grown]]:
    """Count what some requests leave in the database: `with growth(service) as grown: ...`, then `7 in grown`."""

    @contextmanager
    def counting(service: Service) -> Iterator[Grown]:
        grown = Grown(service.database)
        first = len(service.wire.exchanges)
        yield grown
        lines = service.wire.exchanges[first:]
        grown.request = (
            "; ".join(dict.fromkeys(lines)) if len(set(lines)) < 4 else f"{lines[0]}   # {len(lines)} such requests"
        )

    return counting
