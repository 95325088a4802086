"""What `kit load` prints of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.learner.load_lines import LoadLines, is_answered
from grader.load.generator import Record
from grader.load.measurement import Measured, Probe
from grader.load.samples import Sample, Window


def run(*, users: int | None, offered: float | None) -> Measured:
    """A run of one second: 100 answers came in it, and 900 after it."""
    late = tuple(Sample(0.5, 0.1 if number < 100 else 4.0, answered=True, status=200) for number in range(1000))
    probe = Probe(
        users, offered, 1000.0, 3900.0, 4000.0, 4000.0, 0, 1.0, 0.4, 0.0, planned=1000, sent=1000, throughput=100.0
    )
    return Measured(probe, Record(late, (), 1000, 400, 1000, 0), Window(0.0, 1.0), ended=False)


@pytest.mark.parametrize(("users", "offered", "answered"), [(None, 1000.0, 100), (8, None, 1000)])
def test_answers_that_came_after_the_end_are_no_rate_of_a_service(capsys, users, offered, answered):
    LoadLines("reads").end(run(users=users, offered=offered))

    assert f"answered     {answered} requests/s, " in capsys.readouterr().out


def test_a_service_can_be_judged_when_anything_was_answered() -> None:
    measured = run(users=None, offered=1000.0)
    none = [sample._replace(answered=False, status=0) for sample in measured.record.samples]
    refused = [*none[1:], none[0]._replace(status=503)]

    def heard(samples: list[Sample]) -> bool:
        return is_answered(replace(measured, record=replace(measured.record, samples=tuple(samples))))

    assert [is_answered(measured), heard(refused), heard(none), heard([])] == [True, True, False, False]
