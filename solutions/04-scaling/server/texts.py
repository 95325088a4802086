"""What a message may say, whichever way it comes in."""

LONGEST = 2000
WHITE_SPACE = " \t\r\n"


def is_blank(text):
    return not text.strip(WHITE_SPACE)


def is_storable(text):
    """Tell whether every program after us can keep this text."""
    # Many end a text at U+0000. Half of a surrogate pair is legal in a JSON escape, and no UTF-8
    # can be made of it.
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def objection(text):
    """Return what keeps a text from being a message, in one sentence, or None."""
    if is_blank(text):
        return "A message must contain something besides white space."
    if len(text) > LONGEST:
        return f"A message must not be longer than {LONGEST} characters."
    if not is_storable(text):
        return "A message must not contain U+0000 or half of a surrogate pair."
    return None
