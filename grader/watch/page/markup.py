"""How Markdown becomes HTML for the page: without styles, with a button beside each block that copies it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

PROMPT = "$ "
BLOCK = Markup(
    '<div class="code"><pre tabindex="0"><code>{}</code></pre>'
    '<button type="button" class="copy" data-copy="{}">copy</button></div>\n'
)


@cache
def markdown() -> MarkdownIt:
    """Return the parser and renderer. It lets no HTML through.

    It renders with `link`, which returns the address for the target of a link, or nothing; `below`, by how many levels
    headings are lower; and `ids`, which says whether they have anchors.
    """
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    rules = {
        "heading_open": _heading_open,
        "heading_close": _heading_close,
        "table_open": lambda *_: '<div class="wide" tabindex="0"><table>\n',
        "table_close": lambda *_: "</table></div>\n",
        "th_open": lambda *_: "<th>",
        "td_open": lambda *_: "<td>",
        "fence": _block,
        "code_block": _block,
        "link_open": _link_open,
        "link_close": _link_close,
        "image": _image,
    }
    for name, rule in rules.items():
        made.add_render_rule(name, rule)
    return made


def slug(title: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def depth(token: Token) -> int:
    """Return the level of a heading: 1 for the title of a text."""
    return int(token.tag[1:])


def to_paste(text: str) -> str:
    """Return what a learner pastes of a block: the commands without their prompts, or else the whole block."""
    lines, goes_on = [], False
    for line in text.splitlines():
        if goes_on or line.startswith(PROMPT):
            lines.append(line if goes_on else line.removeprefix(PROMPT))
            goes_on = line.endswith("\\")
    return "\n".join(lines) if lines else text.rstrip("\n")


def _heading_open(_: Any, tokens: Sequence[Token], at: int, __: Any, place: Any) -> str:
    anchor = f' id="{slug(tokens[at + 1].content)}"' if place["ids"] else ""
    return f"<h{_level(tokens[at], place)}{anchor}>"


def _heading_close(_: Any, tokens: Sequence[Token], at: int, __: Any, place: Any) -> str:
    return f"</h{_level(tokens[at], place)}>\n"


def _level(token: Token, place: Any) -> int:
    return max(1, min(6, depth(token) + int(place["below"])))


def _block(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    text = tokens[at].content
    return BLOCK.format(text, to_paste(text))


def _link_open(_: Any, tokens: Sequence[Token], at: int, __: Any, place: Any) -> str:
    address = place["link"](str(tokens[at].attrGet("href") or ""))
    if not address:
        closing = next(token for token in tokens[at:] if token.type == "link_close")
        closing.meta["tag"] = "span"
        return "<span>"
    if address.startswith("#"):
        return Markup('<a href="{}">').format(address)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">').format(address)


def _link_close(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return f"</{tokens[at].meta.get('tag', 'a')}>"


def _image(_: Any, tokens: Sequence[Token], at: int, __: Any, place: Any) -> str:
    address = place["link"](str(tokens[at].attrGet("src") or ""))
    return Markup('<img src="{}" alt="{}">').format(address, tokens[at].content) if address else ""
