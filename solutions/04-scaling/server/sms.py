"""Text messages: Twilio calls here for each one that somebody sends to our number."""

from flask import Blueprint, abort, current_app, request
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from . import authors, store, texts

bp = Blueprint("sms", __name__)


@bp.post("/webhooks/twilio")
def receive():
    """Store a text message: once, however often it is delivered."""
    form = request.form
    message_sid = form.get("MessageSid")
    if not message_sid:
        abort(400, "MessageSid must be there: it says which message this is.")
    text = form.get("Body", "")
    # A picture comes without a text. We keep no pictures, so there is nothing to do.
    if not texts.is_blank(text):
        keep(text, author=authors.pseudonym("sms", form.get("From")), event=f"twilio:{message_sid}")
    # Nothing is to be sent back, and this is how to say so.
    return str(MessagingResponse()), {"Content-Type": "text/xml; charset=utf-8"}


def keep(text, author, event):
    objection = texts.objection(text)
    if objection:
        # No text message is that long or that odd. Twilio shows refusals to whoever owns the number.
        abort(400, objection)
    # None when this event has been here before: then all is well, too.
    store.add(text, author=author, source="sms", event=event)


@bp.before_request
def refuse_forgeries():
    """Let nobody pass but Twilio; whoever lacks a setting can't tell, and refuses everybody."""
    token = current_app.config.get("TWILIO_AUTH_TOKEN")
    public_url = current_app.config.get("PUBLIC_URL")
    if not token or not public_url or not is_genuine(token, called_url(public_url)):
        # Not a word about what would have been right.
        abort(403, "This request is not signed by Twilio.")


def is_genuine(token, url):
    signature = request.headers.get("X-Twilio-Signature", "")
    try:
        # All parameters count: also those we don't know, and the empty ones, which `form` keeps.
        return RequestValidator(token).validate(url, request.form, signature)
    except ValueError:
        # Whatever can't be read as a URL was never called by Twilio.
        return False


def called_url(public_url):
    """Return the address that Twilio dialled, to the letter.

    Between Twilio and us may lie a proxy, so scheme and host are not those of this request. The rest is
    taken as it stood in the request line: decoded and encoded again, it could be spelled otherwise. Our web server
    shows only the query in that way. The path it decodes, but ours has nothing to decode, unless somebody escaped
    what needs no escape; nobody dials that.
    """
    query = request.environ["QUERY_STRING"]
    return public_url + request.environ["PATH_INFO"] + (f"?{query}" if query else "")
