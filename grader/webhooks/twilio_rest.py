"""Simulates Twilio's REST endpoint for messages that a service sends: POST and GET of Messages.json, on loopback.

A test uses it with Twilio's official client. No message leaves the machine or is delivered to a telephone.
`kit phone` imports this module only for `--outgoing`, because Flask starts slowly.
"""

from __future__ import annotations

import hmac
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, abort, request
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from grader.errors import UsageError
from grader.system.ports import LOOPBACK
from grader.webhooks.twilio import SERVICE_NUMBER, new_event

VERSION = "2010-04-01"
LONGEST = 1600
LARGEST_BODY = 1024 * 1024
PAGE_SIZE, LARGEST_PAGE = 50, 1000
PATIENCE = 10.0
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
NUMBERS = {401: 20003, 404: 20404, 405: 20004, 500: 20500}
"""Twilio's own error codes for some HTTP statuses. All other statuses have the code `BAD_PARAMETERS`."""
BAD_PARAMETERS = 20001

Message = dict[str, Any]


class Refused(Exception):
    """A refusal of the endpoint, with Twilio's own code for the reason."""

    def __init__(self, status: int, message: str, code: int = 0) -> None:
        super().__init__(message)
        code = code or NUMBERS.get(status, BAD_PARAMETERS)
        self.status = status
        self.document = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


class Outgoing:
    """The messages that a service with the token sent, newest first. `listener` is called with each."""

    def __init__(self, token: str, listener: Callable[[Message], None] = lambda _: None) -> None:
        self.messages: list[Message] = []
        self._token = token
        self._listener = listener
        self._lock = threading.Lock()

    def knows(self, account: str, authorization: Authorization | None) -> bool:
        """Tell whether a request comes from an account that has the token."""
        if authorization is None or authorization.type != "basic":
            return False
        given = f"{authorization.username}:{authorization.password}"
        return hmac.compare_digest(given.encode(), f"{account}:{self._token}".encode())

    def send(self, account: str, given: Mapping[str, str], media: list[str]) -> Message:
        """Store a message and return its document; raises Refused."""
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
        self._listener(message)
        return message

    def find(self, account: str, sid: str) -> Message | None:
        """Return one message of an account; None if there is no such message."""
        wanted = (sid, account)
        return next(
            (message for message in list(self.messages) if (message["sid"], message["account_sid"]) == wanted), None
        )

    def page(self, account: str, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Return one page of an account's messages, filtered by `To` and `From` of the query; raises Refused."""
        wanted = {name: query[name] for name in ("To", "From") if query.get(name)}
        size = _whole(query, "PageSize", PAGE_SIZE, 1, LARGEST_PAGE)
        number = _whole(query, "Page", 0, 0, 1_000_000)
        found = [
            message
            for message in list(self.messages)
            if message["account_sid"] == account
            and all(message[name.lower()] == value for name, value in wanted.items())
        ]
        start = number * size
        page = found[start : start + size]

        def uri(of: int) -> str:
            return f"{path}?{urlencode([*wanted.items(), ('PageSize', size), ('Page', of)])}"

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
    """Run the endpoint on a port of the loopback address, and yield the port. Port 0 stands for a free one.

    The kit opens the port itself, because Werkzeug would end the kit when another program uses it.
    """
    try:
        listener = socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise UsageError(f"Port {port} can't be used: {os.strerror(error.errno or 0).lower()}.") from None
    with listener:  # the server duplicates the descriptor
        server = make_server(
            LOOPBACK, port, _application(outgoing), threaded=True, request_handler=_Handler, fd=listener.fileno()
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log(self, *_: Any) -> None:
        """Print nothing, because the terminal shows the conversation."""


def _application(outgoing: Outgoing) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    messages = f"/{VERSION}/Accounts/<account>/Messages"

    @app.before_request
    def authenticate() -> None:
        account = (request.view_args or {}).get("account")
        if account is None:
            return  # Flask answers 404 for an unknown path
        if not ACCOUNT_SID.fullmatch(account):
            abort(404)
        if not outgoing.knows(account, request.authorization):
            raise Refused(401, "Authenticate")

    @app.post(f"{messages}.json")
    def send(account: str) -> tuple[Message, int]:
        return outgoing.send(account, request.form, request.form.getlist("MediaUrl")), 201

    @app.get(f"{messages}.json")
    def page(account: str) -> dict[str, Any]:
        return outgoing.page(account, request.path, request.args)

    @app.get(f"{messages}/<sid>.json")
    def one(account: str, sid: str) -> Message:
        return outgoing.find(account, sid) or abort(404)

    @app.errorhandler(Refused)
    def refuse(refused: Refused) -> tuple[dict[str, Any], int, dict[str, str]]:
        asking = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refused.status == 401 else {}
        return refused.document, refused.status, asking

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[dict[str, Any], int, dict[str, str]]:
        sentences = {404: f"The requested resource {request.path} was not found", 405: "Method not allowed"}
        status = error.code or 500
        return refuse(Refused(status, sentences.get(status, str(error.description))))

    return app


def _check(given: Mapping[str, str], media: list[str]) -> None:
    """Refuse a message for the same reasons as Twilio, in the same order."""
    to, sender, body = (given.get(name, "") for name in ("To", "From", "Body"))
    if not to:
        raise Refused(400, "A 'To' phone number is required.", 21604)
    if not E164.fullmatch(to):
        raise Refused(400, f"Invalid 'To' Phone Number: {to}", 21211)
    if not sender:
        raise Refused(400, "A 'From' phone number is required.", 21603)
    if sender != SERVICE_NUMBER:
        raise Refused(400, f"The 'From' phone number {sender} is not a number of your account.", 21606)
    if to == sender:
        raise Refused(400, f"'To' and 'From' number cannot be the same: {to}", 21266)
    if not body and not media:
        raise Refused(400, "Message body is required.", 21602)
    if len(body) > LONGEST:
        raise Refused(400, f"The concatenated message body exceeds the {LONGEST} character limit.", 21617)


def _whole(query: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    given = query.get(name) or str(default)
    if not (given.isascii() and given.isdecimal()) or len(given) > 7 or not lowest <= int(given) <= highest:
        raise Refused(400, f"Invalid {name}: {given}")
    return int(given)
