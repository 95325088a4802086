"""The words of `kit phone` and `kit slack`, and what follows from them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.options import place, port_option, project_option
from grader.errors import UsageError
from grader.project.state import FOLDER, SECRETS, ProjectState
from grader.results.results import ExitStatus

if TYPE_CHECKING:
    from grader.interactive.delivery import Post
    from grader.interactive.screen import Screen
    from grader.interactive.slack_user import Typist
    from grader.interactive.sms_sender import Telephone

MOST = 100
FORGED_TEXTS = ("missing", "wrong", "body", "url", "token")
FORGED_COMMANDS = ("missing", "wrong", "old", "future", "secret")

repeat_option = click.option(
    "--repeat", metavar="N", default=1, type=click.IntRange(1, MOST), help="Deliver the same event N times."
)


@click.command()
@click.argument("text", required=False)
@click.option("--from", "sender", metavar="NUMBER", help="Another telephone, as in +12025550143.")
@port_option("The port that the service listens on.")
@repeat_option
@click.option("--at-once", is_flag=True, help="With --repeat: all at the same moment.")
@click.option("--forge", type=click.Choice(FORGED_TEXTS), help="Sign it in this wrong way.")
@click.option("--media", is_flag=True, help="Send a picture, with a text or without.")
@click.option("--public-url", metavar="URL", help="Sign for a service that the world calls at this URL.")
@click.option("--query", metavar="QUERY", default="", help="A query behind the path, sent and signed as it is.")
@click.option(
    "--outgoing", metavar="PORT", type=click.IntRange(1, 65535), help="Take the texts that the service sends, here."
)
@project_option
@click.pass_context
def phone(  # noqa: PLR0917 - one parameter for each word that people may type
    context: click.Context,
    text: str | None,
    sender: str | None,
    port: int,
    repeat: int,
    at_once: bool,  # noqa: FBT001
    forge: str | None,
    media: bool,  # noqa: FBT001
    public_url: str | None,
    query: str,
    outgoing: int | None,
    folder: str,
) -> int:
    """Text the running service as Twilio does.

    Without TEXT it is a conversation. It signs with TWILIO_AUTH_TOKEN for the service's PUBLIC_URL; what your shell
    doesn't set is as kit serve sets it.

    \b
    Example:  kit phone "Missed the bus."        kit phone "Hi." --repeat 4 --at-once
    """
    from grader.interactive import sms_sender
    from grader.interactive.delivery import Post
    from grader.system.ports import LOOPBACK
    from grader.webhooks import twilio

    if at_once and repeat == 1:
        raise UsageError("--at-once needs several deliveries; add --repeat 4.")
    if outgoing is not None and (text is not None or media):
        raise UsageError("--outgoing belongs to a conversation; leave TEXT and --media out.")
    if outgoing == port:
        raise UsageError(f"Port {port} is the service's; --outgoing needs another.")
    dialled = f"http://{LOOPBACK}:{port}"
    who = sms_sender.Telephone(
        token=_secret(place(context, folder), "TWILIO_AUTH_TOKEN"),
        public_url=sms_sender.public_url(public_url or os.environ.get("PUBLIC_URL") or dialled),
        dialled=dialled,
        number=sms_sender.number(sender or sms_sender.NUMBER),
        query=sms_sender.on_the_wire(query),
        forge=forge or "",
    )
    face, post = _face(), Post(port, repeat, at_once)
    if text is not None or media:
        said = _as_text(text or "")
        return _status(face.deliver(who.picture(said) if media else who.write(said), post))
    with _taking(outgoing, who.token, face):
        face.say(f"{who.number} texts {who.dialled}{twilio.PATH}; /help lists the commands.")
        return _converse(who, post, face)


@click.command()
@click.argument("text", required=False)
@click.option("--user", metavar="USER", help="Another person, as in U07QK2M4XYZ.")
@port_option("The port that the service listens on.")
@repeat_option
@click.option("--forge", type=click.Choice(FORGED_COMMANDS), help="Sign it in this wrong way.")
@click.option("--verify", is_flag=True, help="Ask what Slack asks before it sends events to a URL.")
@project_option
@click.pass_context
def slack(  # noqa: PLR0917 - one parameter for each word that people may type
    context: click.Context,
    text: str | None,
    user: str | None,
    port: int,
    repeat: int,
    forge: str | None,
    verify: bool,  # noqa: FBT001
    folder: str,
) -> int:
    """Send the running service slash commands, as Slack does.

    Without TEXT it is a conversation. It signs with SLACK_SIGNING_SECRET; if your shell doesn't set that, with the
    one that kit serve uses.

    \b
    Example:  kit slack "recent 3"        kit slack "send Bread & cheese"
    """
    from grader.interactive import slack_user
    from grader.interactive.delivery import Post
    from grader.system.ports import LOOPBACK
    from grader.webhooks import slack as provider

    if verify and text is not None:
        raise UsageError("--verify asks a question of Slack's own; leave TEXT out.")
    who = slack_user.Typist(
        secret=_secret(place(context, folder), "SLACK_SIGNING_SECRET"),
        user=slack_user.user(user or slack_user.USER),
        forge=forge or "",
    )
    face, post = _face(), Post(port, repeat)
    if verify or text is not None:
        return _status(face.deliver(who.verification() if verify else who.write(_as_text(text or "")), post))
    where = f"http://{LOOPBACK}:{port}{provider.PATH}"
    face.say(f"{who.user} types {slack_user.COMMAND} for {where}; /help lists the commands.")
    return _converse(who, post, face)


def _converse(who: Telephone | Typist, post: Post, face: Screen) -> int:
    from grader.interactive.repl import Conversation
    from grader.interactive.screen import lines_of

    return _status(Conversation(who, post, face).hold(lines_of(face)))


def _face() -> Screen:
    from grader.interactive.screen import Screen
    from grader.report import terminal

    live = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    if live:
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - its presence lets input() edit a line and remember the ones before
    return Screen(terminal.console(), live=live)


@contextmanager
def _taking(port: int | None, token: str, face: Screen) -> Iterator[None]:
    """Take the texts that the service sends, on a port if there is one, and show them."""
    if port is None:
        yield
        return
    from grader.webhooks import twilio_rest as outgoing

    heard = outgoing.Outgoing(token, lambda sent: face.texted(sent["from"], sent["to"], sent["body"]))
    with outgoing.running(heard, port) as number:
        face.say(f'Texts that the service sends are shown here: client.api.base_url = "http://127.0.0.1:{number}"')
        yield


def _secret(project: Path, name: str) -> str:
    """Find a secret to sign with: the shell's, else the one that the kit made for the project; raises UsageError."""
    kept = ProjectState(project).credentials()
    found = os.environ.get(name, "").strip() or (kept.by_name[name] if kept else "")
    if not found:
        raise UsageError(
            f"There is no {name} to sign with. Type kit serve in another terminal first: "
            f"it makes one and keeps it in {FOLDER}/{SECRETS}. Or set {name} in your shell."
        )
    return found


def _as_text(word: str) -> str:
    """Read an argument as text, be its bytes what they may."""
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _status(fine: bool) -> int:  # noqa: FBT001
    return ExitStatus.PASSED if fine else ExitStatus.FAILED
