"""capacity.toml: what is written can be read again, and what the learner wrote stays."""

import tomllib

import pytest

from grader.errors import UsageError
from grader.load import capacity_file
from grader.load.capacity import Capacity, Judged
from grader.load.capacity_file import Entry, Machine
from grader.load.measurement import Probe

PROBE = Probe(None, 336.0, 336.0, 1.0, 2.0, 3.0, 0, 0.5, 0.1, 0.04)
FOUND = Entry(Capacity(336.0, 400.0, "latency", (Judged(PROBE, None),), done=True), "p95<=100ms, fail<=1%", "ab12cd3")
MACHINE = Machine(cores=2, ceiling=2300.44, other=0.051)


def test_what_is_written_is_toml_with_all_that_was_found(tmp_path):
    path = capacity_file.write(tmp_path, MACHINE, {"reads": FOUND})

    assert tomllib.loads(path.read_text()) == {
        "machine": {"cores": 2, "ceiling": 2300.44, "other": 0.05},
        "reads": {
            "held": 336.0,
            "broke": 400.0,
            "broke_because": "latency",
            "slo": "p95<=100ms, fail<=1%",
            "other": 0.04,
            "commit": "ab12cd3",
            "sentence": "",
        },
    }
    assert [one.name for one in tmp_path.iterdir()] == ["capacity.toml"]


def test_the_learners_sentence_and_other_workloads_stay(tmp_path):
    path = capacity_file.write(tmp_path, MACHINE, {"reads": FOUND, "writes": FOUND})
    path.write_text(path.read_text().replace('sentence = ""', 'sentence = "The \\"queue\\" grows."', 1))

    capacity_file.write(tmp_path, MACHINE, {"reads": FOUND})

    written = capacity_file.read(tmp_path)
    assert written["reads"]["sentence"] == 'The "queue" grows.'
    assert written["writes"]["held"] == 336.0


def test_the_generators_limit_and_an_interruption_are_said(tmp_path):
    bound = Entry(Capacity(800.0, None, "generator", (), done=True), "p95<=100ms", None)
    broken_off = Entry(Capacity(100.0, None, None, ()), "p95<=100ms", None)
    capacity_file.write(tmp_path, MACHINE, {"reads": bound, "writes": broken_off})

    written = capacity_file.read(tmp_path)
    assert (written["reads"]["broke_because"], "broke" in written["reads"]) == ("generator", False)
    assert written["writes"]["interrupted"] is True


def test_a_file_that_cannot_be_read_is_said_and_kept(tmp_path):
    (tmp_path / "capacity.toml").write_text("[reads\n")

    with pytest.raises(UsageError, match=r"^capacity\.toml cannot be read: "):
        capacity_file.write(tmp_path, MACHINE, {"reads": FOUND})
    assert (tmp_path / "capacity.toml").read_text() == "[reads\n"
