"""Every change to the tables, oldest first. The database remembers which ones it has seen.

What is here has run somewhere, so it is never edited: a further change is a further function.
"""

import secrets

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


@migrations()
def m005_author_and_source(db):
    # NULL where nobody said who wrote it. All messages so far came in by POST /messages.
    db["messages"].add_column("author", str)
    db["messages"].add_column("source", str, not_null_default="api")


@migrations()
def m006_event(db):
    # Which event a message came from, such as `twilio:SM5d1f...`. NULL where there is none, as often as we like.
    db["messages"].add_column("event", str)
    # Each event once: this is what makes a second delivery harmless.
    db["messages"].create_index(["event"], unique=True)


@migrations()
def m007_author_key(db):
    # What turns telephone numbers into names. It never changes, or people would get new names.
    db["author_key"].create({"key": bytes}, not_null={"key"})
    db["author_key"].insert({"key": secrets.token_bytes(32)})


@migrations()
def m008_smaller_indexes(db):
    # Most messages reply to nothing and come from no event. An index without them costs them no write.
    db.execute("DROP INDEX idx_messages_reply_to")
    db.execute("CREATE INDEX idx_messages_reply_to ON messages (reply_to) WHERE reply_to IS NOT NULL")
    db.execute("DROP INDEX idx_messages_event")
    db.execute("CREATE UNIQUE INDEX idx_messages_event ON messages (event) WHERE event IS NOT NULL")


@migrations()
def m009_version(db):
    # The highest id ever given is the version of the messages (store.py): whatever changes one moves it on.
    uses_up_an_id = "BEGIN UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'messages'; END"
    db.execute(f"CREATE TRIGGER version_after_update AFTER UPDATE ON messages {uses_up_an_id}")
    db.execute(f"CREATE TRIGGER version_after_delete AFTER DELETE ON messages {uses_up_an_id}")


@migrations()
def m010_senders(db):
    # For the rate limit: until when what a client sent lasts at the allowed rate, in microseconds since 1970.
    db.execute("CREATE TABLE senders (client TEXT PRIMARY KEY, lasts_until INTEGER NOT NULL) WITHOUT ROWID")
