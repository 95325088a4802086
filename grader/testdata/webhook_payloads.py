"""What checks send to the webhooks, each with a name. Services often handle it wrongly."""

from __future__ import annotations

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
    "half-an-emoji": b"command=%2Fchat&user_id=U2CERLKJA&text=send+%ED%A0%BD",
    "nobody-but-half-an-emoji": b"command=%2Fchat&user_id=%ED%A0%BD&text=send+hello",
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
