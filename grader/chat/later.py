"""Compares two looks at the list: what became of the messages of the first look by the time of the second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from grader.assertions.entries import Listing
from grader.assertions.json_values import same
from grader.chat import instant
from grader.chat.messages import Message, Page
from grader.text.difference import listed
from grader.text.values import shown


def changes(before: Page, after: Page, *, names: Sequence[str], places: bool) -> Listing:
    """List what `after` shows differently of the messages of `before`: the members in `names`, and with `places` those.

    Both pages were asked for with the same limit. New messages may stand above the others. Where the page is full, they
    push as many of the oldest ones off it.
    """
    pairs = [(one, after.by_id(one.id)) for one in before.messages if _is_on(after, one)]
    other = [entry for earlier, later in pairs for entry in _differences(earlier, later, names)]
    moved = _moved(before, after) if places else []
    return Listing([*moved, *other], request=after.request, what="change of an earlier message")


def _moved(before: Page, after: Page) -> list[str]:
    new = [one for one in after.messages if not _is_on(before, one)]
    kept = before.messages[: max(0, before.limit - len(new))]
    wanted = [one.id for one in (*new, *kept)]
    gone = [f"id {one.id} is gone" for one in kept if not _is_on(after, one)]
    return gone or ([] if _alike(wanted, after.ids) else [f"the order is {listed(after.ids, wanted)}"])


def _differences(earlier: Message, later: Message, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        one, other = earlier.fields.get(name), later.fields.get(name)
        if not (_same_instant(one, other) if name == "created_at" else same(one, other)):
            yield f"id {earlier.id}: {name} was {shown(one)}, is {shown(other)}"


def _same_instant(one: Any, other: Any) -> bool:
    """Compare two times. The same instant may be written in another way, as after a start in another time zone."""
    first, second = instant.read(one), instant.read(other)
    return same(one, other) if first is None or second is None else first.seconds == second.seconds


def _is_on(page: Page, wanted: Message) -> bool:
    return any(same(wanted.id, one.id) for one in page.messages)


def _alike(wanted: Sequence[Any], ids: Sequence[Any]) -> bool:
    return len(wanted) == len(ids) and all(map(same, wanted, ids))
