"""The webhook for text messages. Flask knows this route once server/__init__.py registers `bp`."""

from flask import Blueprint, abort

bp = Blueprint("sms", __name__)


@bp.post("/webhooks/twilio")
def receive():
    """Store a text message, and answer as Twilio wants to be answered."""
    # TODO 3.2: look at one real request first: which method, which content type, which names? What do
    # they want to read in return? How many places of this project store messages, and how many should?
    # And who is the author: the number, a part of it, something else? It is personal data, two numbers
    # may end in the same digits, and the answer has to be the same after a restart. DECISIONS.md.
    # TODO 3.3: whoever guesses this address can post to it. What proves that it was Twilio? When do you
    # look at that, and what do you say when no token is configured? Their library can check, and so can
    # twenty lines with hmac; what you import belongs into requirements.txt.
    # TODO 3.4: what was signed is what Twilio dialled. Which parts of that can your process see? Who on
    # the way, your framework included, decodes, sorts, or drops what is empty? The contract has an
    # example to try your function on.
    # TODO 3.5: the same message may be delivered again. What names the event? Where do you remember it,
    # and what if the power fails between remembering and storing?
    # TODO 3.6: and if both deliveries arrive at the same moment? Who can say no to one of them, and what
    # does that one hear?
    # TODO 3.7: what is in a request for a picture? Which parameters may be missing, and which may not?
    # What does a person type that a program would like to tidy?
    # TODO 3.12: what do your answers, your log and your database keep of the token, of the signature
    # that you expected, of the number?
    abort(501, "Receiving text messages is not written yet.")
