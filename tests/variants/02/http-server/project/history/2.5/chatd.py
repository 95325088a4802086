"""The server: HTTP on one side, store.py on the other."""

import json
import os
import re
import signal
import socketserver
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from store import Store

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 2000


class Refused(Exception):
    def __init__(self, status, where, message):
        super().__init__(message)
        self.status = status
        self.where = where


def wanted_text(body):
    text = body.get("text")
    if not isinstance(text, str):
        raise Refused(422, "text", "a message needs a text, and that is a string")
    if not text.strip(" \t\r\n"):
        raise Refused(422, "text", "blanks alone are no text")
    if len(text) > LONGEST_TEXT:
        raise Refused(422, "text", f"at most {LONGEST_TEXT} characters, not {len(text)}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(422, "text", "half a surrogate pair is no character") from None
    return text


def wanted_limit(query):
    if "limit" not in query:
        return 20
    digits = query["limit"][-1]
    if not re.fullmatch("[0-9]+", digits) or not digits.strip("0"):
        raise Refused(422, "limit", "a whole number from 1 to 100")
    digits = digits.lstrip("0")
    return 100 if len(digits) > 2 else int(digits)


class Handler(BaseHTTPRequestHandler):
    timeout = 30

    def do_GET(self):
        self.answer_to(self.get)

    def do_POST(self):
        self.answer_to(self.post)

    def answer_to(self, work):
        # Not self.path, in which http.server has made one slash of two.
        target = self.requestline.split()[1]
        path, _, query = target.partition("?")
        try:
            status, value = work(path, query)
        except Refused as refusal:
            self.refuse(refusal.status, refusal.where, str(refusal))
        except sqlite3.OperationalError as error:
            self.log_error("%s", error)
            self.refuse(503, "database", "somebody holds the database; try again")
        else:
            self.send(status, "application/json;charset=UTF-8", value)

    def refuse(self, status, where, message):
        value = {"status": status, "detail": [{"where": where, "what": message}]}
        self.send(status, "application/problem+json", value)

    def send(self, status, kind, value):
        body = json.dumps(value, allow_nan=False).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()  # HTTP/1.0: the end of the connection ends the body
        self.wfile.write(body)

    def get(self, path, query):
        if path == "/":
            self.server.store.visit()
            return 200, {"service": "chat", "greeting": "Grüß Gott"}
        if path == "/messages":
            query = parse_qs(query, keep_blank_values=True)
            return 200, {"messages": self.server.store.newest(wanted_limit(query))}
        raise Refused(404, "path", "there is nothing here")

    def post(self, path, query):
        if path == "/messages":
            return 200, self.server.store.add(wanted_text(self.body()))
        if path == "/":
            raise Refused(405, "method", "only GET here")
        raise Refused(404, "path", "there is nothing here")

    def body(self):
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "Content-Type", "application/json, please")
        length = self.headers.get("Content-Length")
        if length is None:
            raise Refused(411, "Content-Length", "say beforehand how long it is")
        if not re.fullmatch("[0-9]{1,18}", length):
            raise Refused(400, "Content-Length", "that is no length")
        if int(length) > LARGEST_BODY:
            raise Refused(413, "body", f"at most {LARGEST_BODY} bytes")
        raw = self.rfile.read(int(length))
        if len(raw) < int(length):
            raise Refused(400, "body", "it broke off")
        try:
            value = json.loads(raw.decode())
        except (ValueError, RecursionError):
            raise Refused(400, "body", "that is no JSON in UTF-8") from None
        if not isinstance(value, dict):
            raise Refused(422, "body", "a JSON object, please")
        return value


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def server_bind(self):  # without asking a name server what we are called
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # a visitor who hangs up is no news
            super().handle_error(request, client_address)


def main():
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("sqlite:///") or not os.environ.get("PORT", "").isdigit():
        sys.exit("chatd: PORT and DATABASE_URL=sqlite:///PATH must be set")
    store = Store(url.removeprefix("sqlite:///"))
    store.prepare()
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.store = store
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
