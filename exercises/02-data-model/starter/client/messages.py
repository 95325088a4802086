"""The commands about messages. client/__main__.py makes them known to the command line."""

import sys


def send(_options):
    # TODO 2.5: post the text in options.text as JSON, print the id that comes back: a name that the
    # server chose, not a number. api.get reads text; what do you need beside it, and how does a
    # refusal of the server's end?
    sys.exit("send is not written yet.")


def list_messages(_options):
    # TODO 2.5: a line for each message, with its id and text; options.limit is None or a number.
    # TODO 2.10: all messages since options.since, page after page. "10:00" is today, on the clock of
    # the person who asks. A server that never stops saying `next` shouldn't hold you for ever.
    # TODO 2.12: the line of a reply names its parent.
    sys.exit("list is not written yet.")


# TODO 2.12: reply, which is like send, and show, for a message and the replies to it.
