"""Every change to the tables, oldest first. The database remembers which ones it has seen.

What is here has run somewhere, so it is never edited: a further change is a further function.
"""

from sqlite_utils import Migrations

migrations = Migrations("chat")


@migrations()
def m001_visits(db):
    # This table is older than this file: where it exists, it stays as it is.
    db["visits"].create(
        {"id": int, "path": str, "at": str},
        pk="id",
        not_null={"path", "at"},
        if_not_exists=True,
    )


@migrations()
def m002_messages(db):
    # AUTOINCREMENT: an id is never used again, not even that of a newest message which was deleted.
    db.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)")
