"""Half reads, half writes."""

from locust import HttpUser, between, task


class Member(HttpUser):
    wait_time = between(1, 5)

    @task
    def read(self):
        self.client.get("/messages")

    # TODO 4.1: writes are missing. Half of all requests shall be one, in a short run too.
