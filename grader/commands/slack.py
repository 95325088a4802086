"""`kit slack`: slash commands to the running service, as Slack sends them."""

from __future__ import annotations

import click

from grader.commands.options import place, port_option, project_option, repeat_option
from grader.errors import UsageError

FORGED = ("missing", "wrong", "old", "future", "secret")


@click.command()
@click.argument("text", required=False)
@click.option("--user", metavar="USER", help="The id of another person, such as U07QK2M4XYZ.")
@port_option("The port that the service listens on.")
@repeat_option
@click.option("--forge", type=click.Choice(FORGED), help="Forge the signature in this way.")
@click.option("--verify", is_flag=True, help="Ask the question by which Slack verifies a URL.")
@project_option
@click.pass_context
def slack(  # noqa: PLR0917 - one parameter for each argument and option
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

    With TEXT, kit sends one slash command. Without TEXT, it starts a conversation. It signs with SLACK_SIGNING_SECRET.
    If your shell doesn't set this secret, kit takes the one that kit serve uses.

    \b
    Example:  kit slack "recent 3"        kit slack "send Bread & cheese"
    """
    from grader.interactive import launch, slack_user
    from grader.interactive.delivery import Post
    from grader.system.ports import LOOPBACK
    from grader.webhooks import slack as provider

    if verify and text is not None:
        raise UsageError("--verify asks a question of Slack's own; leave TEXT out.")
    who = slack_user.Typist(
        secret=launch.secret(place(context, folder), "SLACK_SIGNING_SECRET"),
        user=slack_user.user(user or slack_user.USER),
        forge=forge or "",
    )
    screen, post = launch.screen(), Post(port, repeat)
    if verify or text is not None:
        return launch.status(
            screen.deliver(who.verification() if verify else who.write(launch.as_text(text or "")), post)
        )
    where = f"http://{LOOPBACK}:{port}{provider.PATH}"
    screen.say(f"{who.user} types {slack_user.COMMAND} for {where}; /help lists the commands.")
    return launch.converse(who, post, screen)
