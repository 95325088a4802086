"""The kit's load as a locustfile, for Locust's own page and for several processes; KIT_LOAD_REQUESTS says what."""

from __future__ import annotations

import itertools
import json
import os
import uuid

from locust import FastHttpUser, constant, task

REQUESTS = json.loads(os.environ["KIT_LOAD_REQUESTS"])
MARK = uuid.uuid4().hex[:8]


class Friend(FastHttpUser):
    """A user who sends the next request as soon as the answer to the last has come."""

    wait_time = constant(0)
    network_timeout = connection_timeout = 10.0
    max_redirects = 0
    numbers = itertools.count()

    @task
    def send(self) -> None:
        """Send the next request. Every answer but one with a status of success is a failure."""
        number = next(self.numbers)
        kind = REQUESTS[number % len(REQUESTS)]
        body = kind.get("body")
        data = body.replace("{n}", f"{MARK}-{number:x}").encode() if body else None
        with self.client.request(
            kind["method"], kind["path"], name=kind["name"], data=data, headers=kind["headers"], catch_response=True
        ) as response:
            if response.request_meta["exception"] is None and response.status_code not in kind["success"]:
                response.failure(f"status {response.status_code}")
