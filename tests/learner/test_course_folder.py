import json
import os
import re
import resource
import signal
import subprocess
from pathlib import Path

import pytest

from grader import __version__
from grader.course import ROOT
from grader.errors import MachineError, UsageError
from grader.learner import course_folder, manifest
from grader.learner.manifest import FILE
from tests.command import KIT, environment, kit
from tests.repository import repository
from tests.test_docs import LINK
from tests.unprivileged import open_folder, unprivileged

FIRST = {"README.md": b"Welcome.\n", "exercises/CONTRACT.md": b"K1\n", "exercises/01/README.md": b"One.\n"}
SECOND = {"README.md": b"Welcome!\n", "exercises/CONTRACT.md": b"K1\nK2\n", "exercises/02/README.md": b"Two.\n"}
MINE = b"K1, and what I think of it\n"


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != FILE
    }


@pytest.fixture
def folder(tmp_path):
    """Give a course folder as kit 1 made it."""
    course_folder.lay_out(tmp_path / "course", FIRST, "1")
    return tmp_path / "course"


def renew(folder, course=SECOND, kit="2", **more):
    return course_folder.lay_out(folder, course, kit, **more)


# a new folder


@pytest.mark.parametrize("name", ["course", "two words/größe"])
def test_the_course_is_laid_out(tmp_path, name):
    renewal = course_folder.lay_out(tmp_path / name, FIRST, "1")

    assert files(tmp_path / name) == FIRST
    assert (renewal.made, renewal.before) == (sorted(FIRST), None)


def test_an_empty_folder_may_be_named(tmp_path):
    course_folder.lay_out(tmp_path, FIRST, "1")

    assert files(tmp_path) == FIRST


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(UsageError, match=r"is not empty, and kit init has not made it; name a new one\.$"):
        course_folder.lay_out(tmp_path, FIRST, "1")

    assert files(tmp_path) == {"mine": b"mine"}


def test_a_project_in_the_course_folder_is_not_renewed_but_told_which_is(folder):
    (folder / "chat").mkdir()
    (folder / "chat" / "service.toml").write_text("")

    with pytest.raises(UsageError, match=f"; to renew the course around it, type: kit init {folder}$"):
        renew(folder / "chat")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")

    with pytest.raises(UsageError, match=r'^".*/file" is a file; name a new folder\.$'):
        course_folder.lay_out(tmp_path / "file", FIRST, "1")
    with pytest.raises(UsageError, match=r'^".*/file/in" cannot be written: Not a directory\.'):
        course_folder.lay_out(tmp_path / "file" / "in", FIRST, "1")
    assert (tmp_path / "file").read_text() == "mine"


# renewing


def test_what_the_learner_left_alone_is_renewed(folder):
    renewal = renew(folder)

    assert files(folder) == SECOND
    assert (renewal.made, renewal.renewed) == (["exercises/02/README.md"], ["README.md", "exercises/CONTRACT.md"])
    assert (renewal.removed, renewal.kept) == (["exercises/01/README.md"], [])
    assert not (folder / "exercises" / "01").exists()


def test_what_the_learner_changed_is_kept_and_named(folder):
    (folder / "exercises" / "CONTRACT.md").write_bytes(MINE)
    (folder / "exercises" / "01" / "README.md").write_bytes(b"One, with notes.\n")

    renewal = renew(folder)

    assert files(folder) == {
        **SECOND,
        "exercises/CONTRACT.md": MINE,
        "exercises/01/README.md": b"One, with notes.\n",
    }
    assert renewal.kept == ["exercises/CONTRACT.md"]
    assert renew(folder, FIRST, "3").kept == ["exercises/01/README.md", "exercises/CONTRACT.md"]


def test_what_the_learner_changed_back_is_renewed_again(folder):
    (folder / "exercises" / "CONTRACT.md").write_bytes(MINE)
    renew(folder)
    (folder / "exercises" / "CONTRACT.md").write_bytes(FIRST["exercises/CONTRACT.md"])

    renew(folder)

    assert files(folder) == SECOND


def test_what_the_learner_added_or_moved_is_never_touched(folder):
    (folder / "chat").mkdir()
    (folder / "chat" / "app.py").write_text("mine")
    (folder / "exercises" / "02").mkdir()
    (folder / "exercises" / "02" / "README.md").write_text("my notes on stage 2")
    (folder / "README.md").rename(folder / "old.md")

    renewal = renew(folder)

    assert files(folder)["chat/app.py"] == b"mine"
    assert files(folder)["exercises/02/README.md"] == b"my notes on stage 2"
    assert files(folder)["old.md"] == FIRST["README.md"]
    assert (renewal.made, renewal.kept) == (["README.md"], ["exercises/02/README.md"])


