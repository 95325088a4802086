"""`kit phone`: text messages to the running service, as Twilio sends them."""

from __future__ import annotations

import os

import click

from grader.commands.options import Whole, place, port_option, project_option, repeat_option
from grader.errors import UsageError

FORGED = ("missing", "wrong", "body", "url", "token")


@click.command()
@click.argument("text", required=False)
@click.option("--from", "sender", metavar="NUMBER", help="The number of another telephone, such as +12025550143.")
@port_option("The port that the service listens on.")
@repeat_option
@click.option("--at-once", is_flag=True, help="With --repeat: deliver all at the same moment.")
@click.option("--forge", type=click.Choice(FORGED), help="Forge the signature in this way.")
@click.option("--media", is_flag=True, help="Send a picture, with a text or without.")
@click.option("--public-url", metavar="URL", help="Sign for a service with this public URL.")
@click.option("--query", metavar="QUERY", default="", help="A query behind the path. It is sent and signed as it is.")
@click.option(
    "--outgoing",
    metavar="PORT",
    type=Whole(1, 65535),
    help="Listen on PORT for the texts that the service sends.",
)
@project_option
@click.pass_context
def phone(  # noqa: PLR0917 - one parameter for each argument and option
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

    With TEXT, kit sends one text message. Without TEXT, it starts a conversation. It signs with TWILIO_AUTH_TOKEN for
    the service's PUBLIC_URL. If your shell doesn't set one of these, kit takes the value that kit serve uses.

    \b
    Example:  kit phone "Missed the bus."        kit phone "Hi." --repeat 4 --at-once
    """
    from grader.interactive import launch, sms_sender
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
        token=launch.secret(place(context, folder), "TWILIO_AUTH_TOKEN"),
        public_url=sms_sender.public_url(public_url or os.environ.get("PUBLIC_URL") or dialled),
        dialled=dialled,
        number=sms_sender.number(sender or sms_sender.NUMBER),
        query=sms_sender.on_the_wire(query),
        forge=forge or "",
    )
    screen, post = launch.screen(), Post(port, repeat, at_once)
    if text is not None or media:
        message = launch.as_text(text or "")
        return launch.status(screen.deliver(who.picture(message) if media else who.write(message), post))
    with launch.taking(outgoing, who.token, screen):
        screen.say(f"{who.number} texts {who.dialled}{twilio.PATH}; /help lists the commands.")
        return launch.converse(who, post, screen)
