"""Run the server: `python -m server`, with its settings in the environment. README.md lists them."""

import os
import re
import sqlite3
import sys

from . import create_app
from .db import database_path

# What the webhooks need. Without them the server runs, and refuses the webhooks.
SECRETS = ("TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET")


def main():
    try:
        port = port_number(setting("PORT"))
        database = database_path(setting("DATABASE_URL"))
        app = create_app(database, webhook_settings())
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


def webhook_settings():
    """Read the settings that may be missing; a blank one counts as missing."""
    settings = {name: os.environ[name] for name in SECRETS if os.environ.get(name, "").strip()}
    if os.environ.get("PUBLIC_URL"):
        settings["PUBLIC_URL"] = public_url(os.environ["PUBLIC_URL"])
    elif "TWILIO_AUTH_TOKEN" in settings:
        print("PUBLIC_URL is not set, so all text messages will be refused.", file=sys.stderr)
    return settings


def public_url(text):
    """Return the address that the world calls, without a slash at its end."""
    if not re.fullmatch(r"https?://[^/?#:@\s]+(:[0-9]+)?/?", text):
        raise ValueError(f'PUBLIC_URL must be like https://chat.example.com, without a path, not "{text}".')
    return text.removesuffix("/")


def port_number(text):
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f'PORT must be a number from 1 to 65535, not "{text}".')
    return int(text)


if __name__ == "__main__":
    main()
