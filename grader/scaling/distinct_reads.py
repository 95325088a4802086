"""Whether a service's memory stays steady while 20,000 reads ask for 20,000 different times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self

from grader.assertions.observed import Observed
from grader.chat.api import Chat
from grader.errors import Failed, NotChecked, Unclear
from grader.harness.harness import Harness
from grader.harness.load_level import LoadLevel
from grader.http_client.kept import KeptConnection
from grader.scaling.memory import megabytes
from grader.scaling.write_paths import REFUSING
from grader.service.server import Service

MESSAGES, LENGTH = 20, 100
READS = 20_000
ENOUGH = 6_000
"""After so many reads, a service that stopped growing is steady. One that goes on gets all 20,000."""
WARM_UP = 1_000
READERS = 4
BATCH = 1_000
STEADY = 0.15
"""A service is steady if its memory grows, per read, by less than this share of the page that was read."""
GROWING = 0.4
"""A service that keeps every page grows by one page per read, or more."""
MOST_MEGABYTES = 700.0
READ_WITHIN = 150.0
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Growing:
    """How the memory of a service has grown: its megabytes after the warm-up, and after each further thousand reads."""

    megabytes: tuple[float, ...]
    page: int
    """The bytes of one page."""

    @property
    def share(self) -> float:
        """The growth per read in the last quarter of the reads, as a share of a page."""
        batches = max(3, len(self.megabytes) // 4)
        last = self.megabytes[-1 - batches :]
        return (last[-1] - last[0]) * 1024 * 1024 / ((len(last) - 1) * BATCH * self.page) if len(last) > 1 else 0.0


class GrowthPerRead(float, Observed):
    """By how many bytes the memory grew per read, in pages. A check compares it with `STEADY`."""

    what: str

    def __new__(cls, growing: Growing, *, request: str) -> Self:
        made = super().__new__(cls, growing.share)
        first, *others = growing.megabytes
        made.request = request
        made.what = f"{first:.0f} MB after {WARM_UP:,} reads, {others[-1]:.0f} MB after {len(others) * BATCH:,} more"
        return made

    def expected_text(self, operator: str, other: object) -> str:  # noqa: ARG002 - there is one operator
        return "memory that stays steady, however many different times are asked for"

    def actual_text(self) -> str:
        return self.what


def growth_per_distinct_read(harness: Harness) -> GrowthPerRead:
    """Read from 20,000 different times on, and see how the memory grows. A run with little load asks less if it can.

    Raises Unclear between steady and growing, and NotChecked where the service is too slow.
    """
    service = harness.services.start(env={"CACHE": "on"})
    Chat(service).send_many(MESSAGES, length=LENGTH)
    page = len(service.get("/messages").content)
    sizes: list[float] = []
    times = _times()
    deadline = time.monotonic() + READ_WITHIN
    with ThreadPoolExecutor(READERS) as pool:
        for done in range(0, READS + 1, BATCH):
            list(pool.map(partial(_read, service), _shares(times)))
            sizes.append(megabytes(service.process.pid))
            growing = Growing(tuple(sizes), page)
            is_steady = done >= ENOUGH and growing.share < STEADY and harness.load is not LoadLevel.FULL
            if is_steady or sizes[-1] - sizes[0] > MOST_MEGABYTES:
                break
            if time.monotonic() > deadline:
                raise NotChecked(f"The service answered {done:,} reads within {READ_WITHIN:.0f} s.", because="project")
    service.kill()
    found = GrowthPerRead(growing, request=f"curl -i 'http://127.0.0.1:5000/messages?since={_written(LONG_AGO)}'")
    if STEADY <= found < GROWING:
        raise Unclear(f"The memory of the service: {found.what}.")
    return found


def _read(service: Service, sinces: list[str]) -> None:
    with KeptConnection(service.port.number) as connection:
        for since in sinces:
            answer = connection.get(f"/messages?since={since}")
            if answer.code not in (200, *REFUSING):
                raise Failed(answer.reply.summary, expected="200", request=answer.exchange.line)


def _times() -> Iterator[str]:
    moment = LONG_AGO
    while True:
        moment += timedelta(milliseconds=1)
        yield _written(moment)


def _shares(times: Iterator[str]) -> list[list[str]]:
    """Take the times of one batch, a share for each reader."""
    return [[next(times) for _ in range(BATCH // READERS)] for _ in range(READERS)]


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