def test_nothing_is_written_or_removed_through_a_link(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "README.md").write_bytes(FIRST["exercises/01/README.md"])
    (folder / "exercises" / "01" / "README.md").unlink()
    (folder / "exercises" / "01").rmdir()
    (folder / "exercises" / "01").symlink_to(outside)
    (folder / "README.md").rename(tmp_path / "readme")
    (folder / "README.md").symlink_to(tmp_path / "readme")

    renewal = renew(folder)

    assert files(outside) == {"README.md": FIRST["exercises/01/README.md"]}
    assert (tmp_path / "readme").read_bytes() == FIRST["README.md"]
    assert renewal.kept == ["README.md"]


def test_a_folder_in_the_place_of_a_file_is_kept(folder):
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()

    assert renew(folder).kept == ["README.md"]


def test_where_nothing_is_to_renew_nothing_is_written(folder):
    (folder / "exercises" / "CONTRACT.md").write_bytes(MINE)
    renew(folder)
    before = {path: path.stat().st_ino for path in folder.rglob("*")}

    renew(folder)

    assert {path: path.stat().st_ino for path in folder.rglob("*")} == before


def test_an_older_kit_renews_nothing_unless_it_is_told_to(folder):
    renew(folder, kit="2.10")

    with pytest.raises(UsageError, match=r"is of kit 2\.10, and this is kit 2\.9: renew the kit first\. .* --anyway$"):
        renew(folder, FIRST, "2.9")
    assert files(folder) == SECOND

    renew(folder, FIRST, "2.9", anyway=True)
    assert files(folder) == FIRST


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"kit": "1", "files": 7}', '{"files": {}}', "\udcff"],
    ids=["empty", "list", "7", "kit", "bytes"],
)
def test_with_a_broken_manifest_everything_that_differs_is_kept(folder, content):
    (folder / FILE).write_text(content, "utf-8", "surrogateescape")

    renewal = renew(folder)

    assert renewal.kept == ["README.md", "exercises/CONTRACT.md"]
    assert files(folder) == {**FIRST, "exercises/02/README.md": b"Two.\n"}
    assert renewal.before is not None
    assert not renewal.before.readable


@pytest.mark.parametrize("name", ["../victim", "/victim", "exercises/../../victim", ""])
def test_a_manifest_leads_nowhere_else(folder, tmp_path, name):
    (tmp_path / "victim").write_bytes(b"mine")
    written = json.loads((folder / FILE).read_text())
    written["files"][name.replace("/victim", str(tmp_path / "victim")) if name[:1] == "/" else name] = [
        manifest.digest(b"mine")
    ]
    (folder / FILE).write_text(json.dumps(written))

    renew(folder)

    assert (tmp_path / "victim").read_bytes() == b"mine"
    assert files(folder) == SECOND


# what breaks it off


