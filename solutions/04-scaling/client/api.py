"""Talk to the server, and turn everything that can go wrong into one sentence."""

import json
import os
import re

import requests

# Seconds to wait for a connection, then for each piece of an answer. The library's own
# default is to wait for ever.
TIMEOUT = (3, 5)

# A terminal obeys these: they move its cursor, clear it, and worse.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class ServiceError(Exception):
    """The server could not be asked, said no, or answered something that makes no sense."""


def get(path):
    """Return the body of `GET path` as text."""
    return text(request("GET", path))


def get_object(path, params=None):
    """Return the JSON object that `GET path` answers; `params` become the query."""
    return read_object(request("GET", path, params=params))


def post_object(path, body):
    """Send `body` as JSON with `POST path`, and return the JSON object of the answer."""
    return read_object(request("POST", path, json=body))


def request(method, path, **content):
    url = server_url() + path
    try:
        response = requests.request(method, url, timeout=TIMEOUT, **content)
    except requests.Timeout:
        raise ServiceError(f"{url} did not answer in time.") from None
    except requests.ConnectionError:
        raise ServiceError(f"No answer in HTTP from {url}; is the server running?") from None
    except ValueError:
        raise ServiceError(f'SERVER_URL is not a usable URL: "{server_url()}".') from None
    except requests.RequestException as error:
        raise ServiceError(f"{url} gave no usable answer: {error}") from None
    if response.status_code >= 400:
        raise ServiceError(f"{url} answered {response.status_code} {response.reason}{reason(response)}")
    return response


def server_url():
    """Return the base URL without its trailing slash, so that every path can begin with one."""
    url = os.environ.get("SERVER_URL")
    if not url:
        raise ServiceError("The environment variable SERVER_URL is not set.")
    return url.rstrip("/")


def text(response):
    # Where a text declares no charset, requests takes ISO-8859-1; nobody sends that any more.
    if "charset" not in response.headers.get("Content-Type", "").lower():
        response.encoding = "utf-8"
    return response.text


def read_object(response):
    try:
        # JSON is UTF-8, whatever the headers say.
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        raise ServiceError(f"{response.url} answered something that isn't JSON.") from None
    if not isinstance(value, dict):
        raise ServiceError(f"{response.url} answered JSON that isn't an object.")
    return value


def reason(response):
    """Return what the server says about its refusal, or only a full stop."""
    try:
        said = read_object(response)
    except ServiceError:
        return "."
    for member in ("error", "detail", "title"):
        if said.get(member):
            return f": {printable(said[member])}"
    return "."


def printable(value):
    """Return a value from outside as text for one line of a terminal, control characters escaped."""
    return CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), str(value))
