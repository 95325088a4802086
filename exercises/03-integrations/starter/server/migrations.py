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


@migrations()
def m003_created_at(db):
    # Microseconds since 1970, UTC. NULL where nobody wrote the time down: see DECISIONS.md.
    db["messages"].add_column("created_at", int)
    # Finds where `since` begins. An index of SQLite's ends in the id, so ties are in order, too.
    db["messages"].create_index(["created_at"])


@migrations()
def m004_reply_to(db):
    # In SQL, because add_column(..., fk="messages") copies the whole table, and this doesn't.
    db.execute("ALTER TABLE messages ADD COLUMN reply_to INTEGER REFERENCES messages (id)")
    db["messages"].create_index(["reply_to"])


# TODO 3.1: messages have an author and a source from now on. What do the old ones get, and who writes
# it down: this file, or whoever reads them?

# TODO 3.5: the same event must not make a second message. What could the database itself refuse?
