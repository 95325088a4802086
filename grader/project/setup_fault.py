"""Failures of `setup` that another try can't mend, as the command itself is wrong."""

from __future__ import annotations

import re

from grader.errors import Failed

OF_THE_COMMAND = re.compile(
    r"""
    no\ such\ option | unknown\ command | unrecognized\ argument | requirement\ expected
    | could\ not\ open\ requirements\ file | invalid\ requirement | no\ such\ file\ or\ directory
    | can't\ open\ file | no\ module\ named | command\ not\ found | :\ not\ found$
    | syntaxerror | cannot\ find\ module | missing\ script | no\ rule\ to\ make\ target | usage:
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
"""What programs print when they were asked for what doesn't exist. A registry that fails prints none of it."""
OF_THE_WAY = re.compile(r"timed?\ ?out|connection|resolve|network|proxy|ssl|retry", re.IGNORECASE)
"""What is printed where the way to a registry may be at fault. Then another try may help."""
NOT_STARTED = "a program that can be started"


def is_lasting(failure: Exception) -> bool:
    """Tell whether a failed `setup` is sure to fail again: its program is not there, or what it names is not."""
    if not isinstance(failure, Failed):
        return False
    return failure.expected == NOT_STARTED or is_of_the_command(failure.log)


def is_of_the_command(printed: str) -> bool:
    """Tell whether the output of a `setup` blames the command, and not the way to a registry."""
    return bool(OF_THE_COMMAND.search(printed)) and not OF_THE_WAY.search(printed)
