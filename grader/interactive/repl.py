"""A conversation with a service, line by line: each is something to say, or a command that begins with a slash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from grader.errors import UsageError
from grader.interactive import slack_user, sms_sender
from grader.interactive.delivery import Post
from grader.interactive.event import Event
from grader.interactive.screen import Screen
from grader.interactive.slack_user import Typist
from grader.interactive.sms_sender import Telephone
from grader.interactive.wording import quoted


@dataclass(frozen=True)
class Command:
    """What can be typed behind a slash; `do` gives something to deliver, or a sentence to say."""

    argument: str
    purpose: str
    do: Callable[[str], Event | str]


class End(Exception):
    """Somebody has said that it is over."""


class Conversation:
    """Delivers what is said and does what is told, until there are no more lines."""

    def __init__(self, who: Telephone | Typist, post: Post, face: Screen) -> None:
        self.who = who
        self.post = post
        self.face = face
        self.commands = _commands(who)

    def hold(self, read: Callable[[], str]) -> bool:
        """Go on until the lines end, or Ctrl-C does; tell whether everything was as it should be."""
        fine = True
        try:
            while True:
                fine &= self._take(read())
        except (EOFError, KeyboardInterrupt, End):
            if self.face.live:
                self.face.out.print()
        return fine

    def _take(self, line: str) -> bool:
        if not line:
            return True
        if not line.startswith("/"):
            return self.face.deliver(self.who.write(line), self.post)
        word, _, argument = line[1:].partition(" ")
        try:
            done = self._do(word, argument.strip())
        except UsageError as error:
            self.face.say(str(error), style="red")
            return False
        if isinstance(done, Event):
            return self.face.deliver(done, self.post)
        if done:
            self.face.say(done)
        return True

    def _do(self, word: str, argument: str) -> Event | str:
        if word == "quit":
            raise End
        if word == "help":
            self.face.list([*self._help()])
            return ""
        if word not in self.commands:
            raise UsageError(f"There is no command {quoted('/' + word)}; /help lists those that there are.")
        return self.commands[word].do(argument)

    def _help(self) -> Iterator[tuple[str, str]]:
        said = "send it as a text message" if isinstance(self.who, Telephone) else f"type it after {slack_user.COMMAND}"
        yield "any line", said
        for word, command in self.commands.items():
            yield f"/{word} {command.argument}".rstrip(), command.purpose
        yield "/quit", "end the conversation, as Ctrl-D and Ctrl-C do"


def _commands(who: Telephone | Typist) -> Mapping[str, Command]:
    """List the commands of a conversation, in the order in which help shows them."""
    again = Command("", "deliver the last event once more", lambda _: _again(who))
    forgeries = sms_sender.FORGERIES if isinstance(who, Telephone) else slack_user.FORGERIES
    kinds = f"{', '.join(forgeries)} or off"
    forge = Command("KIND", f"forge from now on: {kinds}", lambda kind: _forge(who, kind, forgeries))
    if isinstance(who, Telephone):
        return {
            "again": again,
            "forge": forge,
            "from": Command("NUMBER", "take another telephone", lambda number: _take_number(who, number)),
            "picture": Command("[TEXT]", "send a picture, with a word to it or without", who.picture),
        }
    return {
        slack_user.COMMAND.removeprefix("/"): Command("TEXT", "the same as TEXT alone", who.write),
        "again": again,
        "forge": forge,
        "user": Command("USER", "let another person type", lambda user: _take_user(who, user)),
    }


def _again(who: Telephone | Typist) -> Event:
    event = who.again()
    if event is None:
        raise UsageError("Nothing was sent yet, so there is nothing to send again.")
    return event


def _forge(who: Telephone | Typist, kind: str, forgeries: Mapping[str, str]) -> str:
    if kind != "off" and kind not in forgeries:
        raise UsageError(f"What to forge is one of {', '.join(forgeries)}, or off; not {quoted(kind)}.")
    who.forge = "" if kind == "off" else kind
    return f"From now on with {forgeries[kind]}." if who.forge else "From now on signed as it should be."


def _take_number(who: Telephone, number: str) -> str:
    who.number = sms_sender.number(number)
    return f"From now on from {who.number}."


def _take_user(who: Typist, user: str) -> str:
    who.user = slack_user.user(user)
    return f"From now on {who.user} types."
