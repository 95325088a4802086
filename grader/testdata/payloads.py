"""Texts, bodies and times that checks send, each with a name. Services often handle them wrongly."""

from __future__ import annotations

SQLITE_HEADER = b"SQLite format 3\0"
"""The first bytes of every SQLite database file."""

ZOO = {
    "plain": "see you at ten",
    "quotes": 'it\'s "quoted" and `ticked`',
    "sql": "Robert'); DROP TABLE messages;--",
    "formats": "%s %d {} {0} ${HOME} %(name)s",
    "backslashes": "a\\b \\n \\u0041",
    "newline": "first\nsecond",
    "tab": "left\tright",
    "emoji": "🐎 and 👩‍👩‍👧‍👦",
    "combining": "e\u0301 is not é",
    "right-to-left": "שלום, مرحبا",
    "html": "<b>bold</b> &amp; <script>1</script>",
    "blanks-around": "  kept as it is  ",
    "lines-around": "\n in the middle \n",
    "carriage-return": "first\r\nsecond",
    "bell": "ring \x07 the bell, \x1b[1mloudly",
    "zero": "0",
    "long": "0123456789" * 60,
}
"""Texts that the service must give back exactly as the client sent them."""

LOOK_ALIKES = ["null", "0", "1", "2026-01-02T03:04:05Z", "created_at", "[]", "None", "01", "１", "l", "I", "O"]
"""Texts that look like values of another type. A migration must not change them."""

LONGEST_TEXTS = {
    "letters": "x" * 2000,
    "three-byte-characters": "語" * 2000,
    "emoji": "🐎" * 1000,
    "blanks": " y" * 1000,
}
"""Texts with as many characters as a message may have."""

ESCAPED_BODIES = {
    "64-kib": b'{"text": "short", "more": "' + b"x" * (65_536 - 29) + b'"}',
    "three-byte-characters": b'{"text": "' + b"\\u8a9e" * 2000 + b'"}',
    "emoji": b'{"text": "' + b"\\ud83d\\udc0e" * 1000 + b'"}',
    "a-large-unknown-member": b'{"text": "short", "more": "' + b"x" * 60_000 + b'"}',
}
"""Bodies of at most 64 KiB with a valid text: two are large, two have the `\\u` escapes of many JSON libraries."""

BAD_BODIES = {
    "empty": b"",
    "open-brace": b"{",
    "half-a-string": b'{"text": "hel',
    "no-value": b'{"text": }',
    "single-quotes": b"{'text': 'hello'}",
    "no-quotes": b"{text: hello}",
    "two-values": b'{"text": "a"} {"text": "b"}',
    "a-list": b"[]",
    "a-list-of-one": b'[{"text": "hello"}]',
    "null": b"null",
    "a-string": b'"hello"',
    "a-number": b"7",
    "true": b"true",
    "no-members": b"{}",
    "another-member": b'{"message": "hello"}',
    "text-null": b'{"text": null}',
    "text-number": b'{"text": 5}',
    "text-true": b'{"text": true}',
    "text-list": b'{"text": ["hello"]}',
    "text-object": b'{"text": {"text": "hello"}}',
    "text-empty": b'{"text": ""}',
    "text-blank": b'{"text": "   "}',
    "text-blank-lines": b'{"text": " \\t\\r\\n "}',
    "text-too-long": b'{"text": "' + b"x" * 2001 + b'"}',
    "text-too-long-with-blanks": b'{"text": "  ' + b"x" * 1999 + b'"}',
    "text-of-2001-emoji": b'{"text": "' + "🐎".encode() * 2001 + b'"}',
    "text-of-2002-characters": b'{"text": "' + "e\u0301".encode() * 1001 + b'"}',
}
"""Twenty-seven bodies without a valid text. None of them is a well-formed form body."""

LARGE_BODIES = {
    "one-byte-more": b'{"text": "short", "more": "' + b"x" * (65_536 - 28) + b'"}',
    "a-large-text": b'{"text": "' + b"x" * 70_000 + b'"}',
    "a-large-unknown-member": b'{"text": "odd", "more": "' + b"x" * 70_000 + b'"}',
}
"""Bodies of more than 64 KiB. All but the second have a valid text."""

