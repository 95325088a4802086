"""The webhook for slash commands. Flask knows this route once server/__init__.py registers `bp`."""

from flask import Blueprint, abort

bp = Blueprint("slack", __name__)


@bp.post("/webhooks/slack")
def command():
    """Do what somebody typed, and answer as Slack wants to be answered."""
    # TODO 3.9: what is signed here, the form or its bytes? Which of the two do you have, and do you
    # still have it after your framework has read the other? What makes a request too old, and what about
    # one from the future? Their library, slack_sdk, can check; what does it do with a timestamp that
    # isn't a number?
    # TODO 3.10: `send MESSAGE` and `recent [N]`. Three characters arrive in disguise and leave in
    # disguise; in which order do you replace them, and what would a message that says <!channel> do?
    # TODO 3.11: everything else that somebody can type. Whose mistake is it, and what would the person
    # see if you answered with a 400?
    abort(501, "Slash commands are not written yet.")
