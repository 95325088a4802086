"""Whether the generator is the limit of any capacity: what contradicts the answer, and what doesn't."""

import types

import pytest

from grader.errors import Unclear
from grader.load.capacity import Capacity
from grader.scaling.capacity_claim import Searched
from grader.scaling.conditions import Conditions
from grader.scaling.measurements import Measurements

MACHINE = "[machine]\ncores = 2\nceiling = 5000.0\nother = 0.0\n"
HERE = Conditions(2, 5000.0, 0.0)


def capacity(workload: str, because: str) -> str:
    broke = "" if because == "generator" else "broke = 200.0\n"
    return f'[{workload}]\nheld = 100.0\n{broke}broke_because = "{because}"\nother = 0.0\n'


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """Return what contradicts an answer, where each capacity has a claimed reason and one that the kit finds."""

    def listed_(says: bool, claimed: dict[str, str], found: dict[str, str]) -> list[str]:
        (tmp_path / "answers.toml").write_text(f"{MACHINE}[generator]\nbound = {str(says).lower()}\n")
        text = MACHINE + "".join(capacity(name, because) for name, because in claimed.items())
        (tmp_path / "capacity.toml").write_text(text)
        harness = types.SimpleNamespace(folder=tmp_path, load="quick")

        def searched(_self: Measurements, claim: object) -> Searched:
            because = found[claim.workload]
            broke = None if because == "generator" else 200.0
            return Searched(Capacity(100.0, broke, because, done=True), HERE, frozenset({because}))

        monkeypatch.setattr(Measurements, "_searched", searched)
        return list(Measurements(harness).bound())

    return listed_


def test_one_capacity_that_the_generator_limits_is_enough(listed):
    claimed = {"reads": "generator", "writes": "generator"}

    assert listed(True, claimed, {"reads": "generator", "writes": "failures"}) == []


def test_a_generator_that_limits_nothing_contradicts(listed):
    claimed = {"reads": "generator", "writes": "latency"}

    (told,) = listed(True, claimed, {"reads": "latency", "writes": "latency"})

    assert told.startswith("reads: ")


def test_a_service_that_reaches_about_as_much_as_the_generator_is_unclear(listed):
    with pytest.raises(Unclear, match="service and generator reach about as much"):
        listed(False, {"reads": "latency"}, {"reads": "generator"})


def test_a_file_that_says_something_else_contradicts(listed):
    (told,) = listed(False, {"reads": "generator"}, {"reads": "generator"})

    assert told == "bound = false, and capacity.toml says that the generator is the limit of reads"
