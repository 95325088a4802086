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
    "capitals": b'{"Text": "hello"}',
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
"""Twenty-eight bodies without a valid text. None of them is a well-formed form body."""

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
    "nul": b'{"text": "odd \\u0000"}',
    "blank-elsewhere": '{"text": "\u2003\u00a0"}'.encode(),
    "large-number": b'{"text": "odd", "more": 1e999}',
    "many-digits": b'{"text": "odd", "more": ' + b"9" * 5000 + b"}",
}
"""Bodies that a service may answer in any way except with a server error."""

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

QUERIES = {
    "plain": "from=twilio",
    "order": "b=2&a=1&b=1",
    "percent-20": "name=two%20words",
    "plus": "name=two+words",
    "escapes": "x=%7e%2F/&y=%c3%a9&z=caf%C3%A9",
    "empty": "a=&b&c=3",
    "punctuation": "name=it's&x=(1)!*;,:@$",
    "two-question-marks": "to=/a?b=c",
}
"""Query strings, each written in a different way. Twilio signs them exactly as they stand here."""

PICTURE = "https://api.twilio.example/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0"
"""The address of a picture in a text message."""
TEXT_MESSAGES = {
    "combining": "e\u0301 is not é",
    "zero": "0",
    "longest": "m" * 1600,
    "emoji": "🐎 and 👩‍👩‍👧‍👦",
    "blanks-around": "  kept as it is  ",
    "newlines": "first\nsecond\r\nthird",
    "html": "<b>bold</b> &amp; <script>1</script>",
    "form": "a=b&c=d%20e+f;g",
    "sql": "Robert'); DROP TABLE messages;--",
    "right-to-left": "שלום, مرحبا",
    "longest-in-bytes": "語" * 1600,
    "stop": "STOP",
    "help": "help",
    "end-of-cdata": "a ]]> b",
    "bell": "ring \x07 the bell",
}
"""Texts that a telephone sends. Each must arrive unchanged."""

SENDERS = {
    "word": "TENTSHOP",
    "other-channel": "whatsapp:+15550100143",
    "nobody": "Anonymous",
    "empty": "",
    "blank": " ",
}
"""Senders of text messages that are not telephone numbers."""

_WHERE = (
    b"token=gIkuvaNzQIHg97ATvDxqgjtO&team_id=T0ABCDEFG&team_domain=four-friends&channel_id=C0ABCDEFGH"
    b"&channel_name=tents&user_name=somebody&api_app_id=A0ABCDEFGH&is_enterprise_install=false"
    b"&response_url=http%3A%2F%2F127.0.0.1%3A9%2F&trigger_id=13345224609.738474920."
)
FORMS = {
    "plus": _WHERE + b"8088930f&command=%2Fchat&user_id=U2CERLKJA&text=what+is+this",
    "percent-20": _WHERE + b"8088931a&command=%2Fchat&user_id=U2CERLKJA&text=what%20is%20this",
    "tilde-escaped": _WHERE + b"8088932b&command=%2fchat&user_id=U2CERLKJA&text=%7Ewhat%7e",
    "not-escaped": _WHERE + b"8088933c&command=/chat&user_id=U2CERLKJA&text=what~is~(this)!*'",
    "letters-escaped": _WHERE + b"8088934d&command=%2F%63hat&user_id=U2CERLKJA&text=%77hat",
    "not-ascii": _WHERE + "8088936f&command=/chat&user_id=U2CERLKJA&text=žluť".encode(),
    "other-order": b"text=what&user_id=U2CERLKJA&" + _WHERE + b"8088935e&command=%2Fchat&enterprise_id=",
}
"""Complete form bodies of an unknown command, each written in a different way. Slack signs the bytes as they are."""

TYPED = {
    "ampersand": "salt & pepper",
    "brackets": "1 < 2 > 0",
    "escape-in-words": "write &lt; for a bracket",
    "escape-twice": "&amp;lt; and &amp;amp;",
    "channel": "<!channel> and <@U2CERLKJA>",
    "quotes": 'it\'s "quoted" and 100% `plain`',
    "emoji": "žluťoučký 🐎",
    "inner-blanks": "two  blanks",
    "two-lines": "first\nsecond",
    "longest": "y" * 2000,
    "longer-when-escaped": "&" * 600 + "<" * 100 + "and so on",
    "looks-like-recent": "recent 3",
    "looks-like-send": "please send it on",
    "zero": "0",
    "combining": "e\u0301 is not é",
    "curly-quotes": "“so” it’s",
    "longest-in-bytes": "語" * 2000,
}
"""Messages as a person types them in Slack. Slack escapes `&`, `<` and `>`, and the answer must escape them too."""

UNREADABLE = {
    "empty": b"",
    "percent": b"%",
    "equals": b"=&=&",
    "json": b'{"text": "recent"}',
    "no-text": b"command=%2Fchat&user_id=U2CERLKJA",
    "nobody": b"command=%2Fchat&text=send+hello",
    "nul": b"command=%2Fchat&user_id=U2CERLKJA&text=send+nul+%00+inside",
    "broken-utf-8": b"command=%2Fchat&user_id=U2CERLKJA&text=send+%C3%28",
}
"""Bodies that are not a valid command of Slack. Some nearly are."""

MISTYPED = {
    "unknown": "dance",
    "empty": "",
    "blank": "   ",
    "send-nothing": "send",
    "send-blanks": "send    ",
    "send-too-long": "send " + "x" * 2001,
    "zero": "recent 0",
    "too-many": "recent 1000",
    "twenty-one": "recent 21",
    "negative": "recent -1",
    "letter": "recent x",
    "fraction": "recent 1.5",
    "huge": "recent " + "9" * 30,
    "two-numbers": "recent 3 4",
    "joined": "recent5",
    "plural": "recents 5",
}
"""Texts that a person may type after `/chat` and that are not a valid command."""
