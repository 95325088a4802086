"""Reads alone: users who ask for the newest messages again as soon as they have them."""

from locust import FastHttpUser, constant, task


class Reader(FastHttpUser):
    wait_time = constant(0)

    @task
    def read(self):
        self.client.get("/messages")
