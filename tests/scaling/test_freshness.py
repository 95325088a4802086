"""Hunts for stale answers, on services with and without a cache that is late."""

import pytest

from grader.errors import Unclear
from grader.scaling import cache_keys, races, staleness
from grader.scaling.staleness import Effort
from grader.scaling.write_paths import write_paths
from grader.system.resources import Resources
from tests.real_course import harness_of
from tests.scaling.chats import chat

LITTLE = Effort(rounds=1, races=2, bursts=10, seconds=30.0)
HUNTS = {
    "in turn": staleness.hunt_in_turn,
    "races": races.hunt_in_races,
    "held": races.hunt_while_held,
    "bursts": races.hunt_in_bursts,
}


@pytest.fixture
def harness(tmp_path, nothing_left):
    """Make the harness of a chat with a habit: `harness("late")`."""
    resources = Resources()
    made = []

    def make(habit=""):
        chat(tmp_path / "project", habit)
        made.append(harness_of(tmp_path / "project", resources))
        return made[-1]

    yield make
    for one in made:
        one.close()
    resources.close()


@pytest.mark.parametrize("hunt", HUNTS)
def test_a_service_that_is_always_fresh_is_left_in_peace(harness, hunt):
    harness = harness()
    service = harness.services.start()

    assert HUNTS[hunt](service, write_paths(service, harness.credentials), LITTLE) == ()


@pytest.mark.parametrize("hunt", HUNTS)
def test_a_page_that_is_kept_for_a_second_is_found(harness, hunt):
    harness = harness("late")
    service = harness.services.start()

    found = HUNTS[hunt](service, write_paths(service, harness.credentials), LITTLE)

    assert found != ()
    assert "(POST /messages, answered before GET /messages" in found[0]
    assert found.request.startswith("curl -i 'http://127.0.0.1:5000/messages")
    assert found.expected_text("==", ()) == "no accepted message that a later read doesn't show"


def test_ways_that_a_service_lacks_are_left_out(harness):
    harness = harness()

    assert [one.name for one in write_paths(harness.services.start(), harness.credentials)] == ["POST /messages"]


def test_too_few_bursts_are_unclear(harness):
    harness = harness()
    service = harness.services.start()
    short = Effort(rounds=1, races=1, bursts=50, seconds=0.0)

    with pytest.raises(Unclear, match=r"^In 0 s, 1 bursts of writes came about, and 0 were refused\.$"):
        races.hunt_in_bursts(service, write_paths(service, harness.credentials), short)


def test_pages_that_are_kept_apart_are_right(harness):
    assert cache_keys.mixed_up(harness().services.start()) == ()


def test_a_page_of_another_question_is_found(harness):
    found = cache_keys.mixed_up(harness("one page").services.start())

    assert len(found) == 1
    assert "2 messages for limit=2&since=20" in found[0]
    assert found[0].endswith("not the right 0")
