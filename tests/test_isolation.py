"""The kit's own process imports nothing of a learner's folder, wherever Python would look for modules."""

import os
import subprocess
import sys

import pytest

from tests.command import KIT, environment

MODULES = ("rich", "secrets", "json", "select", "typing", "re", "click", "subprocess", "sitecustomize")


@pytest.fixture
def folder(tmp_path):
    """Give a folder with modules that say so when they are imported."""
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write('{name} ')\n")
    return tmp_path


@pytest.mark.parametrize("words", [["doctor"], ["check"], ["--version"]], ids=lambda words: words[0])
@pytest.mark.parametrize("path", [".", f"elsewhere{os.pathsep}."])
def test_a_module_on_pythonpath_is_not_imported(folder, words, path):
    done = subprocess.run(
        [KIT, *words], cwd=folder, env=environment(PYTHONPATH=path), capture_output=True, text=True, check=False
    )

    assert "Traceback" not in done.stderr
    assert "fault of the kit" not in done.stderr
    imported = (folder / "imported").read_text().split() if (folder / "imported").exists() else []
    assert set(imported) <= {"sitecustomize"}  # Python itself imports that one, before any program begins


def test_the_folder_of_a_module_run_as_a_program_is_not_searched(folder):
    argv = [sys.executable, "-m", "grader", "doctor"]

    done = subprocess.run(argv, cwd=folder, env=environment(), capture_output=True, text=True, check=False)

    assert "Python" in done.stdout
    assert not (folder / "imported").exists()
