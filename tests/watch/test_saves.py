"""What counts as a save, and that each is noticed once, however an editor does it."""

import threading

import pytest

from grader.watch.saves import LOOK_EVERY, Saves, changed, counts, signature


class Heard:
    """The saves that were told so far."""

    def __init__(self):
        self.calls = []
        self._changed = threading.Condition()

    def __call__(self, paths):
        with self._changed:
            self.calls.append(paths)
            self._changed.notify_all()

    def until(self, *paths):
        with self._changed:
            found = self._changed.wait_for(lambda: set(paths) <= set().union(*self.calls), 10)
        assert found, self.calls


@pytest.fixture(params=[True, False], ids=["events", "looks"])
def heard(tmp_path, request):
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "app.py").write_text("1")
    heard = Heard()
    saves = Saves(tmp_path, heard, events=request.param)
    yield heard
    saves.close()


@pytest.mark.parametrize(
    "path",
    ["server/app.py", "service.toml", ".gitignore", ".env", "a b/é.txt", ".git/logs/HEAD", "tests/locustfile.py"],
)
def test_what_a_person_saves_counts(path):
    assert counts(path)


@pytest.mark.parametrize(
    "path",
    [
        ".git/index", ".kit/report.json", ".venv/lib/x.py", "venv/x", "server/__pycache__/a.pyc", "node_modules/a/b.js",
        "chat.db", "chat.db-wal", "data.sqlite3", "server/.app.py.swp", "server/app.py~", "server/4913", ".#app.py",
        "server.log", "chat.egg-info/PKG-INFO",
    ],
)  # fmt: skip
def test_what_programs_write_does_not(path):
    assert not counts(path)


def test_a_look_leaves_out_what_does_not_count(tmp_path):
    for name in ("app.py", ".venv/lib/site.py", "__pycache__/app.pyc", ".git/logs/HEAD", ".git/index", "chat.db"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    assert set(signature(tmp_path)) == {"app.py", ".git/logs/HEAD"}


def test_a_folder_that_is_gone_has_no_files(tmp_path):
    assert signature(tmp_path / "gone") == {}


def test_what_came_went_and_changed_is_told(tmp_path):
    for name in ("stays", "changes", "goes"):
        (tmp_path / name).write_text("1")
    before = signature(tmp_path)
    (tmp_path / "changes").write_text("22")
    (tmp_path / "goes").unlink()
    (tmp_path / "comes").write_text("")

    assert changed(before, signature(tmp_path)) == {"changes", "goes", "comes"}


def test_a_save_a_new_file_and_a_removed_one_are_noticed(heard, tmp_path):
    (tmp_path / "server" / "app.py").write_text("22")
    heard.until("server/app.py")
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "new.py").write_text("1")
    heard.until("client/new.py")
    (tmp_path / "client" / "new.py").unlink()
    heard.until("client/new.py")

    assert {path for call in heard.calls for path in call} == {"server/app.py", "client/new.py"}


def test_an_editor_that_saves_by_rename_is_noticed(heard, tmp_path):
    draft = tmp_path / "server" / ".app.py.swx"
    draft.write_text("2")
    draft.rename(tmp_path / "server" / "app.py")

    heard.until("server/app.py")
    assert heard.calls == [{"server/app.py"}]


def test_a_burst_is_told_in_few_calls_and_wholly(tmp_path):
    heard = Heard()
    saves = Saves(tmp_path, heard)
    names = {f"{number}.py" for number in range(200)}
    try:
        for name in names:
            (tmp_path / name).write_text("1")
        heard.until(*names)
    finally:
        saves.close()

    assert set().union(*heard.calls) == names
    assert len(heard.calls) < 20


def test_after_the_end_nothing_is_told(tmp_path):
    heard = Heard()
    saves = Saves(tmp_path, heard)
    saves.close()
    (tmp_path / "app.py").write_text("1")
    saves.look()

    assert heard.calls == []
    assert LOOK_EVERY <= 2
