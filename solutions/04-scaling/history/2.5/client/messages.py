"""The commands about messages. Ids are the server's business: they are shown as they come."""

from . import api


def send(options):
    print(id_of(api.post_object("/messages", {"text": options.text})))


def list_messages(options):
    # A parameter that is None is not sent.
    answer = api.get_object("/messages", {"limit": options.limit})
    messages = members(answer.get("messages"))
    width = max((len(id_of(message)) for message in messages), default=0)
    for message in messages:
        print(f"{id_of(message):{width}}  {api.printable(message.get('text', ''))}")


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
