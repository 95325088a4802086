"""chat ping: prints what the server says on its front page."""
import http.client
import os
import signal
import sys
import urllib.error
import urllib.request

LIMIT = 10


class TooLong(Exception):
    pass


def on_alarm(number, frame):
    raise TooLong


def ping():
    url = os.environ.get("SERVER_URL", "").rstrip("/") + "/"
    if not url.lower().startswith(("http://", "https://")):
        return f"SERVER_URL must begin with http:// or https://, not {url!r}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(LIMIT)              # for everything together; urllib's own limit is per read
    try:
        with opener.open(url, timeout=LIMIT) as answer:
            body = answer.read()
    except (TooLong, TimeoutError):
        return f"no answer within {LIMIT} seconds"
    except urllib.error.HTTPError as error:
        return f"the server answered {error.code} {error.reason}"
    except urllib.error.URLError as error:
        return f"cannot reach {url}: {error.reason}"
    except (OSError, http.client.HTTPException) as error:
        return f"the connection broke: {error}"
    except (ValueError, OverflowError) as error:
        return f"SERVER_URL is not usable: {error}"
    finally:
        signal.alarm(0)
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    return None


if sys.argv[1:] != ["ping"]:
    print("usage: chat.py ping", file=sys.stderr)
    sys.exit(2)
problem = ping()
if problem:
    print("chat:", problem, file=sys.stderr)
    sys.exit(3)
