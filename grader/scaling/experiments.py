"""The experiments that answer the questions of the worksheet, on services of the project."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from statistics import fmean, median

import psutil

from grader.errors import Failed, NotChecked
from grader.load.bench import Bench
from grader.load.capacity_search import CapacitySearch
from grader.load.figures import Figures, take
from grader.load.server_timing import durations
from grader.load.slo import Slo
from grader.load.workloads import READ, WRITE, Request, reads
from grader.scaling.questions import CURVE, MAILS_A_YEAR, PEAK
from grader.service.server import Service

SECONDS = 1.0
PAIRS = 3
FEW, MANY = 1_000, 8_000
EIGHT = 8
COMMITS = 40
TIMED = 200
"""How many reads are asked where the time in the database goes."""
A_YEAR = 365 * 24 * 3600

Found = Mapping[str, float | str]
Answer = tuple[str, float | None, str]
"""The name of a question, what was measured, or why it could not be."""


@dataclass
class Experiments:
    """Carries out all experiments on one bench. `curve` holds the throughput by clients once it was measured."""

    bench: Bench
    slo: Slo
    curve: list[tuple[int, float]] = field(default_factory=list)
    latency: float = 0.0
    """Seconds that one reader waits for an answer, on average."""
    demand: float = 0.0
    """Seconds of processor time that the service needs for a read."""
    busiest: float = 0.0
    """The most cores that other programs used meanwhile."""

    def run(self) -> Iterator[Answer]:
        """Yield the answers one by one, as they are measured. What this service or machine can't show has a reason."""
        for names, experiment in (
            (("read_ms", "reads_ratio_8", "limit_ratio", "megabytes_per_s"), self._reads),
            (("message_bytes", "memory_mb"), self._answers),
            (("rows_ratio",), self._rows),
            (("commit_ms", "writes_per_s", "writes_ratio_8", "mails_per_s", "servers"), self._writes),
            (("database_share", "without_database"), self._database),
            (("cache_gain",), self._cache),
            (("half_p95_ms", "nearly_p95_ms"), self._capacity),
        ):
            found: Found
            try:
                found = experiment()
            except NotChecked as obstacle:
                found = dict.fromkeys(names, str(obstacle))
            for name in names:
                value = found.get(name, "The service doesn't show it.")
                yield (name, None, value) if isinstance(value, str) else (name, value, "")

    def _reads(self) -> Found:
        service = self.bench.start()
        take(self.bench.load(service), (READ,), users=2, seconds=SECONDS)  # the first requests are slow
        for clients in CURVE:
            found = self._take(service, clients)
            self.curve.append((clients, found.rate))
            if clients == 1:
                self.latency, self.demand = 1 / found.rate, (found.cpu_ms or 0.0) / 1000
        ones, eights = self._in_turn(lambda: self._take(service, 1), lambda: self._take(service, EIGHT))
        short, long = self._in_turn(lambda: self._take(service, 1), lambda: self._page(service, 100))
        size = len(service.get("/messages").content)
        service.kill()
        return {
            "read_ms": median(one.p50_ms or 0.0 for one in [*ones, *short]),
            "reads_ratio_8": _ratio(ones, eights, "rate"),
            "limit_ratio": _ratio(short, long, "p50_ms"),
            "megabytes_per_s": median(one.rate for one in eights) * size / 1e6,
        }

    def _answers(self) -> Found:
        service = self.bench.start()
        short, long = (len(service.get(f"/messages?limit={count}").content) for count in (20, 100))
        before = _memory(service)
        for _ in range(100):
            service.get("/messages?limit=100")
        grown = _memory(service) - before
        service.kill()
        return {"message_bytes": (long - short) / 80, "memory_mb": max(grown, 0.0)}

    def _rows(self) -> Found:
        try:
            few, many = (self.bench.start(messages=0, data=self.bench.filled(count)) for count in (FEW, MANY))
        except Failed as too_slow:
            raise NotChecked(too_slow.actual) from None
        one, other = self._in_turn(lambda: self._take(few, 1), lambda: self._take(many, 1))
        few.kill()
        many.kill()
        return {"rows_ratio": _ratio(one, other, "p50_ms")}

    def _writes(self) -> Found:
        service = self.bench.start()
        ones, eights = self._in_turn(lambda: self._take(service, 1, WRITE), lambda: self._take(service, EIGHT, WRITE))
        journal = _journal(service)
        service.kill()
        alone, together = (median(one.rate for one in batches) for batches in (ones, eights))
        a_second = MAILS_A_YEAR / A_YEAR
        return {
            "commit_ms": self._commit_ms(journal),
            "writes_per_s": alone,
            "writes_ratio_8": _ratio(ones, eights, "rate"),
            "mails_per_s": a_second,
            "servers": PEAK * a_second / max(alone, together),
        }

    def _commit_ms(self, journal: str) -> float:
        """Return how long a small commit takes in a database of its own, on the disk that services use here."""
        place = self.bench.resources.fresh("commit")
        place.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(place / "one.db", isolation_level=None)) as connection:
            connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.execute("CREATE TABLE message (text TEXT)")
            taken = [_seconds(lambda: connection.execute("INSERT INTO message VALUES ('x')")) for _ in range(COMMITS)]
        return median(taken) * 1000

    def _database(self) -> Found:
        service = self.bench.start(env={"TIMING": "on"})
        told = [durations(service.get("/messages").headers.get("server-timing", "")) for _ in range(TIMED)]
        service.kill()
        shares = [one["db"] / one["total"] for one in told if one.get("total") and "db" in one]
        if not shares:
            raise NotChecked("The service doesn't send Server-Timing (4.4).")
        share = min(fmean(shares), 1.0)
        return {"database_share": 100 * share, "without_database": 1 / max(1 - share, 0.001)}

    def _cache(self) -> Found:
        on, off = (self.bench.start(env={"CACHE": value}) for value in ("on", "off"))
        ons, offs = self._in_turn(lambda: self._page(on, 100), lambda: self._page(off, 100))
        on.kill()
        off.kill()
        return {"cache_gain": _ratio(ons, offs, "p50_ms")}

    def _capacity(self) -> Found:
        service = self.bench.start()
        searching = CapacitySearch(self.bench.load(service), "reads", self.slo)
        searching.run()
        held = searching.search.found.held
        if not held:
            raise NotChecked("The service doesn't keep its objective at any rate.")
        half, nearly = (searching.probe(share * held).probe for share in (0.5, 0.95))
        service.kill()
        if half.p95_ms is None or nearly.p95_ms is None:
            raise Failed("The service gave no answer at its capacity.", expected="answers of status 200")
        return {"half_p95_ms": half.p95_ms, "nearly_p95_ms": nearly.p95_ms}

    def _take(self, service: Service, clients: int, request: Request = READ) -> Figures:
        found = take(self.bench.load(service), (request,), users=clients, seconds=SECONDS)
        self.busiest = max(self.busiest, found.other)
        return found

    def _page(self, service: Service, limit: int) -> Figures:
        found = take(self.bench.load(service), reads(limit), seconds=SECONDS)
        self.busiest = max(self.busiest, found.other)
        return found

    def _in_turn(self, a: Callable[[], Figures], b: Callable[[], Figures]) -> tuple[list[Figures], list[Figures]]:
        """Measure two things in turn, so that both meet the same noise."""
        pairs = [(a(), b()) for _ in range(PAIRS)]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _ratio(a: list[Figures], b: list[Figures], figure: str) -> float:
    return median(float(getattr(two, figure) / getattr(one, figure)) for one, two in zip(a, b, strict=True))


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _memory(service: Service) -> float:
    """Return the memory of a service, with everything that it started, in megabytes."""
    root = psutil.Process(service.process.pid)
    return sum(one.memory_info().rss for one in (root, *root.children(recursive=True))) / 1e6


def _journal(service: Service) -> str:
    """Return the journal mode of a service's database, so that a commit of the kit's own does what the service's do."""
    try:
        with closing(service.database.open("ro")) as connection:
            mode = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    except (sqlite3.Error, AttributeError, NotChecked, Failed):
        return "delete"
    return mode if mode in ("delete", "wal", "truncate", "persist") else "delete"
