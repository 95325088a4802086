"""The files that change while the kit checks: saves of the learner, or files that the service itself writes."""

from __future__ import annotations

IN_A_ROW = 5
"""How many rounds in a row the same files may change while the kit checks, before they count as the service's own."""


class Meanwhile:
    """Collects what changes while the kit is deaf, and tells afterwards whether one more round is needed."""

    def __init__(self) -> None:
        self._paths: frozenset[str] = frozenset()
        self._last: frozenset[str] = frozenset()
        self._in_a_row = 0
        self._of_service: frozenset[str] = frozenset()

    def add(self, paths: frozenset[str]) -> None:
        """Add files that have changed."""
        self._paths |= paths - self._of_service

    def forget(self) -> None:
        """Forget what has changed, as a round begins that sees it."""
        self._paths = frozenset()

    def begin_anew(self) -> None:
        """Forget also the rounds before, as the learner has saved when the kit was not deaf."""
        self._last, self._in_a_row = frozenset(), 0
        self.forget()

    def needs_a_round(self) -> tuple[bool, str]:
        """Tell whether one more round is needed, and say so if the files are found to be the service's own.

        Then they don't count any more while the kit is deaf. Otherwise, the rounds would never end.
        """
        if not self._paths:
            return False, ""
        self._in_a_row = self._in_a_row + 1 if self._paths == self._last else 1
        self._last = self._paths
        if self._in_a_row <= IN_A_ROW:
            return True, ""
        self._of_service |= self._paths
        names = ", ".join(sorted(self._paths)[:3])
        return False, (
            f"During each check, something writes {names}. So kit ignores that while it checks; "
            "press r after you change it by hand."
        )
