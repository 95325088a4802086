"""The whole client, with nothing but the standard library."""

import http.client
import os
import sys
import urllib.request

if sys.argv[1:] != ["ping"]:
    sys.exit("usage: client.py ping")
url = os.environ["SERVER_URL"].rstrip("/") + "/"
try:
    with urllib.request.urlopen(url, timeout=8) as answer:
        sys.stdout.buffer.write(answer.read())
except (OSError, OverflowError, ValueError, http.client.HTTPException) as error:
    sys.exit(f"{url}: {error or type(error).__name__}")
