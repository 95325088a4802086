"""What is drawn at random: repeatable by its seed, in every thread, and not to be foreseen without one."""

import subprocess
import sys
import threading

import pytest

from grader.testdata import random_values


@pytest.fixture(autouse=True)
def _drawn_as_before():
    before = random_values._Source.number
    yield
    random_values.seed(before)


def in_thread(name):
    found = []
    thread = threading.Thread(target=lambda: found.append(random_values.words()), name=name)
    thread.start()
    thread.join()
    return found[0]


def test_a_seed_repeats_what_is_drawn():
    random_values.seed(7)
    first = [
        random_values.words(),
        random_values.hexadecimal(32),
        random_values.capitals(9),
        random_values.telephone_number("12"),
    ]
    random_values.seed(7)

    assert [
        random_values.words(),
        random_values.hexadecimal(32),
        random_values.capitals(9),
        random_values.telephone_number("12"),
    ] == first


def test_other_seeds_draw_other_things():
    random_values.seed(7)
    first = random_values.hexadecimal(32)
    random_values.seed(8)

    assert random_values.hexadecimal(32) != first


def test_a_thread_draws_the_same_however_far_others_are():
    random_values.seed(7)
    first = in_thread("spaced")
    random_values.seed(7)
    random_values.words()

    assert in_thread("spaced") == first
    assert in_thread("another") != first


def test_without_a_seed_nobody_can_foresee_it():
    script = "from grader.testdata import random_values as drawn; print(drawn.hexadecimal(32))"
    runs = {subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout for _ in range(2)}

    assert len(runs) == 2
