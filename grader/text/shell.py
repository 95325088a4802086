"""Lines for a shell that repeat what a check did, for a learner to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from grader.text import long_text

SERVE_PORT = 5000
"""The port of `kit serve`, unless the learner names another port."""
SHOWN_PORT = SERVE_PORT
"""The port in lines to paste. It is the port of `kit serve`, so that the lines work on that server."""
AT_ONCE = " & done; wait"
WITH_BODY = ("POST", "PUT", "PATCH")
"""Methods whose requests always have a body, even if it is empty."""


def command_line(argv: Iterable[str], **variables: str) -> str:
    """Write a command as a line for a shell, with these environment variables in front of it."""
    settings = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return " ".join([*settings, *map(_word, argv)])


def path_word(path: str) -> str:
    """Write a path for a shell so that no command takes it for an option."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def curl(method: str, url: str, headers: Mapping[str, str | None], body: bytes) -> str:
    """Write a request as a curl command that sends the same as the check sent. A header that is None isn't sent.

    `printf` feeds the body to curl, unless it is a text on one line. A long body that repeats itself is made by a
    program in Python, so that the line stays short.
    """
    has_body = bool(body) or method in WITH_BODY
    words = ["curl", *_switches(url), "-I" if method == "HEAD" else "-i"]
    if method != "HEAD" and (has_body or method != "GET"):
        words += ["-X", method]
    for name, value in headers.items():
        empty = f"{name}:" if value is None else f"{name};"
        words += ["-H", shlex.quote(f"{name}: {value}" if value else empty)]
    if has_body and "content-type" not in {name.lower() for name in headers}:
        words += ["-H", "'Content-Type:'"]  # curl would add the content type of a form
    made = long_text.program(body)
    text = _plain_text(body) if made is None else None
    if has_body:
        words += ["--data-binary", "@-"] if text is None else ["--data-raw", shlex.quote(text)]
    long_url = long_text.program(url.encode())
    quoted = f'"$({long_url})"' if long_url else "'" + url.replace("'", "'\"'\"'") + "'"
    line = " ".join([*words, quoted])
    return line if text is not None else f"{made or _printf(body)} | {line}"


def side_by_side(line: str, count: int) -> str:
    """Write a line that runs a command `count` times at the same moment."""
    return f"for n in $(seq {count}); do {line}{AT_ONCE}"


def is_side_by_side(line: str) -> bool:
    """Tell whether a line runs commands at the same moment."""
    return AT_ONCE in line


def in_a_row(line: str, count: int) -> str:
    """Write a line that runs a command `count` times, one after the other."""
    return f"for n in $(seq {count}); do {line}; done"


def netcat(data: bytes, port: int) -> str:
    """Write a command that sends bytes to a port. The bytes need not be a valid request."""
    return f"{_printf(data)} | nc 127.0.0.1 {port}"


def netcat_slowly(pieces: Iterable[bytes], port: int) -> str:
    """Write a command that sends bytes to a port in pieces, with a second between them."""
    return f"({'; sleep 1; '.join(_printf(piece) for piece in pieces)}) | nc 127.0.0.1 {port}"


def silent_netcats(count: int, port: int) -> str:
    """Write the beginning of a line: open connections to a port that stay open for a minute and send nothing."""
    one = f"sleep 60 | nc 127.0.0.1 {port} &"
    return f"{one} " if count == 1 else f"for n in $(seq {count}); do {one} done; "


def _word(text: str) -> str:
    """Quote an argument. One that is long, or holds control characters, becomes the output of a command.

    A shell removes line ends at the end of such an output. So an argument that ends in one is only quoted.
    """
    content = text.encode("utf-8", "surrogateescape")
    made = long_text.program(content)
    if (made is None and text.isprintable()) or text.endswith("\n"):
        return shlex.quote(text)
    return f'"$({made or _printf(content)})"'


def _switches(url: str) -> list[str]:
    """Choose the options that keep curl from reading a URL as a pattern, and from changing `.` and `..` in its path."""
    globs = ["-g"] if set("[]{}") & set(url) else []
    dots = ["--path-as-is"] if {".", ".."} & set(url.partition("?")[0].split("/")) else []
    return globs + dots


def _plain_text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _printf(data: bytes) -> str:
    """Write bytes as the format of `printf`. The `printf` of every shell understands three octal digits."""
    plain = "".join(chr(byte) if 32 <= byte < 127 and byte not in b"\\%-" else f"\\{byte:03o}" for byte in data)
    return f"printf {shlex.quote(plain)}"
