"""The process that sends the load: Locust, without its command line, for as many runs as the kit asks for.

The kit starts it as a program, and they talk through the files of one folder: `job-1.json` is the order for the first
run, `began-1` holds the instant at which it began, `lost-1` the one at which it was given up, if it was, and
`result-1.json` every request. A file is complete as soon as it exists. It ends when the file `end` exists, or when its
folder is gone.
"""

from __future__ import annotations

import errno
import gc
import json
import random
import time
from typing import Any

# Locust comes first: it replaces parts of Python's own library by parts that let greenlets run meanwhile.
from locust import FastHttpUser, constant, task
from locust.contrib.fasthttp import LocustBadStatusCode
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import LocalRunner

import gevent  # type: ignore[import-untyped]  # isort: skip
import geventhttpclient.client  # isort: skip
from gevent.pool import Pool  # type: ignore[import-untyped]  # isort: skip
from gevent.queue import SimpleQueue  # type: ignore[import-untyped]  # isort: skip

from grader.load.arrivals import draw_times
from grader.load.bounds import set_bounds
from grader.load.lost import Slow
from grader.load.mailbox import Mailbox, opened
from grader.load.rest import Rest
from grader.system.seal import hide_memory

PATIENCE = 10.0
FINISH_WITHIN = 5.0
"""Seconds that a request may wait for its answer, and those that requests have which are under way at the end."""
LOOK_EVERY, TELL_EVERY = 0.005, 0.5

# The HTTP client of FastHttpUser sends a GET again, up to eleven times, when the connection closes without an answer.
# Each time the service may write a row, so here the client sends every request once.
geventhttpclient.client.IDEMPOTENT_METHODS = frozenset()
set_bounds()


class Run:
    """One run: what is sent, and what came of it. `closing` is the instant after which nothing new is sent."""

    def __init__(self, job: dict[str, Any], opening: float) -> None:
        self.job = job
        self.draw = random.Random(job["seed"])
        self.closing = float("inf")
        self.samples: list[tuple[float, float, bool, float, str, int, str, str]] = []
        self.under_way: dict[int, float] = {}
        self.most_under_way = 0
        self.answered = self.number = self.no_port = 0
        self.slow = Slow(job, opening)

    def request(self) -> tuple[str, str, list[int], dict[str, Any]]:
        """Choose the next request: its name, its method, the statuses of success, and what else the client needs."""
        kinds: list[dict[str, Any]] = self.job["requests"]
        self.number += 1
        kind = kinds[self.number % len(kinds)]
        more = {"headers": kind["headers"]}
        if kind.get("body"):
            # Each text is another one, so that nobody gains from remembering.
            more["data"] = kind["body"].replace("{n}", f"{self.number:x}-{self.draw.getrandbits(40):010x}").encode()
        return kind["name"], kind["method"], kind["success"], more | {"url": kind["path"]}


class Sender(FastHttpUser):
    """A user of the service, without pauses, redirects and compression."""

    abstract = True
    wait_time = constant(0)
    network_timeout = PATIENCE
    connection_timeout = PATIENCE
    max_redirects = 0
    run_now: Run

    def send(self, intended: float, due: float) -> None:
        """Send one request and keep it. Every answer but a complete one with a status of success is a failure.

        `intended` is when it should have been sent, `due` when that was possible: what is later is the generator's own.
        """
        run = self.run_now
        name, method, success, more = run.request()
        number = run.number
        run.under_way[number] = intended
        run.most_under_way = max(run.most_under_way, len(run.under_way))
        sent = time.monotonic()
        good, status, trouble = False, 0, ""
        try:
            with self.client.request(method, catch_response=True, **more) as response:
                broken = response.request_meta["exception"]
                run.no_port += getattr(broken, "errno", None) == errno.EADDRNOTAVAIL
                # Locust calls an answer with another status broken, too, when all of it has come.
                is_whole = broken is None or isinstance(broken, LocustBadStatusCode)
                trouble, status = type(broken).__name__, response.status_code if is_whole else 0
                good = status in success
                if status and not good:
                    response.failure(f"status {status}")
        except gevent.GreenletExit:
            # It is among those under way when the run ended, and counts there.
            raise
        except Exception as error:  # noqa: BLE001 - Locust doesn't report a request whose answer it cannot decode
            good, status, trouble = False, 0, type(error).__name__
            self.report(name, method, sent, error)
        del run.under_way[number]
        run.answered += good
        seconds = time.monotonic() - intended
        run.slow.note(name, intended, seconds - (sent - due))
        run.samples.append((intended, seconds, good, sent - due, name, status, "", trouble))

    def report(self, name: str, method: str, sent: float, error: Exception) -> None:
        """Report a request that Locust itself doesn't report."""
        what = {"request_type": method, "name": name, "exception": error, "context": {}, "response_length": 0}
        self.environment.events.request.fire(response_time=(time.monotonic() - sent) * 1000, **what)


