"""Run the client: `python -m client COMMAND`, with SERVER_URL in the environment."""

import argparse
import os
import sys

from . import api, messages, times


def main():
    # Whoever reads our output gets UTF-8, whatever this machine prefers, and half an emoji as an escape.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = command_line().parse_args()
    try:
        options.run(options)
        sys.stdout.flush()
    except api.ServiceError as error:
        sys.exit(str(error))
    except BrokenPipeError:
        # Whoever read our output, `head` perhaps, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def command_line():
    parser = argparse.ArgumentParser(prog="client", description="Talk to the chat server.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("ping", help="print what the server answers")
    command.set_defaults(run=ping)

    command = commands.add_parser("send", help="send a message, print its id")
    command.add_argument("text", metavar="TEXT")
    command.add_argument("--author", metavar="NAME", help="who wrote it")
    command.set_defaults(run=messages.send)

    command = commands.add_parser("list", help="show messages, newest first")
    command.add_argument("--limit", metavar="N", type=int, help="at most so many")
    command.add_argument(
        "--since",
        metavar="TIME",
        type=times.instant,
        help="all from a time on: RFC 3339, or HH:MM for today, here",
    )
    command.set_defaults(run=messages.list_messages)

    command = commands.add_parser("reply", help="reply to a message, print the reply's id")
    command.add_argument("id", metavar="ID")
    command.add_argument("text", metavar="TEXT")
    command.add_argument("--author", metavar="NAME", help="who wrote it")
    command.set_defaults(run=messages.reply)

    command = commands.add_parser("show", help="show a message and the replies to it")
    command.add_argument("id", metavar="ID")
    command.set_defaults(run=messages.show)
    return parser


def ping(_options):
    body = api.get("/")
    print(body, end="" if body.endswith("\n") else "\n")


if __name__ == "__main__":
    main()
