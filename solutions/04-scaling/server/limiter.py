"""The rate limit: how many messages one address may send by `POST /messages` in some seconds."""

import math

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from . import times

SECOND = 1_000_000


class Limiter:
    """Counts accepted messages in the database, where all processes see the same count.

    Per client there is one number, the instant until which what it sent lasts at the allowed rate. Each message
    moves it on by the length of its share. Whoever is ahead by the whole period has to wait.
    """

    def __init__(self, rate):
        self.rate = rate

    def refuse_early(self, database, sender):
        """Raise TooManyRequests when this client must wait. It costs a look, and no lock."""
        if self.rate:
            rows = database.read("SELECT lasts_until FROM senders WHERE client = ?", (sender,))
            self._next(rows[0][0] if rows else 0)

    def count(self, db, sender):
        """Count a message in the transaction that stores it, so that neither happens without the other."""
        if not self.rate:
            return
        row = db.execute("SELECT lasts_until FROM senders WHERE client = ?", (sender,)).fetchone()
        if row is None:
            # A new one comes, and those who have waited long enough go: the table stays short.
            db.execute("DELETE FROM senders WHERE lasts_until < ?", (times.now(),))
        db.execute(
            "INSERT INTO senders VALUES (?, ?) ON CONFLICT (client) DO UPDATE SET lasts_until = excluded.lasts_until",
            (sender, self._next(row[0] if row else 0)),
        )

    def _next(self, lasts_until):
        """Return until when a client's messages last with one more, or raise TooManyRequests."""
        number, seconds = self.rate
        period = seconds * SECOND
        now = times.now()
        # Never further ahead than a period, also when the machine's clock was set back.
        begins = min(max(lasts_until, now), now + period)
        wait = begins + period // number - (now + period)
        if wait > 0:
            raise TooManyRequests(
                f"At most {number} messages in {seconds} s are accepted.", retry_after=math.ceil(wait / SECOND)
            )
        return begins + period // number


def get_limiter():
    """Return the limiter of the application that handles this request."""
    return current_app.extensions["limiter"]


def client():
    """Return who sends: the address at the other end of the connection.

    X-Forwarded-For would be whatever the sender wrote there, as long as no proxy of ours stands in front.
    """
    return request.remote_addr
