"""The server: HTTP on one side, store.py on the other."""

import hashlib
import json
import os
import re
import signal
import socketserver
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

import callers
import instants
from store import NoParent, Store

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 2000
LONGEST_AUTHOR = 100
USAGE = "`send MESSAGE` says something in the chat, `recent` shows the last 5 messages, `recent N` the last N (1 to 20)."
ID = re.compile("[A-Za-z0-9._~-]{1,128}")


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


def wanted_author(body):
    author = body.get("author")
    if author is None:
        return None
    if not isinstance(author, str) or not 1 <= len(author) <= LONGEST_AUTHOR:
        raise Refused(422, "author", f"a string of 1 to {LONGEST_AUTHOR} characters, or null")
    try:
        author.encode()
    except UnicodeEncodeError:
        raise Refused(422, "author", "half a surrogate pair is no character") from None
    return author


def wanted_limit(query):
    if "limit" not in query:
        return 20
    digits = query["limit"][-1]
    if not re.fullmatch("[0-9]+", digits) or not digits.strip("0"):
        raise Refused(422, "limit", "a whole number from 1 to 100")
    digits = digits.lstrip("0")
    return 100 if len(digits) > 2 else int(digits)


def wanted_since(query):
    if "since" not in query:
        return None
    try:
        return instants.read(query["since"][-1])
    except ValueError as error:
        raise Refused(422, "since", str(error)) from None


def cursor_after(seq):
    mark = hashlib.sha256(f"after {seq}".encode()).hexdigest()[:12]
    return f"№{seq}/ {mark}+&=%2B?"


def wanted_place(query):
    if "cursor" not in query:
        return None
    cursor = query["cursor"][-1]
    match = re.match("№([0-9]{1,18})/", cursor)
    if not match or cursor != cursor_after(int(match[1])):
        raise Refused(422, "cursor", "that isn't one of mine")
    return int(match[1])


def shown(row):
    name, text, accepted_ns, reply_to, author, source = row
    return {
        "kind": "message",
        "source": source,
        "author": author,
        "reply_to": reply_to,
        "created_at": None if accepted_ns is None else instants.spell(accepted_ns),
        "length": len(text),
        "text": text,
        "id": name,
    }


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
            kind = "application/json;charset=UTF-8"
            if isinstance(value, bytes):
                kind = "application/xml"
        except Refused as refusal:
            self.refuse(refusal.status, refusal.where, str(refusal))
        except sqlite3.OperationalError as error:
            self.log_error("%s", error)
            self.refuse(503, "database", "somebody holds the database; try again")
        else:
            self.send(status, kind, value)

    def refuse(self, status, where, message):
        value = {"status": status, "detail": [{"where": where, "what": message}]}
        self.send(status, "application/problem+json", value)

    def send(self, status, kind, value):
        body = value if isinstance(value, bytes) else json.dumps(value, allow_nan=False).encode() + b"\n"
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
            rows, last = self.server.store.page(wanted_limit(query), wanted_since(query), wanted_place(query))
            page = {"count": len(rows), "messages": [shown(row) for row in rows]}
            if last is not None:  # a full page; whether there is more, the next one tells
                page["next"] = cursor_after(last)
            return 200, page
        if path.startswith("/messages/"):
            found = self.server.store.one(unquote(path.removeprefix("/messages/")))
            if found:
                return 200, {**shown(found[0]), "replies": [shown(row) for row in found[1]]}
            raise Refused(404, "id", "no message is called that")
        raise Refused(404, "path", "there is nothing here")

    def post(self, path, query):
        if path == "/messages":
            body = self.body()
            text, reply_to, author = wanted_text(body), body.get("reply_to"), wanted_author(body)
            try:
                if reply_to is not None and not (isinstance(reply_to, str) and ID.fullmatch(reply_to)):
                    raise NoParent
                return 200, shown(self.server.store.add(text, reply_to, author))
            except NoParent:
                raise Refused(404, "reply_to", "no message is called that") from None
        if path == "/webhooks/twilio":
            return self.text_message()
        if path == "/webhooks/slack":
            return self.slash_command()
        if path == "/" or path.startswith("/messages/"):
            raise Refused(405, "method", "only GET here")
        raise Refused(404, "path", "there is nothing here")

    def text_message(self):
        form = callers.read_form(self.raw_body())
        target, signature = self.requestline.split()[1], self.headers.get("X-Twilio-Signature", "")
        if not callers.twilio_signed(os.environ.get("PUBLIC_URL", ""), target, form, signature):
            raise Refused(401, "X-Twilio-Signature", "that isn't how Twilio would have signed this")
        if not form.get("MessageSid"):
            raise Refused(422, "MessageSid", "which message is this?")
        text = form.get("Body", "")
        if not text.strip(" \t\r\n"):
            text = "(a picture, perhaps)"
        self.server.store.hear("sms", form.get("From"), text[:LONGEST_TEXT], form["MessageSid"])
        return 200, callers.THANKS

    def slash_command(self):
        raw = self.raw_body()
        stamp = self.headers.get("X-Slack-Request-Timestamp", "")
        if not callers.slack_signed(stamp, raw, self.headers.get("X-Slack-Signature", "")):
            raise Refused(401, "X-Slack-Signature", "not signed by Slack, or not just now")
        form = callers.read_form(raw)
        typed = callers.unescape(form.get("text", ""))
        if typed.startswith("send "):
            text = typed.removeprefix("send ")
            if text.strip(" \t\r\n") and len(text) <= LONGEST_TEXT:
                self.server.store.hear("slack", form.get("user_id"), text)
                return 200, {"text": "Said: " + callers.escape(text), "response_type": "in_channel"}
        if re.fullmatch("recent( ([1-9]|1[0-9]|20))?", typed):
            rows, _ = self.server.store.page(int(typed[7:] or "5"), None, None)
            said = [f"{n}. {callers.escape(row[1])}" for n, row in enumerate(reversed(rows), 1)]
            return 200, {"text": "\n\n".join(said) or "(nothing yet)", "response_type": "in_channel"}
        return 200, {"text": USAGE, "response_type": "ephemeral"}

    def body(self):
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "Content-Type", "application/json, please")
        raw = self.raw_body()
        try:
            value = json.loads(raw.decode())
        except (ValueError, RecursionError):
            raise Refused(400, "body", "that is no JSON in UTF-8") from None
        if not isinstance(value, dict):
            raise Refused(422, "body", "a JSON object, please")
        return value

    def raw_body(self):
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
        return raw


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
    threading.Thread(target=store.empty_the_old_table, daemon=True).start()
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.store = store
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
