"""Talk to the server with nothing but the standard library."""

import http.client
import os
import urllib.error
import urllib.request

TIMEOUT = 6


class ServiceError(Exception):
    """The server could not be asked, or said no."""


def get(path):
    """Return the body of `GET path` as text."""
    url = os.environ.get("SERVER_URL", "").rstrip("/") + path
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            return response.read().decode(response.headers.get_content_charset("utf-8"), "replace")
    except urllib.error.HTTPError as error:
        raise ServiceError(f"{url} answered {error.code} {error.reason}.") from None
    except urllib.error.URLError as error:
        raise ServiceError(f"{url} cannot be asked: {error.reason}.") from None
    except (OSError, OverflowError, ValueError, http.client.HTTPException) as error:
        raise ServiceError(f"{url} cannot be asked: {error or type(error).__name__}.") from None
