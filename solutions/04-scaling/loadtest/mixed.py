"""Half reads, half writes: each user does one after the other, so that a short run has as many of both."""

import uuid

from locust import FastHttpUser, SequentialTaskSet, constant, task


class ReadThenWrite(SequentialTaskSet):
    @task
    def read(self):
        self.client.get("/messages")

    @task
    def write(self):
        self.client.post("/messages", json={"text": f"Who brings the map? {uuid.uuid4()}"})


class Member(FastHttpUser):
    wait_time = constant(0)
    tasks = (ReadThenWrite,)
