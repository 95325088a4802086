"""Programs that write into what the kit keeps between runs: the next project gets none of it."""

import os
import shutil

import pytest

from grader.project import clone as clone_module
from grader.system.kept import Kept
from grader.system.seal import new_key, sign
from tests import service_file
from tests.project.wheels import a_wheel
from tests.repository import commit, repository


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Give an empty cache, and keep pip from all registries."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return tmp_path / "cache" / "backend-practice-kit"


@pytest.fixture
def kept(cache, tmp_path):
    """Give a folder with one file, that the kit keeps."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("as the kit made it")
    place = Kept(cache / "environments" / "one")
    with place.locked() as usable:
        assert usable
        place.keep(tmp_path / "folder")
    return place


def plant(file, kind):
    """Put something else in the place of what the kit has kept."""
    content = file.read_bytes()
    file.unlink()
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "a folder":
        (file / "inner").mkdir(parents=True)
    elif kind == "a link":
        (file.parent / "other").write_bytes(content)
        file.symlink_to(file.parent / "other")
    elif kind == "nothing":
        file.touch()
    elif kind == "another's key":
        file.write_bytes(sign(new_key(), "environments/one", "x").encode() + content[64:])
    else:
        file.write_bytes(content.replace(b"as the kit", b"as a thief"))


KINDS = ["a change", "another's key", "nothing", "a pipe", "a folder", "a link"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_program_has_put_there_is_not_used_and_is_replaced(kept, cache, tmp_path, kind):
    plant(cache / "environments" / "one" / "content", kind)

    assert not kept.copy_to(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()

    with kept.locked():
        kept.keep(tmp_path / "folder")
    assert kept.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy" / "file").read_text() == "as the kit made it"


def test_what_is_kept_may_only_be_read_and_a_copy_may_be_changed(kept, cache, tmp_path):
    kept.copy_to(tmp_path / "copy")
    (tmp_path / "copy" / "file").write_text("changed")
    kept.copy_to(tmp_path / "again")

    assert (tmp_path / "again" / "file").read_text() == "as the kit made it"
    assert (cache / "environments" / "one" / "content").stat().st_mode & 0o777 == 0o400


def test_what_was_kept_under_another_name_is_not_used(kept, cache, tmp_path):
    shutil.copytree(cache / "environments" / "one", cache / "environments" / "other")

    assert not Kept(cache / "environments" / "other").copy_to(tmp_path / "copy")


@pytest.mark.parametrize("kind", ["a file", "a link"])
def test_a_place_that_is_not_the_kits_own_keeps_nothing(cache, tmp_path, kind):
    place = cache / "environments" / "one"
    place.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    place.symlink_to(tmp_path / "elsewhere") if kind == "a link" else place.touch()

    with Kept(place).locked() as usable:
        assert not usable
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_graded_project_changes_no_package_of_the_next(cache, tmp_path, resources):
    a_wheel(tmp_path / "wheels", "tiny", "1.0")
    cloned = []
    for name in ("thief", "honest"):
        folder = repository(tmp_path / name, **{"requirements.txt": "tiny\n"})
        made = service_file.write(folder, server={"setup": "pip install -q -r requirements.txt"})
        commit(folder, {})
        cloned.append(clone_module.CleanClone(made, resources).project.folder)
        if name == "thief":
            for path in [*cloned[0].rglob("tiny.py"), *cache.rglob("tiny.py"), *cache.rglob("content")]:
                path.chmod(0o600)
                path.write_text("VERSION = 'stolen'\n")

    (module,) = cloned[1].rglob("site-packages/tiny.py")
    assert module.read_text() == "VERSION = '1.0'\n"


def test_a_script_of_a_copied_environment_runs_in_the_copy(cache, tmp_path):
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "flask").write_text(f"#!{venv}/bin/python\n")
    (venv / "pyvenv.cfg").write_text(f"command = python -m venv {venv}\n")
    place = Kept(cache / "environments" / "one", moved=True)
    with place.locked():
        place.keep(venv)

    assert place.copy_to(tmp_path / "copy")

    assert (tmp_path / "copy" / "bin" / "flask").read_text() == f"#!{tmp_path}/copy/bin/python\n"
    assert str(venv) not in (tmp_path / "copy" / "pyvenv.cfg").read_text()
