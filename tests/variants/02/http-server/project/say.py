"""The client.

say.py ping
say.py send TEXT
say.py list [--limit N] [--since TIME]
say.py reply ID TEXT
say.py show ID

TIME is 2026-05-09T11:30:00+05:30, or 11:30 for today at half past eleven where you are.
"""

import http.client
import json
import os
import re
import signal
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

import instants

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


def clock(moment):
    """When that was, on the clock in this room; the server may say it in any way, or not know."""
    try:
        if isinstance(moment, str):
            seconds = instants.read(moment) // instants.SECOND
        else:
            seconds = int(moment)
        utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)
        return utc.astimezone().strftime("%d.%m. %H:%M")
    except (ValueError, TypeError, OverflowError, OSError):
        return "--.--. --:--"


def named(message):
    if not isinstance(message, dict) or not isinstance(message.get("id"), str | int):
        raise Trouble("the answer holds something that is no message")
    return one_line(message["id"])


def line(message):
    parent = message.get("reply_to")
    return "  ".join(
        [
            named(message),
            clock(message.get("created_at")),
            *([f"(to {one_line(parent)})"] if parent is not None else []),
            one_line(message.get("text")),
        ]
    )


def messages_in(value, member):
    messages = value.get(member)
    if not isinstance(messages, list):
        raise Trouble(f"the answer holds no {member}")
    return messages


def ping():
    sys.stdout.buffer.write(fetch("/"))


def post(message):
    try:
        "".join(message.values()).encode()
    except UnicodeEncodeError:
        raise Trouble("that isn't UTF-8") from None
    print("sent as", named(fetch_object("/messages", message)))


def send(text):
    post({"text": text})


def reply(parent, text):
    post({"text": text, "reply_to": parent})


def show(name):
    message = fetch_object("/messages/" + urllib.parse.quote(os.fsencode(name), safe=""))
    print(line(message))
    for answer in messages_in(message, "replies"):
        print("  " + line(answer))


def instant(text):
    """TIME as the server wants it."""
    if re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        hour, minute = map(int, text.split(":"))
        return datetime.now().replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone().isoformat()
    try:
        instants.read(text)
    except ValueError as error:
        raise Trouble(str(error)) from None
    return text.upper()


def list_(*options):
    names, values = options[::2], options[1::2]
    if len(names) != len(values) or len(set(names)) != len(names) or not {"--limit", "--since"}.issuperset(names):
        raise Usage
    query = dict(zip((name[2:] for name in names), values, strict=True))
    if "since" in query:
        query = {"limit": "100", **query, "since": instant(query["since"])}
    messages, seen, cursor = [], set(), {}
    while True:
        encoded = urllib.parse.urlencode({**query, **cursor}, errors="surrogatepass")
        page = fetch_object("/messages" + ("?" + encoded if encoded else ""))
        messages += messages_in(page, "messages")
        following = page.get("next")
        if "since" not in query or not isinstance(following, str):
            break
        if following in seen:
            raise Trouble("the server leads us in a circle")
        seen.add(following)
        cursor = {"cursor": following}
    for message in reversed([line(message) for message in messages]):  # the newest at the bottom, where one looks
        print(message)


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    commands = {("ping", 0): ping, ("send", 1): send, ("reply", 2): reply, ("show", 1): show}
    commands |= dict.fromkeys([("list", 0), ("list", 2), ("list", 4)], list_)
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
