"""Run the client: `python -m client ping`, with SERVER_URL in the environment."""

import argparse
import sys


def main():
    options = command_line().parse_args()
    # TODO 1.6: whatever fails in here becomes one line on stderr and an exit status other
    # than 0: stderr is for people, the status for programs, a stack trace for neither.
    options.run(options)


def command_line():
    parser = argparse.ArgumentParser(prog="client", description="Talk to the chat server.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    command = commands.add_parser("ping", help="print what the server answers")
    command.set_defaults(run=ping)
    return parser


def ping(_options):
    # TODO 1.5: print the body that api.get("/") returns, and remove this line.
    sys.exit("ping is not written yet.")


if __name__ == "__main__":
    main()
