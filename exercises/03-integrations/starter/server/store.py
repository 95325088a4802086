"""Messages in the database: adding one, and finding them again."""

import re

from . import times
from .db import get_db

ID = re.compile(r"[1-9][0-9]{0,17}")

# Above every id there will ever be.
END = 2**63 - 1


def add(text, reply_to=None):
    """Store a message and return its row."""
    # TODO 3.2: a text message is stored here too. What does this function have to be told about it?
    # TODO 3.5, 3.6: and about the event that it came from?
    db = get_db()
    # First the lock, then the clock. The other way round, a message could wait for its turn and be
    # listed after one with a later time, and whoever asks `since` that time would never see it.
    db.execute("BEGIN IMMEDIATE")
    (latest,) = db.execute("SELECT max(created_at) FROM messages").fetchone()
    # For the same reason time stands still here when the machine's clock is set back.
    created_at = max(times.now(), latest or 0)
    [row] = db.execute(
        "INSERT INTO messages (text, created_at, reply_to) VALUES (?, ?, ?) RETURNING *",
        (text, created_at, reply_to),
    )
    db.commit()
    return row


def newest(count, since, before):
    """Return at most `count` rows, newest first: from the instant `since` on, with ids below `before`.

    Ids grow in the order in which messages are committed, as SQLite has one writer at a time, and
    times never fall. So `since` is a place in that order: its first message, and all that follow.
    """
    sql = "SELECT * FROM messages WHERE id < :before"
    if since is not None:
        sql += """
            AND created_at >= :since
            AND id >= (SELECT id FROM messages WHERE created_at >= :since ORDER BY created_at, id LIMIT 1)
        """
    sql += " ORDER BY id DESC LIMIT :count"
    return get_db().execute(sql, {"count": count, "since": since, "before": before}).fetchall()


def find(message_id):
    """Return the row with this id, a number or its digits, or None."""
    digits = str(message_id) if type(message_id) is int else message_id
    if not isinstance(digits, str) or not ID.fullmatch(digits):
        return None
    return get_db().execute("SELECT * FROM messages WHERE id = ?", (int(digits),)).fetchone()


def replies(message_id):
    """Return the rows of the direct replies to a message, oldest first."""
    return get_db().execute("SELECT * FROM messages WHERE reply_to = ? ORDER BY id", (message_id,)).fetchall()
