"""The kit's load as a locustfile, for Locust's own page, several processes and several machines.

KIT_LOAD_REQUESTS says what is sent. A worker gets that from its master, on whatever machine it runs.
"""

from __future__ import annotations

import itertools
import json
import os
import uuid
from argparse import ArgumentParser
from functools import cached_property
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant, events, task
from locust.env import Environment
from locust.runners import WorkerRunner

from grader.load.bounds import set_bounds

set_bounds()
MARK = uuid.uuid4().hex[:8]


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_requests(parser: ArgumentParser) -> None:
    """Add an option with what is sent, as a master gives its own options to its workers."""
    parser.add_argument("--kit-requests", default=os.environ.get("KIT_LOAD_REQUESTS", "[]"), help="what is sent")


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def write_figures(environment: Environment, **_more: object) -> None:
    """Write how many requests were sent and how many failed, where the kit reads it; a worker leaves that to others."""
    path = os.environ.get("KIT_LOAD_FIGURES")
    if path and not isinstance(environment.runner, WorkerRunner):
        total = environment.stats.total
        Path(path).write_text(json.dumps([total.num_requests, total.num_failures]))


class Friend(FastHttpUser):
    """A user who sends the next request as soon as the answer to the last has come."""

    wait_time = constant(0)
    network_timeout = connection_timeout = 10.0
    max_redirects = 0
    numbers = itertools.count()

    @cached_property
    def requests(self) -> list[dict[str, Any]]:
        """What is sent, in turns."""
        kinds: list[dict[str, Any]] = json.loads(self.environment.parsed_options.kit_requests)
        return kinds

    @task
    def send(self) -> None:
        """Send the next request. Every answer but one with a status of success is a failure."""
        number = next(self.numbers)
        kind = self.requests[number % len(self.requests)]
        body = kind.get("body")
        data = body.replace("{n}", f"{MARK}-{number:x}").encode() if body else None
        with self.client.request(
            kind["method"], kind["path"], name=kind["name"], data=data, headers=kind["headers"], catch_response=True
        ) as response:
            if response.request_meta["exception"] is None and response.status_code not in kind["success"]:
                response.failure(f"status {response.status_code}")
