"""Twilio's REST endpoint for messages that a service sends, played: POST and GET of Messages.json, on loopback.

A test sends to it with the official client. Nothing leaves the machine, and nothing is ever delivered.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from grader.errors import UsageError
from grader.system.ports import LOOPBACK
from grader.webhooks.twilio import SERVICE_NUMBER, new_event

VERSION = "2010-04-01"
ACCOUNT = "AC" + "0" * 30 + "42"
"""The account that the kit's telephone names; here any SID of that form will do."""
LONGEST = 1600
LARGEST_BODY = 1024 * 1024
PAGE_SIZE, LARGEST_PAGE = 50, 1000
PATIENCE = 10.0
TARGET = re.compile(rf"/{VERSION}/Accounts/(?P<account>AC[0-9a-fA-F]{{32}})/Messages(?:/(?P<sid>\w+))?\.json")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")

Form = dict[str, list[str]]
Message = dict[str, Any]


class Refused(Exception):
    """What the endpoint refuses, with the provider's own number for the reason."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.document = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


@dataclass(frozen=True)
class Asked:
    """One request: its method, path and query, who says to be asking, and its form."""

    method: str
    path: str
    query: Form
    authorization: str
    form: Form


class Outgoing:
    """The messages that were sent, newest first, by whoever knows the token; `heard` is told of each."""

    def __init__(self, token: str, heard: Callable[[Message], None] = lambda _: None) -> None:
        self.messages: list[Message] = []
        self._token = token
        self._heard = heard
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """Answer a request with a status and a document; raises Refused."""
        found = TARGET.fullmatch(asked.path)
        if found is None:
            raise Refused(404, 20404, f"The requested resource {asked.path} was not found")
        account, sid = found["account"], found["sid"]
        if not self._knows(account, asked.authorization):
            raise Refused(401, 20003, "Authenticate")
        match asked.method, sid:
            case "POST", None:
                return 201, self._send(account, asked.form)
            case "GET", None:
                return 200, self._page(account, asked)
            case "GET", _:
                return 200, self._one(account, sid, asked.path)
        raise Refused(405, 20004, "Method not allowed")

    def _knows(self, account: str, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        try:
            pair = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(pair, f"{account}:{self._token}".encode())

    def _send(self, account: str, form: Form) -> Message:
        given = {name: values[0] for name, values in form.items()}
        media = form.get("MediaUrl", [])
        _check(given, media)
        sid = new_event("MM" if media else "SM")
        now = format_datetime(datetime.now(UTC))
        uri = f"/{VERSION}/Accounts/{account}/Messages/{sid}"
        body = given.get("Body", "")
        message = {
            "account_sid": account,
            "api_version": VERSION,
            "body": body,
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": given["From"],
            "messaging_service_sid": None,
            "num_media": str(len(media)),
            "num_segments": str(max(1, -(-len(body) // 153))),
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": given["To"],
            "uri": f"{uri}.json",
        }
        with self._lock:
            self.messages.insert(0, message)
        self._heard(message)
        return message

    def _one(self, account: str, sid: str, path: str) -> Message:
        for message in list(self.messages):
            if (message["sid"], message["account_sid"]) == (sid, account):
                return message
        raise Refused(404, 20404, f"The requested resource {path} was not found")

    def _page(self, account: str, asked: Asked) -> dict[str, Any]:
        """Give one page of the messages, all or those with a certain To or From."""
        wanted = {name: asked.query[name][0] for name in ("To", "From") if name in asked.query}
        size = _whole(asked.query, "PageSize", PAGE_SIZE, 1, LARGEST_PAGE)
        number = _whole(asked.query, "Page", 0, 0, 1_000_000)
        found = [
            message
            for message in list(self.messages)
            if message["account_sid"] == account
            and all(message[name.lower()] == value for name, value in wanted.items())
        ]
        start = number * size
        page = found[start : start + size]

        def uri(of: int) -> str:
            return f"{asked.path}?{urlencode([*wanted.items(), ('PageSize', size), ('Page', of)])}"

        return {
            "messages": page,
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(len(page) - 1, 0),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if len(found) > start + size else None,
            "previous_page_uri": uri(number - 1) if number else None,
        }


@contextmanager
def running(outgoing: Outgoing, port: int) -> Iterator[int]:
    """Serve the endpoint on a port of the loopback address and yield it; 0 takes any that is free."""

    class Handler(_Handler):
        """Answers for this endpoint."""

        answering = outgoing

    try:
        server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    except OSError as error:
        raise UsageError(f"Port {port} can't be used: {(error.strerror or str(error)).lower()}.") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    answering: Outgoing
    timeout = PATIENCE

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815 - the names that http.server looks for

    def _answer(self) -> None:
        try:
            status, document = self.answering.answer(self._asked())
        except Refused as refused:
            status, document = refused.status, refused.document
        content = json.dumps(document).encode()
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="Twilio API"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _asked(self) -> Asked:
        target = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise Refused(400, 20001, "Invalid Content-Length")
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        return Asked(
            self.command,
            target.path,
            parse_qs(target.query),
            self.headers.get("Authorization", ""),
            parse_qs(body, keep_blank_values=True),
        )

    def log_message(self, *_: Any) -> None:
        """Say nothing: the terminal belongs to the conversation."""


def _check(given: dict[str, str], media: list[str]) -> None:
    """Refuse a message for the reasons, and in the order, in which the provider does."""
    to, sender, body = (given.get(name, "") for name in ("To", "From", "Body"))
    if not to:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    if not E164.fullmatch(to):
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not sender:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if sender != SERVICE_NUMBER:
        raise Refused(400, 21606, f"The 'From' phone number {sender} is not a number of your account.")
    if to == sender:
        raise Refused(400, 21266, f"'To' and 'From' number cannot be the same: {to}")
    if not body and not media:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST:
        raise Refused(400, 21617, f"The concatenated message body exceeds the {LONGEST} character limit.")


def _whole(query: Form, name: str, default: int, lowest: int, highest: int) -> int:
    given = query.get(name, [str(default)])[0]
    if not (given.isascii() and given.isdecimal()) or len(given) > 7 or not lowest <= int(given) <= highest:
        raise Refused(400, 20001, f"Invalid {name}: {given}")
    return int(given)
