"""The two classes of users that Locust has, each of which asks for one page after the other."""

from __future__ import annotations

from locust import FastHttpUser, HttpUser, constant, task


class Usual(HttpUser):
    """A user on the HTTP client that most programs use."""

    wait_time = constant(0)

    @task
    def read(self) -> None:
        """Ask for one page."""
        self.client.get("/messages")


class Fast(FastHttpUser):
    """A user on a faster HTTP client."""

    wait_time = constant(0)

    @task
    def read(self) -> None:
        """Ask for one page."""
        self.client.get("/messages")
