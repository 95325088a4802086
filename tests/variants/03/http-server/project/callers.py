"""Who calls our webhooks: how they sign, and how they write.

The secrets are read when they are needed, and kept nowhere.
"""

import base64
import hashlib
import hmac
import os
import re
import time
from urllib.parse import unquote_to_bytes

OLDEST_S = 300
THANKS = b"""<?xml version='1.0' encoding='utf-8' standalone="yes"?>
<!-- Thank you. -->
<Response>
\t<Message>
\t\t<Body>Got it &amp; put it into the chat.</Body>
\t</Message>
</Response>
"""


def read_form(raw):
    """Names and values, each name once."""
    form = {}
    for part in raw.replace(b"+", b" ").split(b"&"):
        name, _, value = part.partition(b"=")
        if part:
            form.setdefault(decoded(name), decoded(value))
    return form


def decoded(raw):
    return unquote_to_bytes(raw).decode("utf-8", "replace")


def same(ours, theirs):
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogateescape"))


def twilio_signed(public_url, target, form, signature):
    token = os.environ.get("TWILIO_AUTH_TOKEN", "")
    if not token or not public_url:
        return False
    signed = public_url + target + "".join(name + form[name] for name in sorted(form))
    mac = hmac.digest(token.encode(), signed.encode("utf-8", "surrogateescape"), "sha1")
    return same(base64.b64encode(mac).decode(), signature)


def slack_signed(stamp, raw, signature):
    secret = os.environ.get("SLACK_SIGNING_SECRET", "")
    if not secret or not re.fullmatch("[0-9]{1,15}", stamp) or abs(time.time() - int(stamp)) > OLDEST_S:
        return False
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256)
    return same("v0=" + mac.hexdigest(), signature)


MARKS = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}


def unescape(text):
    return re.sub("&(?:amp|lt|gt);", lambda match: MARKS[match[0]], text)


def escape(text):
    return text.translate({ord(character): mark for mark, character in MARKS.items()})
