"""The objective: what a project may say in slo.toml, and when a run broke it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.load import slo
from grader.load.generator import Record
from grader.load.measurement import Measured, Probe
from grader.load.samples import Sample, Window
from grader.load.slo import Slo
from grader.load.workloads import READ, WRITE


def measured(reads: float, writes: float, *, failed: int = 0, achieved: float = 100.0, ended: bool = False) -> Measured:
    """Return a run of 100 reads and 100 writes, each in so many seconds."""
    samples = [Sample(turn / 100, reads, True, 0.0, READ.name) for turn in range(100)]
    samples += [Sample(turn / 100, writes, True, 0.0, WRITE.name) for turn in range(100)]
    probe = Probe(None, 100.0, achieved, 1.0, 1.0, 1.0, failed, 0.1, 0.1, 0.0, planned=200)
    return Measured(probe, Record(tuple(samples), (), 200, 3, 200, 0), Window(0.0, 1.0), ended)


def test_each_kind_has_its_own_limit() -> None:
    assert Slo().broken_by(measured(0.09, 0.19)) is None
    assert Slo().broken_by(measured(0.11, 0.19)) == "latency"
    assert Slo().broken_by(measured(0.09, 0.21)) == "latency"


def test_failures_come_first() -> None:
    assert Slo().broken_by(measured(0.5, 0.5, failed=3)) == "failures"
    assert Slo().broken_by(measured(0.01, 0.01, failed=2)) is None
    assert Slo().broken_by(measured(0.01, 0.01, ended=True)) == "failures"


def test_what_was_offered_must_be_achieved() -> None:
    assert Slo().broken_by(measured(0.01, 0.01, achieved=94.0)) == "latency"


def test_a_rate_that_is_no_whole_number_in_the_time_of_a_probe_can_be_achieved() -> None:
    probe = Probe(None, 2.21, 2.0, 1.0, 1.0, 1.0, 0, 0.1, 0.1, 0.0, planned=3)
    samples = tuple(Sample(turn / 2, 0.01, True, 0.0, READ.name) for turn in range(3))

    assert Slo().broken_by(Measured(probe, Record(samples, (), 3, 1, 3, 0), Window(0.0, 1.5), ended=False)) is None


def test_it_says_itself_in_a_few_words() -> None:
    assert Slo().in_words("reads") == "p95<=100ms, fail<=1%"
    assert Slo().in_words("mixed") == "reads p95<=100ms, writes p95<=200ms, fail<=1%"


def test_a_project_may_have_its_own(tmp_path: Path) -> None:
    (tmp_path / "slo.toml").write_text("failed = 0.02\n[reads]\np95_ms = 50\n")

    own = slo.read(tmp_path)
    assert (own.p95_ms, own.failed, own.achieved) == ({READ.name: 50.0, WRITE.name: 200.0}, 0.02, 0.95)
    assert slo.read(tmp_path / "elsewhere") == Slo()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("reads = 50", 'slo.toml: "reads" is not known.'),
        ("[reads]\np95 = 50", 'slo.toml: "reads" is not known.'),
        ("failed = 2", "slo.toml: failed must be a number above 0, at most 1."),
        ("[writes]\np95_ms = true", "slo.toml: writes.p95_ms must be a number above 0, at most 1e+06."),
        ("failed = ", "slo.toml cannot be read: "),
    ],
)
def test_what_it_does_not_understand_it_names(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "slo.toml").write_text(text)

    with pytest.raises(UsageError) as raised:
        slo.read(tmp_path)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("refused", "late", "rested", "hangs_on_it"),
    [
        (20, 0.0, 0.02, False),  # the service says no to what comes in time, however busy the generator is
        (20, 0.1, 0.02, True),  # what came late came all at once, perhaps
        (20, 0.1, 0.5, False),
        (0, 0.1, 0.02, True),
        (0, 0.1, 0.5, True),  # without its lateness the objective was kept
        (0, 0.0, 0.5, False),
    ],
)
def test_what_a_service_refuses_is_its_own_limit(refused: int, late: float, rested: float, hangs_on_it: bool) -> None:
    run = measured(0.15, 0.15, failed=refused)
    samples = [sample._replace(late=late) for sample in run.record.samples]
    samples[:refused] = [sample._replace(answered=False, status=503) for sample in samples[:refused]]
    run = replace(run, record=replace(run.record, samples=tuple(samples), rested=rested))

    assert Slo().broken_by(run) is not None
    assert Slo().hangs_on_the_generator(run) is hangs_on_it
