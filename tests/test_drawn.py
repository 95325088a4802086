"""What is drawn at random: repeatable by its seed, in every thread, and not to be foreseen without one."""

import subprocess
import sys
import threading

import pytest

from grader import drawn


@pytest.fixture(autouse=True)
def _drawn_as_before():
    before = drawn._Source.number
    yield
    drawn.seed(before)


def in_thread(name):
    found = []
    thread = threading.Thread(target=lambda: found.append(drawn.words()), name=name)
    thread.start()
    thread.join()
    return found[0]


def test_a_seed_repeats_what_is_drawn():
    drawn.seed(7)
    first = [drawn.words(), drawn.hexadecimal(32), drawn.capitals(9), drawn.telephone_number("12")]
    drawn.seed(7)

    assert [drawn.words(), drawn.hexadecimal(32), drawn.capitals(9), drawn.telephone_number("12")] == first


def test_other_seeds_draw_other_things():
    drawn.seed(7)
    first = drawn.hexadecimal(32)
    drawn.seed(8)

    assert drawn.hexadecimal(32) != first


def test_a_thread_draws_the_same_however_far_others_are():
    drawn.seed(7)
    first = in_thread("spaced")
    drawn.seed(7)
    drawn.words()

    assert in_thread("spaced") == first
    assert in_thread("another") != first


def test_without_a_seed_nobody_can_foresee_it():
    script = "from grader import drawn; print(drawn.hexadecimal(32))"
    runs = {subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout for _ in range(2)}

    assert len(runs) == 2
