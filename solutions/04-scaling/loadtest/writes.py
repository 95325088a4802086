"""Writes alone: users who send a message, each with a text of its own, as soon as the last one is stored."""

import uuid

from locust import FastHttpUser, constant, task


class Writer(FastHttpUser):
    wait_time = constant(0)

    @task
    def write(self):
        self.client.post("/messages", json={"text": f"Who brings the map? {uuid.uuid4()}"})
