"""The conversation with a service. A line is a message to send, or a command that begins with a slash."""

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
    """A command behind a slash. `do` returns an event to deliver, or a sentence to print."""

    argument: str
    purpose: str
    do: Callable[[str], Event | str]


class End(Exception):
    """The learner has typed `/quit`."""


class Conversation:
    """Reads lines, delivers messages and carries out commands, until there are no more lines."""

    def __init__(self, who: Telephone | Typist, post: Post, screen: Screen) -> None:
        self.who = who
        self.post = post
        self.screen = screen
        self.commands = _commands(who)

    def hold(self, read: Callable[[], str]) -> bool:
        """Run the conversation until the lines end, or until Ctrl-C. Return whether every answer was the right one."""
        fine = True
        try:
            while True:
                fine &= self._take(read())
        except (EOFError, KeyboardInterrupt, End):
            if self.screen.live:
                self.screen.out.print()
        return fine

    def _take(self, line: str) -> bool:
        if not line:
            return True
        if not line.startswith("/"):
            return self.screen.deliver(self.who.write(line), self.post)
        word, _, argument = line[1:].partition(" ")
        try:
            done = self._do(word, argument.strip())
        except UsageError as error:
            self.screen.say(str(error), style="red")
            return False
        if isinstance(done, Event):
            return self.screen.deliver(done, self.post)
        if done:
            self.screen.say(done)
        return True

    def _do(self, word: str, argument: str) -> Event | str:
        if word == "quit":
            raise End
        if word == "help":
            self.screen.list([*self._help()])
            return ""
        if word not in self.commands:
            raise UsageError(f"There is no command {quoted('/' + word)}; /help lists those that there are.")
        return self.commands[word].do(argument)

    def _help(self) -> Iterator[tuple[str, str]]:
        what = "send it as a text message" if isinstance(self.who, Telephone) else f"type it after {slack_user.COMMAND}"
        yield "any line", what
        for word, command in self.commands.items():
            yield f"/{word} {command.argument}".rstrip(), command.purpose
        yield "/quit", "end the conversation, as Ctrl-D and Ctrl-C do"


def _commands(who: Telephone | Typist) -> Mapping[str, Command]:
    """Return the commands of a conversation, in the order in which `/help` lists them."""
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
