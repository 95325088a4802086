"""What the files of checks import: the marker that ties a function to a step and a clause, and random data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.testdata.random_values import words

__all__ = ["check", "words"]


def check(step: str, *, clause: str) -> Callable[[Callable[..., None]], Any]:
    """Mark a function as a check of `step` that cites `clause`; its docstring is what the learner reads."""
    return pytest.mark.check(step, clause=clause)
