"""Every change to the tables, oldest first. The database remembers which ones it has seen."""

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
def m002_documents(db):
    # Whatever a message holds one day, the table stays as it is.
    db.execute("CREATE TABLE documents (seq INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL)")
