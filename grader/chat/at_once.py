"""Sends messages at the same moment, and looks whether each is stored and listed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.assertions.entries import Listing
from grader.assertions.json_values import Ids, same
from grader.chat.api import Chat
from grader.chat.messages import Message
from grader.testdata.random_values import words
from grader.text.shell import side_by_side


@dataclass(frozen=True)
class SentAtOnce:
    """Messages that were sent at the same moment."""

    sent: Ids
    """The ids of all."""
    missing: Listing
    """The messages that their sender's next `GET /messages` didn't list, though they were accepted."""

    @property
    def repeated(self) -> Listing:
        """List the ids that the service gave to more than one message."""
        ids = [str(one) for one in self.sent]
        found = [one for one in dict.fromkeys(ids) if ids.count(one) > 1]
        return Listing(found, request=self.sent.request, what="id given twice")


def send_at_once(chat: Chat, count: int, patience: float, each: int = 1) -> SentAtOnce:
    """Send messages at the same moment, two of each text. Each sender lists messages when its own was accepted.

    With `each`, every sender sends so many messages, one after the other. Then none looks at the list: a message may
    stand behind the newest twenty by then.
    """
    texts = [[words() for _ in range(each)] for _ in range(count // 2)] * 2
    barrier = threading.Barrier(len(texts))

    def send(own: list[str]) -> list[tuple[Message, bool]]:
        barrier.wait()
        return [_send(chat, text, patience, look=each == 1) for text in own]

    with ThreadPoolExecutor(len(texts)) as pool:
        results = [result for several in pool.map(send, texts) for result in several]
    request = side_by_side(results[0][0].request, count)
    unseen = [str(sent.id) for sent, seen in results if not seen]
    return SentAtOnce(
        Ids([sent.id for sent, _ in results], request=request),
        Listing(unseen, request=request, what="accepted message that isn't listed"),
    )


def _send(chat: Chat, text: str, patience: float, *, look: bool) -> tuple[Message, bool]:
    """Send a message, and tell whether the next list holds it, if the sender looks."""
    sent = chat.send(text, patience=patience)
    return sent, not look or any(same(sent.id, listed) for listed in chat.page().ids)
