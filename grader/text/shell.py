"""Lines that can be pasted into a shell: what a check did, for people to do again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

SERVE_PORT = 5000
"""The port of `kit serve`, unless another is named."""
SHOWN_PORT = SERVE_PORT
"""The port in lines that are shown to be pasted: that of `kit serve`, so that they work there."""
WITH_BODY = ("POST", "PUT", "PATCH")
"""Methods whose requests always have a body, be it an empty one."""


def command_line(argv: Iterable[str], **variables: str) -> str:
    """Write a command, with the environment variables that matter."""
    settings = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return " ".join([*settings, shlex.join(argv)])


def curl(method: str, url: str, headers: Mapping[str, str | None], body: bytes) -> str:
    """Write a request for curl, so that what it sends is what was sent here; a header that is None isn't sent.

    A body that is no text of one line is fed to curl by `printf`.
    """
    has_body = bool(body) or method in WITH_BODY
    words = ["curl", *_switches(url), "-I" if method == "HEAD" else "-i"]
    if method != "HEAD" and (has_body or method != "GET"):
        words += ["-X", method]
    for name, value in headers.items():
        empty = f"{name}:" if value is None else f"{name};"
        words += ["-H", shlex.quote(f"{name}: {value}" if value else empty)]
    if has_body and "content-type" not in {name.lower() for name in headers}:
        words += ["-H", "'Content-Type:'"]  # curl would add the one of a form
    text = _plain_text(body)
    if has_body:
        words += ["--data-binary", "@-"] if text is None else ["--data-raw", shlex.quote(text)]
    line = " ".join([*words, "'" + url.replace("'", "'\"'\"'") + "'"])
    return line if text is not None else f"{_printf(body)} | {line}"


def side_by_side(line: str, count: int) -> str:
    """Write a command that is run several times at the same moment."""
    return f"for n in $(seq {count}); do {line} & done; wait"


def netcat(data: bytes, port: int) -> str:
    """Write the sending of bytes that may be no request at all."""
    return f"{_printf(data)} | nc 127.0.0.1 {port}"


def _switches(url: str) -> list[str]:
    """Choose what keeps curl from reading a URL as a pattern, and from tidying up its path."""
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
    """Write bytes as the format of `printf`; three octal digits are what every shell's understands."""
    plain = "".join(chr(byte) if 32 <= byte < 127 and byte not in b"\\%-" else f"\\{byte:03o}" for byte in data)
    return f"printf {shlex.quote(plain)}"
