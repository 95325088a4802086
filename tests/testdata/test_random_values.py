"""Random values: the same name gives the same values, and without a name they can't be predicted."""

import subprocess
import sys
import threading

from grader.testdata import random_values
from grader.testdata.random_values import drawing_for


def drawn():
    return [
        random_values.words(),
        random_values.hexadecimal(32),
        random_values.capitals(9),
        random_values.telephone_number("12"),
    ]


def test_a_name_repeats_what_is_drawn():
    with drawing_for(7, "1.3", "test_it"):
        first = drawn()
    random_values.words()

    with drawing_for(7, "1.3", "test_it"):
        assert drawn() == first


def test_other_names_draw_other_things():
    found = []
    for name in ((7, "1.3"), (8, "1.3"), (7, "1.4")):
        with drawing_for(*name):
            found.append(random_values.hexadecimal(32))

    assert len(set(found)) == 3


def test_a_block_inside_another_leaves_that_as_it_was():
    with drawing_for("outer"):
        together = [random_values.words(), random_values.words()]

    with drawing_for("outer"):
        first = random_values.words()
        with drawing_for("inner"):
            random_values.words()
        assert [first, random_values.words()] == together


def test_threads_draw_each_for_its_own_block():
    found = {}

    def draw(name):
        with drawing_for(7, name):
            found[name] = random_values.words()

    threads = [threading.Thread(target=draw, args=(name,)) for name in ("one", "other")]
    with drawing_for(7, "main"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        mine = random_values.words()

    for name, value in [*found.items(), ("main", mine)]:
        with drawing_for(7, name):
            assert random_values.words() == value


def test_without_a_name_nobody_can_foresee_it():
    script = "from grader.testdata import random_values; print(random_values.hexadecimal(32))"
    runs = {subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout for _ in range(2)}

    assert len(runs) == 2
