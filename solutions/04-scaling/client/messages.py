"""The commands about messages. Ids and cursors are the server's business: they are passed on as they come."""

import time
from urllib.parse import quote

from . import api, times

PAGE = 100

# A list may have any number of pages, and a broken server one more for ever. Ask for pages no
# longer than this many seconds.
PATIENCE = 10


def send(options):
    print(id_of(api.post_object("/messages", written(options))))


def reply(options):
    print(id_of(api.post_object("/messages", written(options) | {"reply_to": options.id})))


def list_messages(options):
    params = {"limit": options.limit, "since": options.since}
    # All that came since then, unless somebody says how many are enough.
    everything = options.since is not None and options.limit is None
    if everything:
        params["limit"] = PAGE
    for page in pages(params, everything):
        print_lines(page)


def show(options):
    message = api.get_object(f"/messages/{quote(options.id, safe='')}")
    print_lines([message, *members(message.get("replies"))])


def written(options):
    """Return what somebody wrote, as the server wants it; without a name, nothing is said about the author."""
    return {"text": options.text} | ({"author": options.author} if options.author is not None else {})


def pages(params, everything):
    """Yield page after page, or only the first; a parameter that is None is not sent."""
    until = time.monotonic() + PATIENCE
    cursors = set()
    while True:
        answer = api.get_object("/messages", params)
        yield members(answer.get("messages"))
        cursor = answer.get("next")
        if cursor is None or not everything:
            return
        if str(cursor) in cursors:
            raise api.ServiceError("The list goes round in circles: a cursor came twice. This isn't all of it.")
        if time.monotonic() > until:
            raise api.ServiceError(f"There is still more after {PATIENCE} s. This isn't all of it.")
        cursors.add(str(cursor))
        params = params | {"cursor": cursor}


def print_lines(messages):
    """Print a line for each message: id, local time, `> PARENT` where it is a reply, who, and text."""
    ids = [id_of(message) for message in messages]
    moments = [times.shown(message.get("created_at")) for message in messages]
    id_width = max(map(len, ids), default=0)
    moment_width = max(map(len, moments), default=0)
    for message, message_id, moment in zip(messages, ids, moments, strict=True):
        columns = [f"{message_id:{id_width}}", f"{moment:>{moment_width}}"]
        if message.get("reply_to") is not None:
            columns.append(f"> {api.printable(message['reply_to'])}")
        columns += who(message)
        columns.append(api.printable(message.get("text", "")))
        print("  ".join(columns))


def who(message):
    """Return who wrote a message and which way it came, `Ines (api)`, as a list with one column.

    Without an author that is `(api)`; for a server that knows of neither, there is no column.
    """
    author, source = message.get("author"), message.get("source")
    said = [] if author is None else [api.printable(author)]
    if source is not None:
        said.append(f"({api.printable(source)})")
    return [" ".join(said)] if said else []


def id_of(message):
    """Return a message's id, a string or a number, as text."""
    if message.get("id") is None:
        raise api.ServiceError("The server answered a message without an id.")
    return api.printable(message["id"])


def members(messages):
    """Return what should be a list of messages, if it is one."""
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise api.ServiceError("The server answered something that isn't a list of messages.")
    return messages