class Closed(Sender):
    """A user who sends the next request as soon as the answer to the last has come."""

    @task
    def again(self) -> None:
        """Send one request, unless the run is over."""
        now = time.monotonic()
        run = self.run_now
        if now < run.closing and (run.job["most"] is None or run.number < run.job["most"]):
            self.send(now, now)
        else:
            raise StopUser


class Open(Sender):
    """The only user of a run with open arrivals: it sends at the times that were drawn, answers or no answers.

    Members of a crew send the requests, one after the other each: a new greenlet for each request costs more time.
    """

    concurrency = 400
    due: SimpleQueue
    idle: int
    """How many of the crew have nothing to do; below 0, so many requests wait for one of them."""

    @task
    def all_at_their_times(self) -> None:
        """Send every request at its time, and wait for the answers."""
        run = self.run_now
        crew, self.due, self.idle = Pool(self.concurrency), SimpleQueue(), 0
        for intended in run.job["times"]:
            # A sleep may end early, as gevent reads the clock rarely; and the run may be stopped.
            while (left := min(intended, run.closing) - time.monotonic()) > 0:
                gevent.sleep(min(left, TELL_EVERY))
            if intended >= run.closing:
                break
            if self.idle <= 0 and not crew.full():
                crew.spawn(self.send_each, intended)
            else:
                # Where all are under way, the service makes everybody wait, not the generator.
                self.due.put((intended, self.idle <= 0))
                self.idle -= 1
        for _ in range(len(crew)):
            self.due.put(None)
        crew.join(timeout=max(0.0, run.closing + FINISH_WITHIN - time.monotonic()))
        raise StopUser

    def send_each(self, intended: float) -> None:
        """Send a request, and then whatever is due next, until the run is over."""
        waited = False
        last = self.run_now.closing + FINISH_WITHIN
        while (now := time.monotonic()) <= last:
            self.send(intended, max(intended, now) if waited else intended)
            self.idle += 1
            following = self.due.get()
            if following is None:
                return
            intended, waited = following


def serve() -> None:
    """Take one order after the other."""
    environment = Environment(user_classes=[Closed, Open], host="")
    runner = environment.create_local_runner()
    number, box = 0, opened()
    while True:
        number += 1
        while not box.has(f"job-{number}.json"):
            if box.has("end") or not box.folder.exists():
                return
            gevent.sleep(LOOK_EVERY)
        job = json.loads(box.take(f"job-{number}.json"))
        box.put(f"result-{number}.json", json.dumps(perform(job, runner, box, number)))


def perform(job: dict[str, Any], runner: LocalRunner, box: Mailbox, number: int) -> dict[str, Any]:
    """Perform one run, and return what came of it. A file says when it began, another one when it was given up."""
    is_open = "rate" in job
    opening = time.monotonic() + (0.1 if is_open else 0.0)
    run = Run(job, opening)
    Sender.run_now = run
    runner.environment.host = job["url"]
    kind, users = (Open, 1) if is_open else (Closed, job["users"])
    if is_open:
        job["times"] = draw_times(job, opening, run.draw)
    run.closing = opening + job["seconds"]
    rest = Rest(opening + job["warm_up"], run.closing)
    runner.start(users, spawn_rate=users, user_classes=[kind])
    box.put(f"began-{number}", repr(opening))
    told = opening
    while time.monotonic() < run.closing and (is_open or runner.user_count or not run.number):
        gevent.sleep(LOOK_EVERY)
        if box.has("stop"):
            run.closing = rest.closing = time.monotonic()
        if (now := time.monotonic()) >= told + TELL_EVERY:
            told = now
            box.put("progress", json.dumps([now - opening, run.answered, len(run.samples) - run.answered]))
            if run.slow.are_too_many(run.under_way.values(), now):
                run.closing = rest.closing = now
                box.put(f"lost-{number}", repr(now))
    while runner.user_count and time.monotonic() < run.closing + FINISH_WITHIN:
        gevent.sleep(LOOK_EVERY)
    # Counted before it stops: what is answered while it stops is unanswered, and isn't counted twice.
    result = {
        "samples": list(run.samples),
        "unanswered": list(run.under_way.values()),
        "planned": len(job.get("times", run.samples)),
        "due": sum(opening + job["warm_up"] <= intended < run.closing for intended in job.get("times", ())),
        "most_under_way": run.most_under_way,
        "rested": rest.share(),
        "no_port": run.no_port,
        "locust_requests": runner.stats.total.num_requests,
        "locust_failures": runner.stats.total.num_failures,
    }
    runner.stop()
    return result


if __name__ == "__main__":
    hide_memory()
    # What has been imported stays: nobody need look through it again and again meanwhile.
    gc.collect()
    gc.freeze()
    serve()
