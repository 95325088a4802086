"""The pip that Python brings along works as the one that `python -m venv` installs."""

import subprocess
import zipfile

import pytest

from grader.project import bundled_pip
from grader.project.virtual_environment import create_environment

PACKAGE = {
    "chat/__init__.py": "",
    "chat-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: chat\nVersion: 1.0\n",
    "chat-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "chat-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "chat-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in PACKAGE.items():
            archive.writestr(name, content)
    return path


def test_what_is_installed_with_it_lies_in_the_environment(tmp_path, wheel):
    """The path of the environment is too long for a `#!`, and has a blank and a quotation mark."""
    venv = tmp_path / ("it's " + "long" * 40)
    create_environment(venv)

    subprocess.run([venv / "bin" / "pip", "install", "-q", "--no-index", wheel], check=True, capture_output=True)

    assert list(venv.glob("lib/python*/site-packages/chat/__init__.py"))


def test_where_python_brings_none_along_nothing_is_unpacked(tmp_path, monkeypatch):
    (tmp_path / "lib" / "python3" / "site-packages").mkdir(parents=True)
    monkeypatch.setattr(bundled_pip, "_wheels", list)

    assert bundled_pip.unpack(tmp_path) is False
    assert not (tmp_path / "bin").exists()
