"""The whole server, with nothing but the standard library."""

import os
import sqlite3
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

with open("page.html", "rb") as page:
    PAGE = page.read()

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.partition("?")[0] != "/":
            self.send_error(404)
            return
        with connect() as db:
            db.execute("INSERT INTO hits VALUES (?)", (time.time(),))
        db.close()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)


class Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


def connect():
    return sqlite3.connect(DATABASE, timeout=30)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS hits (at REAL)")
db.close()
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
