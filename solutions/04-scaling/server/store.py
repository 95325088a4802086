"""Messages in the database: adding one, and finding them again."""

import re

from . import times
from .db import get_db

ID = re.compile(r"[1-9][0-9]{0,17}")

# Above every id there will ever be.
END = 2**63 - 1


def add(text, *, reply_to=None, author=None, source="api", event=None, before=None):
    """Store a message and return its row: the one place that does, wherever a message comes from.

    `event` names what made somebody send it to us, among all events of all senders. When a message
    has been stored for it already, nothing happens, and there is no row to return: None.
    `before`, if given, is called with the connection first, in the same transaction.
    """

    def work(db):
        if before:
            before(db)
        # First the lock, then the clock. The other way round, a message could wait for its turn and be
        # listed after one with a later time, and whoever asks `since` that time would never see it.
        # For the same reason time stands still here when the machine's clock is set back.
        # The database itself refuses an event that it knows. Whoever looked first and inserted then
        # would need luck: the same event may come twice at the same moment.
        return db.execute(
            """
            INSERT INTO messages (text, created_at, reply_to, author, source, event)
            VALUES (?, max(?, (SELECT ifnull(max(created_at), 0) FROM messages)), ?, ?, ?, ?)
            ON CONFLICT (event) WHERE event IS NOT NULL DO NOTHING RETURNING *
            """,
            (text, times.now(), reply_to, author, source, event),
        ).fetchall()

    rows = get_db().write(work)
    return rows[0] if rows else None


def version(database):
    """Return a number that grows with every change of any message, whoever makes it.

    It is the highest id that was ever given: messages are added, and nothing else happens to them. Should
    somebody change or delete one by hand, a trigger uses up an id.
    """
    rows = database.read("SELECT seq FROM sqlite_sequence WHERE name = 'messages'")
    return rows[0][0] if rows else 0


def newest(count, since=None, before=END):
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
    return get_db().read(sql, {"count": count, "since": since, "before": before})


def find(message_id):
    """Return the row with this id, a number or its digits, or None."""
    digits = str(message_id) if type(message_id) is int else message_id
    if not isinstance(digits, str) or not ID.fullmatch(digits):
        return None
    rows = get_db().read("SELECT * FROM messages WHERE id = ?", (int(digits),))
    return rows[0] if rows else None


def replies(message_id):
    """Return the rows of the direct replies to a message, oldest first."""
    return get_db().read("SELECT * FROM messages WHERE reply_to = ? ORDER BY id", (message_id,))
