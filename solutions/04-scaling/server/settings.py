"""The settings, all of them from the environment: README.md lists them. ValueError says what is wrong with one."""

import os
import re
import sys

SCHEME = "sqlite:///"

# What the webhooks need. Without them the server runs, and refuses the webhooks.
SECRETS = ("TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET")


def port():
    """Return the port to listen on."""
    text = required("PORT")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f'PORT must be a number from 1 to 65535, not "{text}".')
    return int(text)


def database_path():
    """Return the path in a URL such as `sqlite:///chat.db` or `sqlite:////var/lib/chat.db`."""
    url = required("DATABASE_URL")
    path = url.removeprefix(SCHEME)
    if path == url or path in ("", ":memory:"):
        raise ValueError(f'DATABASE_URL must be {SCHEME} and the path of a file, not "{url}".')
    return path


def workers():
    """Return how many processes answer requests: one, unless WORKERS says otherwise."""
    text = os.environ.get("WORKERS") or "1"
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise ValueError(f'WORKERS must be a number from 1 to 99, not "{text}".')
    return int(text)


def optional():
    """Return the settings that may be missing, for the application; a blank one counts as missing."""
    settings = {name: os.environ[name] for name in SECRETS if os.environ.get(name, "").strip()}
    if os.environ.get("PUBLIC_URL"):
        settings["PUBLIC_URL"] = public_url(os.environ["PUBLIC_URL"])
    elif "TWILIO_AUTH_TOKEN" in settings:
        print("PUBLIC_URL is not set, so all text messages will be refused.", file=sys.stderr)
    settings["CACHE"] = switch("CACHE", usual="on")
    settings["TIMING"] = switch("TIMING", usual="off")
    settings["RATE_LIMIT"] = rate_limit(os.environ.get("RATE_LIMIT"))
    return settings


def required(name):
    """Read a setting that has no sensible default."""
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"The environment variable {name} is not set.")
    return value


def public_url(text):
    """Return the address that the world calls, without a slash at its end."""
    if not re.fullmatch(r"https?://[^/?#:@\s]+(:[0-9]+)?/?", text):
        raise ValueError(f'PUBLIC_URL must be like https://chat.example.com, without a path, not "{text}".')
    return text.removesuffix("/")


def switch(name, usual):
    text = os.environ.get(name) or usual
    if text not in ("on", "off"):
        raise ValueError(f'{name} must be on or off, not "{text}".')
    return text == "on"


def rate_limit(text):
    """Return the two numbers of a limit such as `20/5`, twenty in five seconds, or None."""
    if not text:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", text)
    if not match:
        raise ValueError(f'RATE_LIMIT must be like 20/5, which is 20 messages in 5 seconds, not "{text}".')
    return int(match[1]), int(match[2])
