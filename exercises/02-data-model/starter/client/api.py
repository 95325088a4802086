"""Talk to the server, and turn everything that can go wrong into one sentence."""

import os

import requests

# Seconds to wait for a connection, then for each piece of an answer. The library's own
# default is to wait for ever.
TIMEOUT = (3, 5)


class ServiceError(Exception):
    """The server could not be asked, or said no."""


def get(path):
    """Return the body of `GET path` as text."""
    url = server_url() + path
    try:
        response = requests.get(url, timeout=TIMEOUT)
    except requests.Timeout:
        raise ServiceError(f"{url} did not answer in time.") from None
    except requests.ConnectionError:
        raise ServiceError(f"No answer in HTTP from {url}; is the server running?") from None
    except ValueError:
        raise ServiceError(f'SERVER_URL is not a usable URL: "{server_url()}".') from None
    except requests.RequestException as error:
        raise ServiceError(f"{url} gave no usable answer: {error}") from None
    if response.status_code >= 400:
        raise ServiceError(f"{url} answered {response.status_code} {response.reason}.")
    return text(response)


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
