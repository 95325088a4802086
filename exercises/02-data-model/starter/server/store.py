"""Messages in the database. The views in messages.py ask here: what speaks HTTP and what speaks SQL live apart."""

# Each function asks get_db() of db.py for the connection of its request.


def add(text):
    """Store a message and return what was stored."""
    # TODO 2.1: one INSERT. The values are for the database's driver: never build SQL out of text. When
    # does another request see the row?
    raise NotImplementedError


# TODO 2.2: the newest messages. What decides which of two is newer?
# TODO 2.8, 2.9: those since an instant, and those that come after a page.
# TODO 2.11: one message, and the replies to it.
