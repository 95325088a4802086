"""Run the client: `python -m client ping`, with SERVER_URL in the environment."""

import argparse
import sys

from . import api


def main():
    # Whoever reads our output gets UTF-8, whatever this machine prefers.
    sys.stdout.reconfigure(encoding="utf-8")
    options = command_line().parse_args()
    try:
        options.run(options)
    except api.ServiceError as error:
        sys.exit(str(error))


def command_line():
    parser = argparse.ArgumentParser(prog="client", description="Talk to the chat server.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = commands.add_parser("ping", help="print what the server answers")
    command.set_defaults(run=ping)
    return parser


def ping(_options):
    body = api.get("/")
    print(body, end="" if body.endswith("\n") else "\n")


if __name__ == "__main__":
    main()
