"""The client.

say.py ping
say.py send TEXT
say.py list [--limit N]
"""

import http.client
import json
import os
import signal
import sys
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_S = 11


class Trouble(Exception):
    pass


class Usage(Exception):
    pass


def give_up(*_):
    raise TimeoutError(f"no answer within {PATIENCE_S} seconds")


def explain(raw):
    """The words of a refusal, if there are any."""
    try:
        value = json.loads(raw)
        words = value.get("error") or value.get("detail") or value.get("title")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return ": " + (words if isinstance(words, str) else json.dumps(words)) if words else ""


def fetch(path, body=None):
    base = os.environ.get("SERVER_URL", "").rstrip("/")
    headers = {"Accept": "application/json, */*;q=0.5"}
    if body is not None:
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)  # for all of it, not for each byte
    try:
        request = urllib.request.Request(base + path, body, headers)
        with opener.open(request, timeout=PATIENCE_S) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        try:
            raw = error.read()
        except (OSError, http.client.HTTPException):
            raw = b""
        raise Trouble(f"the server says {error.code}{explain(raw)}") from None
    except (OSError, OverflowError, ValueError, http.client.HTTPException) as error:
        raise Trouble(f"{base or 'SERVER_URL'}: {error or type(error).__name__}") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fetch_object(path, body=None):
    try:
        value = json.loads(fetch(path, body))
    except (ValueError, RecursionError):
        raise Trouble("the answer is no JSON") from None
    if not isinstance(value, dict):
        raise Trouble("the answer is no JSON object")
    return value


def one_line(text):
    return "".join(c if c >= " " and c not in "\x7f\x85\u2028\u2029" else " " for c in str(text))


def show_messages(messages):
    for message in messages:
        if not isinstance(message, dict):
            raise Trouble("the answer holds something that is no message")
    for message in reversed(messages):  # the newest at the bottom, where one looks
        print(one_line(message.get("id")), one_line(message.get("text")), sep="  ")


def ping():
    sys.stdout.buffer.write(fetch("/"))


def send(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Trouble("that text isn't UTF-8") from None
    print("sent as", one_line(fetch_object("/messages", {"text": text}).get("id")))


def list_(*options):
    query = {}
    if len(options) == 2 and options[0] == "--limit":
        query["limit"] = options[1]
    elif options:
        raise Usage
    path = "/messages" + ("?" + urllib.parse.urlencode(query) if query else "")
    messages = fetch_object(path).get("messages")
    if not isinstance(messages, list):
        raise Trouble("the answer holds no messages")
    show_messages(messages)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    commands = {("ping", 0): ping, ("send", 1): send, ("list", 0): list_, ("list", 2): list_}
    command, *rest = sys.argv[1:] or [""]
    try:
        if (command, len(rest)) not in commands:
            raise Usage
        commands[command, len(rest)](*rest)
        sys.stdout.flush()
    except Trouble as trouble:
        print(f"say: {trouble}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        os._exit(1)
    except Usage:
        print("usage:" + __doc__.removeprefix("The client.\n"), file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
