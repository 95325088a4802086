"""The contents that git keeps, read one after the other by a single git."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from grader.errors import Failed
from grader.project import git_program


def beginnings(folder: Path, blobs: Sequence[str], length: int) -> Iterator[bytes]:
    """Yield the first bytes of each blob, in order, without keeping any whole; raises Failed, in a minute at most."""
    argv = ["git", "-C", str(folder), "cat-file", "--batch"]
    with ExitStack() as stack:
        batch = stack.enter_context(
            subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=git_program.environment())
        )
        assert batch.stdin is not None
        assert batch.stdout is not None
        limit = threading.Timer(git_program.SECONDS, batch.kill)
        limit.start()
        stack.callback(limit.cancel)
        for blob in blobs:
            batch.stdin.write(f"{blob}\n".encode())
            batch.stdin.flush()
            header = batch.stdout.readline().split()
            if header[-1:] == [b"missing"]:
                yield b""
                continue
            left = int(header[2]) + 1 if len(header) > 2 else 1
            head = batch.stdout.read(min(length, left))
            left -= len(head)
            while left and (more := batch.stdout.read(min(left, 65536))):
                left -= len(more)
            if left:
                raise Failed("git cannot read what it keeps", expected="a sound repository", request="git fsck")
            yield head
