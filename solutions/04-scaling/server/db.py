"""The database: connections that are kept, writes that share a commit, and tables that are up to date."""

import sqlite3
import threading
import time
from collections import deque
from contextlib import closing

import sqlite_utils
from flask import current_app

from . import timing
from .migrations import migrations

# SQLite has one writer at a time. Whoever finds it busy waits this many seconds.
BUSY_TIMEOUT = 30


def get_db():
    """Return the database of the application that handles this request."""
    return current_app.extensions["database"]


def connect(path):
    # Transactions begin where we say so. Threads share connections, one after the other.
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    # SQLite checks `REFERENCES` only for those who ask, and each connection has to.
    db.execute("PRAGMA foreign_keys = ON")
    # A commit is on the disk before we say so, as it was with the old journal: see DECISIONS.md.
    db.execute("PRAGMA synchronous = FULL")
    db.row_factory = sqlite3.Row
    return db


class Database:
    """One SQLite file: whoever reads borrows a connection, and one connection writes for all.

    Connections are kept open. Closing the last one would empty the log into the file, each time.
    """

    def __init__(self, path):
        self.path = path
        self._idle = []
        self._writer = Writer(path)

    def read(self, sql, parameters=()):
        """Return the rows of a query. All of them are fetched, so no lock stays behind."""
        began = time.perf_counter()
        try:
            # The one that came back last: what it has read before is still in its memory.
            db = self._idle.pop()
        except IndexError:
            db = connect(self.path)
        try:
            return db.execute(sql, parameters).fetchall()
        finally:
            self._idle.append(db)
            timing.add_database(time.perf_counter() - began)

    def write(self, work):
        """Call `work` with a connection inside a transaction, and return its result once that is committed.

        What `work` raises is raised here, and then nothing of it is stored.
        """
        began = time.perf_counter()
        try:
            return self._writer.write(work)
        finally:
            timing.add_database(time.perf_counter() - began)

    def close(self):
        """Close all connections. Whoever closes the last one empties the log into the file."""
        self._writer.close()
        while self._idle:
            self._idle.pop().close()


class Job:
    """What one request wants to store, and what came of it."""

    def __init__(self, work):
        self.work = work
        self.done = False
        self.result = None
        self.error = None

    def run(self, db):
        db.execute("SAVEPOINT job")
        try:
            self.result = self.work(db)
            self.error = None
        except Exception as error:  # noqa: BLE001 - raised again, to whoever asked for this work
            # This one's affair alone: the others in this transaction lose nothing.
            self.error = error
            db.execute("ROLLBACK TO job")
        db.execute("RELEASE job")


class Writer:
    """The connection that writes. Those who wait for it share a commit.

    A commit waits for the disk, whether it holds one message or twenty. So whoever gets the lock writes for
    everybody who is waiting at that moment. They wake up to find their work done.
    """

    def __init__(self, path):
        self._path = path
        self._db = None
        self._lock = threading.Lock()
        self._waiting = deque()

    def write(self, work):
        job = Job(work)
        self._waiting.append(job)
        with self._lock:
            if not job.done:
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        if job.error:
            raise job.error
        return job.result

    def close(self):
        with self._lock:
            if self._db:
                self._db.close()
                self._db = None

    def _commit(self, jobs):
        """Carry out jobs in one transaction. Whatever happens, each is done afterwards."""
        try:
            db = self._db = self._db or connect(self._path)
            db.execute("BEGIN IMMEDIATE")
            try:
                for job in jobs:
                    job.run(db)
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise
        except Exception as error:  # noqa: BLE001 - raised again, to everybody who waits for it
            for job in jobs:
                job.error = error
        finally:
            for job in jobs:
                job.done = True


def migrate(path):
    """Bring the tables up to date, whatever state they are in: this runs at every start."""
    with closing(connect(path)) as connection:
        keep_a_log(connection)
        db = sqlite_utils.Database(connection)
        # One transaction around everything: whoever is killed in the middle has changed nothing.
        # It takes the write lock before it looks at anything, so when two servers start at the
        # same moment, one waits here and then finds nothing left to do. A plain BEGIN would let
        # both look, and the second would fail: SQLite doesn't wait where waiting can't help.
        db.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        db.execute("COMMIT")


def keep_a_log(connection):
    """Switch the file to write-ahead logging, for good: readers and the writer no longer wait for each other."""
    until = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            # Somebody else has the file open in the old way. SQLite doesn't wait for them by itself.
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
