"""Run the server: `python -m server`, with PORT and DATABASE_URL in the environment."""

import os
import sqlite3
import sys

from . import create_app
from .db import database_path


def main():
    try:
        port = port_number(setting("PORT"))
        database = database_path(setting("DATABASE_URL"))
        app = create_app(database)
    except ValueError as error:
        sys.exit(str(error))
    except sqlite3.Error as error:
        sys.exit(f'The database "{database}" cannot be used: {error}.')

    # Debugging stays off, and so does the reloader: it starts a second process, and
    # whoever stops the first one would leave the second listening.
    app.run("127.0.0.1", port, debug=False, use_reloader=False, threaded=True)


def setting(name):
    """Read a setting that has no sensible default."""
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"The environment variable {name} is not set.")
    return value


def port_number(text):
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f'PORT must be a number from 1 to 65535, not "{text}".')
    return int(text)


if __name__ == "__main__":
    main()
