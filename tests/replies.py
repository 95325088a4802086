"""Replies as a server may give them, made by hand."""

import json

from grader.http_client.reply import Reply

LINE = "curl -i 'http://127.0.0.1:5000/messages'"
JSON = "application/json"


def reply(content, *, code=200, kind=JSON):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    return Reply(code, "OK", {"content-type": kind} if kind else {}, content, LINE, 0.01)


NOT_JSON = [
    b"",
    b"<html>",
    b"{",
    b"hello",
    b'{"id": 1} and more',
    b'{"id": NaN}',
    b'{"id": 7, "text": -Infinity}',
    b"\xff\xfe{\x00}\x00",
    b'{"id": "\xff"}',
    b'\xef\xbb\xbf{"id": 7}',
    b"[" * 200_000,
    b'{"id": ' + b"1" * 5000 + b"}",
    b"x" * 1_048_577,
]
