"""The database: where it is, one connection per request, and bringing its tables up to date."""

import sqlite3

import sqlite_utils
from flask import current_app, g

from .migrations import migrations

SCHEME = "sqlite:///"

# SQLite has one writer at a time. Whoever finds it busy waits this many seconds.
BUSY_TIMEOUT = 30


def init_app(app):
    app.teardown_appcontext(close_db)
    migrate(app.config["DATABASE"])


def database_path(url):
    """Return the path in a URL such as `sqlite:///chat.db` or `sqlite:////var/lib/chat.db`."""
    path = url.removeprefix(SCHEME)
    if path == url or path in ("", ":memory:"):
        raise ValueError(f'DATABASE_URL must be {SCHEME} and the path of a file, not "{url}".')
    return path


def connect(path):
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT)
    # SQLite checks `REFERENCES` only for those who ask, and each connection has to.
    db.execute("PRAGMA foreign_keys = ON")
    return db


def get_db():
    """Return this request's own connection: threads must not share one."""
    if "db" not in g:
        g.db = connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
    return g.db


def close_db(_error=None):
    """Close this request's connection, if it opened one; what it didn't commit is undone."""
    db = g.pop("db", None)
    if db is not None:
        db.close()


def migrate(path):
    """Bring the tables up to date, whatever state they are in: this runs at every start."""
    with sqlite_utils.Database(connect(path)) as db:
        # One transaction around everything: whoever is killed in the middle has changed nothing.
        # It takes the write lock before it looks at anything, so when two servers start at the
        # same moment, one waits here and then finds nothing left to do. A plain BEGIN would let
        # both look, and the second would fail: SQLite doesn't wait where waiting can't help.
        db.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        db.commit()