@pytest.mark.parametrize("writes", range(1, 6))
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "renewed"])
def test_what_was_broken_off_anywhere_goes_on_with_any_later_kit(tmp_path, monkeypatch, writes, is_new):
    """The third kit comes after a renewal to the second that was killed: what that wrote isn't the learner's."""
    if not is_new:
        course_folder.lay_out(tmp_path, FIRST, "1")
    left, put = writes, manifest.put

    def put_and_die(path, content):
        nonlocal left
        left -= 1
        if left == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name.lstrip('.')}{manifest.PART}").write_bytes(content[:3])
            raise KeyboardInterrupt
        put(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(manifest, "put", put_and_die)
        with pytest.raises(KeyboardInterrupt):
            renew(tmp_path)
    third = {name: content + b"More.\n" for name, content in SECOND.items()}

    renewal = renew(tmp_path, third, "3")

    assert files(tmp_path) == third
    assert renewal.kept == []


def test_a_full_disk_is_one_sentence_and_loses_nothing(folder):
    before = files(folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(UsageError, match=r"cannot be written: File too large\. What was there is still there\."):
            renew(folder, {**SECOND, "README.md": bytes(4000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)

    assert {name: content for name, content in files(folder).items() if name in before} == before
    renew(folder)
    assert files(folder) == SECOND


def test_a_full_device_is_the_machines_fault(folder, monkeypatch):
    def put(_path, _content):
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    monkeypatch.setattr(manifest, "put", put)

    with pytest.raises(MachineError, match=r"cannot be written: No space left on device\."):
        renew(folder)


def test_a_read_only_folder_is_one_sentence():
    with open_folder() as place:
        with unprivileged(), pytest.raises(UsageError, match=r'/course" cannot be written: Permission denied\.'):
            course_folder.lay_out(place / "course", FIRST, "1")
        course_folder.lay_out(place, FIRST, "1")
        with unprivileged(), pytest.raises(UsageError, match=r"cannot be written: Permission denied\."):
            renew(place)
        assert files(place) == FIRST
        (place / "closed").mkdir(0o700)
        with unprivileged(), pytest.raises(UsageError, match=r'closed/in" cannot be read: Permission denied\.$'):
            course_folder.lay_out(place / "closed" / "in", FIRST, "1")


# the command, with the course itself


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    place = tmp_path_factory.mktemp("init") / "my course"
    done = kit("init", place, cwd=place.parent)
    return place, done


def test_the_command_says_what_is_there_and_what_to_type(laid_out):
    place, done = laid_out

    assert (done.status, done.stderr) == (0, "")
    assert f"The course lies in {place}: its texts and its notebooks." in done.text
    assert "kit start chat && cd chat" in done.text
    assert json.loads((place / FILE).read_text())["kit"] == __version__


def test_a_course_folder_has_the_texts_and_no_solution(laid_out):
    place, _ = laid_out
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}

    assert {"README.md", "LICENSE", "exercises/CONTRACT.md", "exercises/openapi.yaml"} < names
    assert {f"exercises/{one.name}/README.md" for one in (ROOT / "exercises").glob("0*")} < names
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb")} < names
    assert [
        name for name in names if re.search(r"starter|checks/|steps\.toml|solutions|__pycache__|render", name)
    ] == []


def test_links_in_a_course_folder_lead_somewhere(laid_out):
    place, _ = laid_out
    texts = [path for path in place.rglob("*.md") if not path.is_symlink()]

    assert len(texts) > 6
    assert [
        (path.name, to) for path in texts for to in LINK.findall(path.read_text()) if not (path.parent / to).exists()
    ] == []


def test_a_project_in_a_course_folder_is_led_to_the_texts_there(tmp_path):
    brief = "exercises/01-scaffolding/README.md"
    course_folder.lay_out(tmp_path / "course", {brief: b"One.\n"}, "1")

    assert f"less ../{brief}" in kit("start", "course/chat", cwd=tmp_path).text
    assert f"less {ROOT / brief}" in kit("start", "chat", cwd=tmp_path).text.replace("\n  ", " ")


def test_the_command_renews_this_folder(tmp_path):
    place = tmp_path / "course"
    course_folder.lay_out(
        place, {"exercises/CONTRACT.md": b"old\n", "gone.md": b"old\n", "README.md": b"old\n"}, "0.0.1"
    )
    (place / "README.md").write_text("my notes")

    done = kit("init", cwd=place)

    assert done.status == 0
    assert f"The course here is that of kit {__version__} now, before it was that of kit 0.0.1." in done.text
    assert re.search(r"Files: \d+ new, 1 renewed, 1 removed\. Kept as you have it: README\.md To have", done.text)
    assert "Files: none to renew." in kit("init", cwd=place).text


def test_a_repository_around_the_folder_is_named(tmp_path):
    top = repository(tmp_path / "top", a="")

    done = kit("init", "course", cwd=top)

    assert done.status == 0
    assert f"It is in the git repository {top}, whose git status will show these files." in done.text


def test_a_home_that_nobody_has_is_one_sentence(tmp_path):
    said = 'kit: There is no home "~nobody-here", so "~nobody-here/x" leads nowhere; write the path without ~.'

    for word in (["init"], ["start"], ["check", "--project"]):
        done = kit(*word, "~nobody-here/x", cwd=tmp_path)
        assert (done.status, done.text) == (2, said)


def test_ctrl_c_while_it_writes_loses_nothing(tmp_path):
    """The pipe is opened where a file of the course would be read, so the command waits there for certain."""
    place = tmp_path / "course"
    kit("init", place, cwd=tmp_path)
    before = files(place)
    (place / FILE).unlink()
    os.mkfifo(place / FILE)

    process = subprocess.Popen([KIT, "init"], cwd=place, env=environment(), stderr=subprocess.PIPE, text=True)
    with (place / FILE).open("w"):
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]

    assert (process.returncode, said.lstrip()) == (130, "kit: stopped.\n")
    assert {name: content for name, content in files(place).items() if name != FILE} == before
