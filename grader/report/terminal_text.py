"""Long texts on a terminal: rendered, and in the pager where they are longer than the screen."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from grader.text.values import printable

FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]\[]+)\]\([^)\s]+\)")
"""A link in Markdown. Its words are shown, as its address leads nowhere from a terminal."""


def show_markdown(text: str, out: Console) -> None:
    """Show a text in Markdown. A line to paste stays one line."""

    def draw(out: Console) -> None:
        for number, part in enumerate(FENCE.split(text)):
            out.print()
            if number % 2:
                for line in part.splitlines():
                    out.print(Text(f"      {printable(line)}", style="cyan"), soft_wrap=True)
            elif part.strip():
                out.print(Padding(Markdown(LINK.sub(r"\1", part)), (0, 2)))
        out.print()

    show_long(draw, out)


def show_long(draw: Callable[[Console], None], out: Console) -> None:
    """Show what `draw` draws: at once if it fits on the screen or goes to a pipe, else in the learner's pager."""
    with out.capture() as taken:
        draw(out)
    text = taken.get()
    if out.is_terminal and text.count("\n") >= shutil.get_terminal_size().lines:
        with _pager_with_colours():
            click.echo_via_pager(text, color=not out.no_color)
    else:
        out.file.write(text)


@contextlib.contextmanager
def _pager_with_colours() -> Iterator[None]:
    """Let `less` show colours, unless the learner has chosen its options."""
    chosen = "LESS" in os.environ
    os.environ.setdefault("LESS", "-FRX")
    try:
        yield
    finally:
        if not chosen:
            del os.environ["LESS"]
