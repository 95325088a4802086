"""Reads alone: users who ask for the newest messages again and again."""

from locust import HttpUser, between, task


class Reader(HttpUser):
    # TODO 4.1: this user thinks for some seconds before each request, as a person does. How much load is that?
    wait_time = between(1, 5)

    @task
    def read(self):
        self.client.get("/messages")
