"""Whether a cache keeps apart what was asked: each answer is that of its own question, whatever was asked before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from grader.assertions.entries import Listing
from grader.chat.api import Chat
from grader.service.server import Service

SENT = 4
LONG_AGO = "2001-01-01T00:00:00Z"


def mixed_up(service: Service) -> Listing:
    """Ask for pages that differ in one parameter, each of them after every other, and list the wrong answers."""
    chat = Chat(service)
    newest = [one.id for one in reversed(chat.send_many(SENT))]
    cursor = chat.page(limit=2).cursor
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    questions: list[tuple[dict[str, Any], list[Any]]] = [
        ({"limit": 1}, newest[:1]),
        ({"limit": 2}, newest[:2]),
        ({"limit": 2, "since": LONG_AGO}, newest[:2]),
        ({"limit": 2, "since": tomorrow}, []),
        *([({"limit": 2, "cursor": cursor}, newest[2:4])] if cursor else []),
    ]
    wrong: dict[str, str] = {}
    for params, ids in [*questions, *reversed(questions), *questions]:
        page = chat.page(**params)
        if [*page.ids] != ids:
            asked = "&".join(f"{name}={value}" for name, value in params.items())
            wrong.setdefault(f"{len(page.ids)} messages for {asked}, not the right {len(ids)}", page.request)
    return Listing([*wrong], request=next(iter(wrong.values()), ""), what="answer to another question")
