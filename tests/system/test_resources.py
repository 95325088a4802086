"""The resources of a run: they end with it, and those of another run stay."""

import sys

from grader.system import ports
from grader.system.process import Process
from grader.system.resources import Resources


def start(resources, tmp_path):
    return Process(
        [sys.executable, "-c", "import time; time.sleep(300)"],
        cwd=tmp_path,
        env={},
        mark="A=B",
        programs=resources.programs,
    )


def test_the_end_of_one_run_leaves_another_alone(tmp_path, nothing_left):
    mine, other = Resources(), Resources()
    ended, spared = start(mine, tmp_path), start(other, tmp_path)
    given_back, kept = mine.port(), other.port()

    mine.close()
    mine.close()

    assert ended.exit_code is not None
    assert nothing_left() == {spared.pid}
    assert not mine.folder.exists()
    assert other.folder.exists()
    assert not ports._path(given_back.number).exists()
    assert ports._path(kept.number).exists()
    other.close()


def test_folders_are_new_and_lie_in_the_runs_own(resources):
    first, second = resources.fresh("data"), resources.fresh("data")

    assert first != second
    assert first.parent == second.parent == resources.folder
    assert not first.exists()
