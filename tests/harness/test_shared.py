"""Results that are made once, or begun before a check asks for them."""

import threading

import pytest

from grader.errors import Failed
from grader.harness.shared import Shared


def test_a_thing_is_made_once():
    things, tries = Shared(7), []

    assert things.once("list", lambda: tries) is things.once("list", list)


def test_what_was_begun_is_what_is_asked_for_later():
    things, tries = Shared(7), []

    def make():
        things.pause(0.01)
        tries.append(threading.current_thread().name)
        return 7

    things.begin("seven", make)
    things.begin("seven", make)

    assert things.once("seven", make) == things.once("seven", make) == 7
    assert tries == ["seven"]


@pytest.mark.parametrize("begun", [True, False])
def test_what_failed_is_told_once_and_then_tried_anew(begun):
    things, tries = Shared(7), []

    def make():
        tries.append(1)
        if len(tries) == 1:
            raise Failed("broken", expected="whole")
        return 7

    if begun:
        things.begin("seven", make)

    with pytest.raises(Failed, match="broken"):
        things.once("seven", make)
    assert things.once("seven", make) == 7


def test_one_thing_may_need_another():
    things = Shared(7)

    assert things.once("outer", lambda: things.once("inner", lambda: 7) + 1) == 8


def test_a_measurement_is_made_anew_for_the_check_that_used_it_and_for_no_other():
    things, taken = Shared(7), []

    def measure(name):
        return things.measured(name, lambda: taken.append(name) or len(taken))

    assert [measure("rate"), measure("rate")] == [1, 1]
    things.begin_check()
    measure("size")
    things.forget_measured()

    assert [measure("rate"), measure("size")] == [1, 3]
    assert things.once("rate", lambda: 0) == 1


def test_the_end_wakes_a_thread_that_pauses():
    things = Shared(7)
    things.begin("one", lambda: things.pause(300))

    things.end(lambda: None)

    with pytest.raises(Failed, match="ended meanwhile"):
        things.once("one", int)


def test_what_an_earlier_check_left_unusable_is_made_anew():
    things = Shared(7)
    first = things.once("list", list)
    first.append("used up")

    second = things.once("list", list, is_usable=lambda found: not found)

    assert second == []
    assert things.once("list", list, is_usable=lambda found: not found) is second
