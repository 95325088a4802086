"""Writes alone: users who send messages again and again."""

from locust import HttpUser, between, task


class Writer(HttpUser):
    wait_time = between(1, 5)

    @task
    def write(self):
        # TODO 4.1: every message of a real chat has a text of its own.
        self.client.post("/messages", json={"text": "Who brings the map?"})
