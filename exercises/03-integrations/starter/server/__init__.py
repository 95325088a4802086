"""The chat server."""

import json

from flask import Flask
from werkzeug.exceptions import HTTPException

from . import db, home, messages, slack, sms


def create_app(database, settings=None):
    """Build the application on the SQLite file at the path `database`.

    `settings` are those that may be missing: PUBLIC_URL, TWILIO_AUTH_TOKEN, SLACK_SIGNING_SECRET.
    """
    app = Flask(__name__)
    app.config["DATABASE"] = database
    app.config.update(settings or {})
    # The longest legal message takes less than half of this, however it is escaped.
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.json.sort_keys = False
    db.init_app(app)
    app.register_blueprint(home.bp)
    app.register_blueprint(messages.bp)
    app.register_blueprint(sms.bp)
    app.register_blueprint(slack.bp)
    app.register_error_handler(HTTPException, error_as_json)
    return app


def error_as_json(error):
    """Say every error in the same shape; headers such as Allow stay as they are."""
    response = error.get_response()
    response.data = json.dumps({"error": error.description})
    response.content_type = "application/json"
    return response
