"""The chat server."""

from flask import Flask

from . import db, home


def create_app(database):
    """Build the application on the SQLite file at the path `database`."""
    app = Flask(__name__)
    app.config["DATABASE"] = database
    db.init_app(app)
    app.register_blueprint(home.bp)
    return app