ODD_BODIES = {
    "not-a-number": b'{"text": "odd", "more": NaN}',
    "infinity": b'{"text": "odd", "more": -Infinity}',
    "byte-order-mark": b'\xef\xbb\xbf{"text": "odd"}',
    "utf-16": '{"text": "odd"}'.encode("utf-16"),
    "latin-1": '{"text": "žádný é"}'.encode("iso-8859-2"),
    "broken-utf-8": b'{"text": "odd \xc3\x28"}',
    "twice": b'{"text": "odd", "text": "odder"}',
    "deep": b'{"text": "odd", "more": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "half-an-emoji": b'{"text": "odd \\ud83d"}',
    "the-other-half": b'{"text": "\\udc0e odd"}',
    "halves-in-wrong-order": b'{"text": "odd \\udc0e\\ud83d"}',
    "nothing-but-half-an-emoji": b'{"text": "\\ud83d"}',
    "half-an-emoji-elsewhere": b'{"text": "odd", "more": "\\ud83d"}',
    "half-an-emoji-as-a-name": b'{"text": "odd", "\\ud83d": "more"}',
    "half-an-emoji-for-an-id": b'{"id": "\\ud83d", "created_at": "\\ud83d", "text": "odd"}',
    "capitals": b'{"Text": "odd"}',
    "capitals-too": b'{"TEXT": 7, "text": "odd"}',
    "nul": b'{"text": "odd \\u0000"}',
    "blank-elsewhere": '{"text": "\u2003\u00a0"}'.encode(),
    "large-number": b'{"text": "odd", "more": 1e999}',
    "many-digits": b'{"text": "odd", "more": ' + b"9" * 5000 + b"}",
}
"""Bodies that a service may answer in any way except with a server error."""

AUTHORS = {
    **{name: text[:100] for name, text in ZOO.items()},
    "one": "x",
    "hundred": "y" * 100,
    "three-bytes-each": "語" * 100,
    "name": "Žofie 🐎",
    "number": "7",
    "null": "null",
}
"""Authors of 1 to 100 characters, which the service must give back exactly as the client sent them."""

ODD_AUTHORS = {
    "half-an-emoji": b'{"text": "odd", "author": "Ines \\ud83d"}',
    "the-other-half": b'{"text": "odd", "author": "\\udc0e Ines"}',
    "nothing-but-half-an-emoji": b'{"text": "odd", "author": "\\ud83d"}',
    "nul": b'{"text": "odd", "author": "Ines \\u0000"}',
    "blank": b'{"text": "odd", "author": " \\t\\n"}',
    "half-an-emoji-for-a-source": b'{"text": "odd", "author": "Ines", "source": "\\ud83d"}',
}
"""Bodies with an `author` that a service may refuse, keep or change, but that cause no server error."""

HALF_A_PARENT = b'{"text": "odd", "reply_to": "\\ud83d"}'
"""A body whose `reply_to` is half of an emoji."""

BAD_TIMES = [
    "",
    "yesterday",
    "10:00",
    "2026-01-02",
    "2026-01-02T03:04:05",
    "2026-01-02T03:04:05.678",
    "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-01-02T25:00:00Z",
    "2026-01-02T03:04:05Zulu",
]
"""Values of `since` that are not instants."""

AN_INSTANT = "2026-01-02T08:30:00+05:30"
"""An instant for `--since`, with an offset."""
AS_SERVERS_WRITE = "2026-01-02T03:04:05.678Z"
"""An instant for `--since`, with `Z` and a fraction of a second."""
TO_THE_SECOND = "2026-01-02T03:04:05Z"
"""The instant of `AS_SERVERS_WRITE` to the second. A client is free to send fewer digits of the fraction, or none."""

TIMES_OF_DAY = (
    ("Pacific/Chatham", 23, 59),
    ("America/St_Johns", 10, 5),
    ("Pacific/Kiritimati", 0, 0),
    ("Pacific/Pago_Pago", 10, 5),
)
"""Time zones with a time of day. On every day of the year, one of them has summer time. One is always a date ahead of
UTC or behind it. Two aren't whole hours from UTC. One time is always past, and one (but for a minute) still to come."""

SPOKEN = [
    "see you at ten",
    "make it eleven",
    "žluťoučký κόσμος 🐎",
    "m-7 is no id here",
    "100% & <more>",
    "two  blanks and [some] (brackets) {in} *it*",
    "a long story, told at great length, " * 9 + "and its end",
]
"""Texts of messages that a client lists. None holds a control character."""
