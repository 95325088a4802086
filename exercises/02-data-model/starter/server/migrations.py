"""How the database gets from one shape to the next: every change to the tables, oldest first."""

from sqlite_utils import Migrations

# Each change is a function under `@migrations()`, and gets the database as a sqlite_utils.Database:
# db["messages"].create(...), .add_column(...), db.execute("..."). `migrations.apply(db)` runs those
# that this database hasn't seen, and writes down which.
migrations = Migrations("chat")

# TODO 2.1: a table for the messages. What is the least that a message needs today?

# TODO 2.6: new messages have a time from now on. How do you store an instant so that comparing two
# stored values compares two instants?

# TODO 2.7: old messages have none. What do they get? See that a change works under rows that exist,
# that two servers can start at the same moment, and that a start can be killed at any moment: where
# does the transaction begin and end, and when does it take the lock? Write your choice and the
# reasons into DECISIONS.md. What has run once on a database is never edited: add a function.

# TODO 2.8: what would let the database find the messages since an instant without reading all?

# TODO 2.11: a reply is a message with a pointer. Who makes sure that it points somewhere?
