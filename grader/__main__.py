"""The command `kit`; also `python -m grader`."""


def main() -> None:
    """Run the command."""
    from grader.cli import cli

    cli()


if __name__ == "__main__":
    main()
