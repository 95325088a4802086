"""All database work happens in one thread, which owns the only connection."""
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor


class Rows:
    def __init__(self, url):
        prefix = "sqlite:///"
        if not url.startswith(prefix):
            raise SystemExit("DATABASE_URL must be sqlite:///PATH")
        self.path = url[len(prefix):]
        self.thread = ThreadPoolExecutor(1)

    def open(self):
        folder = os.path.dirname(self.path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        self.db = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        self.db.execute("CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP)")

    def add(self):
        self.db.execute("INSERT INTO visit DEFAULT VALUES")

    def close(self):
        self.db.close()
