"""The chat server."""

import json

from flask import Flask
from werkzeug.exceptions import HTTPException

from . import db, home, messages


def create_app(database):
    """Build the application on the SQLite file at the path `database`."""
    app = Flask(__name__)
    app.config["DATABASE"] = database
    # The longest legal message takes less than half of this, however it is escaped.
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.json.sort_keys = False
    db.init_app(app)
    app.register_blueprint(home.bp)
    app.register_blueprint(messages.bp)
    app.register_error_handler(HTTPException, error_as_json)
    return app


def error_as_json(error):
    """Say every error in the same shape; headers such as Allow stay as they are."""
    response = error.get_response()
    response.data = json.dumps({"error": error.description})
    response.content_type = "application/json"
    return response
