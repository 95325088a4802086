"""What a cache is worth: how long a reader waits without it, over how long with it, and what the learner says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.assertions.entries import Listing
from grader.chat.api import Chat
from grader.errors import Unclear
from grader.harness.harness import Harness
from grader.load.comparison import Comparison, Verdict, decide
from grader.scaling import evidence
from grader.scaling.latency import Reader, compare_waits
from grader.service.server import Service
from grader.testdata.random_values import words

MESSAGES, LENGTH = 200, 40
PAGE = "/messages?limit=100"
PAYS, PAYS_NOT = 1.4, 1.2
"""The gain from which on a cache pays, and the one below which it is called none: between the two, noise may decide."""
LIKE = 1.3
"""By how much a claimed gain may differ from the one measured here."""
DEFAULTS = ("on", "off", "none")


@dataclass(frozen=True)
class Gain:
    """The measured gain of a cache, with what `answers.toml` says in a folder.

    `comparison` tells whether it is above `PAYS`; where it isn't, `closer` tells whether it is below `PAYS_NOT`.
    """

    comparison: Comparison
    closer: Comparison
    folder: Path
    request: str

    @property
    def unfounded(self) -> Listing:
        """Say what is wrong with keeping this cache; empty when it pays, or when the learner says that it doesn't.

        Raises Unclear where the machine is too noisy to tell, and Failed when `answers.toml` doesn't say.
        """
        if self.comparison.verdict is Verdict.ABOVE:
            return self._listing(self._if_none_is_claimed())
        answers = evidence.read(self.folder, evidence.ANSWERS)
        default = answers.word("cache", "default", DEFAULTS)
        gain = answers.number("cache", "gain")
        is_like = self.comparison.ratio / LIKE <= gain <= self.comparison.ratio * LIKE
        if default != "on" and is_like and self.comparison.pairs:
            return self._listing("")
        if self.closer.verdict is not Verdict.BELOW:
            raise Unclear(self._why())
        if default == "on":
            return self._listing(f"{self.figure}, and {answers.file} says that it is on by default")
        return self._listing(f"{self.figure}, and {answers.file} says a gain of {float(gain):g}")

    @property
    def figure(self) -> str:
        """The gain in words."""
        off, on = self.comparison.medians[1], self.comparison.medians[0]
        return (
            f"a gain of {self.comparison.ratio:.2f} (a reader waits {off:.2g} ms with CACHE=off, "
            f"{on:.2g} ms with CACHE=on)"
        )

    def _if_none_is_claimed(self) -> str:
        """Say what is wrong when there is a cache, and the learner says that there is none; else nothing."""
        answers = evidence.read(self.folder, evidence.ANSWERS)
        if answers.word("cache", "default", DEFAULTS) == "none":
            return f"{self.figure}, and {answers.file} says that there is no cache"
        return ""

    def _listing(self, fault: str) -> Listing:
        return Listing([fault] if fault else [], request=self.request, what="claim that the figures contradict")

    def _why(self) -> str:
        if not self.comparison.pairs:
            return self.comparison.reason
        so_far = f"{self.comparison.reason} So far, " if self.comparison.reason else ""
        return f"{so_far}CACHE=on has {self.figure}. From {PAYS} on, a cache pays, and below {PAYS_NOT} it doesn't."


def measure_gain(harness: Harness) -> Gain:
    """Measure how long a reader waits for a hundred of 200 messages, with `CACHE=off` and with `CACHE=on`, in turn."""
    off, on = (_filled(harness, setting) for setting in ("off", "on"))
    with Reader(on, PAGE) as a, Reader(off, PAGE) as b:
        found = Gain(*compare_gains(a, b), harness.folder, a.line)
    for service in (off, on):
        service.kill()
    return found


def compare_gains(with_cache: Reader, without: Reader) -> tuple[Comparison, Comparison]:
    """Tell whether a cache pays, and where it doesn't, whether it is worth nothing, of more pairs if need be."""
    pays = compare_waits(with_cache, without, PAYS)
    ratios = [pair.ratio for pair in pays.pairs]
    if pays.verdict is Verdict.BELOW and decide(ratios, PAYS_NOT) is not Verdict.BELOW:
        return pays, compare_waits(with_cache, without, PAYS_NOT)
    return pays, pays


def _filled(harness: Harness, setting: str) -> Service:
    service = harness.services.start(env={"CACHE": setting})
    chat = Chat(service)
    for number in range(MESSAGES):
        chat.send(f"{words()} {number}".ljust(LENGTH, "."))
    return service
