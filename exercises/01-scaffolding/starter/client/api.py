"""Talk to the server."""


def get(path):
    """Return the body of `GET path` as text."""
    # TODO 1.5: the server is at SERVER_URL, with or without a slash at its end. The answer
    # is bytes: which charset makes them text?
    # TODO 1.6: no server there, a silent server, an answer that says no, an answer that makes
    # no sense. Which of the four does your HTTP library wait for without end?
    raise NotImplementedError
