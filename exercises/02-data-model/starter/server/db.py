"""The database: where it is, one connection per request, and its tables."""

import sqlite3

import sqlite_utils
from flask import current_app, g

from .migrations import migrations

SCHEME = "sqlite:///"

# SQLite has one writer at a time. Whoever finds it busy waits this many seconds.
BUSY_TIMEOUT = 30


def init_app(app):
    app.teardown_appcontext(close_db)
    create_tables(app.config["DATABASE"])


def database_path(url):
    """Return the path in a URL such as `sqlite:///chat.db` or `sqlite:////var/lib/chat.db`."""
    path = url.removeprefix(SCHEME)
    if path == url or path in ("", ":memory:"):
        raise ValueError(f'DATABASE_URL must be {SCHEME} and the path of a file, not "{url}".')
    return path


def connect(path):
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT)


def get_db():
    """Return this request's own connection: threads must not share one."""
    if "db" not in g:
        g.db = connect(current_app.config["DATABASE"])
    return g.db


def close_db(_error=None):
    """Close this request's connection, if it opened one."""
    db = g.pop("db", None)
    if db is not None:
        db.close()


def create_tables(path):
    """Make what is missing and keep what is there: this runs at every start."""
    with sqlite_utils.Database(connect(path)) as db:
        # When two servers start at the same moment, one waits here until the other is done.
        db.execute("BEGIN IMMEDIATE")
        db["visits"].create(
            {"id": int, "path": str, "at": str},
            pk="id",
            not_null={"path", "at"},
            if_not_exists=True,
        )
        # In the same transaction, so behind the same lock.
        migrations.apply(db)
        db.commit()
