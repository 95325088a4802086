"""Puts the application together."""

import json
import sqlite3

import orjson
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from . import home, messages, slack, sms
from .admission import Admission
from .db import Database
from .limiter import Limiter
from .pages import KeptPages
from .timing import ServerTiming


def create_app(database, settings=None):
    """Build the application on the SQLite file at the path `database`, whose tables are up to date.

    `settings` are those that may be missing; settings.py reads them from the environment.
    """
    app = Flask(__name__)
    app.config.update(settings or {})
    # The longest legal message takes less than half of this, however it is escaped.
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.json = FastJSON(app)
    app.extensions["database"] = Database(database)
    app.extensions["limiter"] = Limiter(app.config.get("RATE_LIMIT"))
    app.register_blueprint(home.bp)
    app.register_blueprint(messages.bp)
    app.register_blueprint(sms.bp)
    app.register_blueprint(slack.bp)
    app.register_error_handler(HTTPException, error_as_json)
    app.register_error_handler(sqlite3.OperationalError, database_trouble)
    put_layers_around(app)
    return app


def put_layers_around(app):
    """Put around Flask what must be cheaper than Flask. A request meets the last of these layers first."""
    app.wsgi_app = Admission(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])
    if app.config.get("CACHE", True):
        app.wsgi_app = KeptPages(app.wsgi_app, app.extensions["database"])
    if app.config.get("TIMING"):
        app.wsgi_app = ServerTiming(app.wsgi_app)


class FastJSON(DefaultJSONProvider):
    """Writes answers with a library that is several times as fast as Python's own."""

    def response(self, *args, **kwargs):
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(body, mimetype="application/json")


def error_as_json(error):
    """Say every error in the same shape; headers such as Allow stay as they are."""
    response = error.get_response()
    response.data = json.dumps({"error": error.description})
    response.content_type = "application/json"
    return response


def database_trouble(error):
    """Somebody has locked the database for longer than we wait: come back later. All else is our fault."""
    if "locked" not in str(error):
        raise error
    return error_as_json(ServiceUnavailable("The database is busy. Please try again.", retry_after=1))
