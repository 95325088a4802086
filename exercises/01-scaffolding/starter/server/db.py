"""The database: where it is, how a request reaches it, and its tables."""

SCHEME = "sqlite:///"


def init_app(app):
    app.teardown_appcontext(close_db)
    create_tables(app.config["DATABASE"])


def database_path(url):
    """Return the path in a URL such as `sqlite:///chat.db` or `sqlite:////var/lib/chat.db`."""
    path = url.removeprefix(SCHEME)
    if path == url or path in ("", ":memory:"):
        raise ValueError(f'DATABASE_URL must be {SCHEME} and the path of a file, not "{url}".')
    return path


def get_db():
    """Return a connection to the database."""
    # TODO 1.7: the path is in flask.current_app.config["DATABASE"].
    # TODO 1.9: twenty requests come at once, each in a thread of its own. May they share a
    # connection? And when the database is busy, who waits, and for how long?
    raise NotImplementedError


def close_db(_error=None):
    """Clean up after a request; Flask calls this at its end, after an error too."""
    # TODO 1.9: close what get_db opened for this request.


def create_tables(path):
    """Make the tables; this runs at every start."""
    # TODO 1.7: a table with a row for each visit. sqlite_utils can make it, or plain SQL.
    # TODO 1.8: at the second start the table is there, and so are its rows.
