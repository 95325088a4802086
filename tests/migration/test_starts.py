import contextlib
import sqlite3
import subprocess
import time
import venv

import pytest

from grader.errors import Failed, NotChecked, TooLate
from grader.migration.old_version import COUNT, MISSING
from grader.migration.starts import migration_from
from grader.project import config as projects
from grader.service import migrate
from grader.system import process_tree as tree
from grader.testdata.payloads import LOOK_ALIKES, ZOO
from tests.migration.migrating_servers import (
    AT_THE_FIRST_REQUEST,
    BRING_FORWARD,
    BY_NUMBER,
    CREATE,
    HALF,
    IN_ONE_TRANSACTION,
    LOOKS_THEN_LOCKS,
    NEVER,
    NUMBERED,
    OLD,
    ONE_BY_ONE,
    OPENED_LATE,
    SERVER,
    STAMPED,
    STEP_BY_STEP,
    SUICIDAL,
    TRIMMED,
    WITHOUT_A_LOOK,
)
from tests.projects import project
from tests.real_course import harness_of
from tests.repository import commit, git, repository

STATES = ("2.5",)


def server(start, more=""):
    return SERVER.format(start=start, more=more)


def late_at_start(number):
    return SERVER.replace("db = sqlite3", BY_NUMBER.replace("{late}", str(number)) + "\ndb = sqlite3")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Give the kit an empty cache, and return the folder of its old databases."""
    place = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place))
        yield place / "backend-practice-kit" / "old-messages"


@pytest.fixture
def harness(resources, nothing_left):
    """Make the harness of a project: `harness(project)`."""
    made = []

    def make(one):
        made.append(harness_of(one.folder, resources))
        return made[-1]

    yield make
    for harness in made:
        harness.close()


@pytest.fixture
def brought_forward(tmp_path, harness):
    """Make a project with an old state in history/2.5/, whose present server runs the code `start` when it starts."""

    def make(start, *, server=SERVER, more="", start_timeout=20.0):
        text = server.format(start=start, more="")
        made = project(tmp_path / "project", text, more=more, start_timeout=start_timeout)
        project(tmp_path / "project" / "history" / "2.5", SERVER.format(start=OLD, more=""))
        return migration_from(harness(made), STATES)

    return make


def starting(tmp_path):
    """Return code that an old state runs at each start, and the file in which this code counts the starts."""
    return f"{OLD}\nopen({str(tmp_path / 'starts')!r}, 'a').write('x')", tmp_path / "starts"


# where the old state comes from


def test_the_old_state_is_the_tagged_one(tmp_path, harness):
    folder = repository(tmp_path / "project")
    project(folder, server(OLD, "'from': 'tag'"))
    commit(folder, {})
    git(folder, "tag", "step-2.5")
    project(folder, server(IN_ONE_TRANSACTION))
    project(folder / "history" / "2.5", "raise SystemExit('the folder was taken')")
    commit(folder, {})

    old = migration_from(harness(projects.read(folder)), STATES).old

    assert {message["from"] for message in old.messages} == {"tag"}


def test_the_old_state_may_be_a_folder_inside_a_repository(tmp_path, harness):
    top = repository(tmp_path / "top", README="hello")
    folder = top / "deep" / "chat"
    project(folder, server(OLD, "'from': 'tag'"))
    commit(top, {})
    git(top, "tag", "step-2.5")
    (folder / "server.py").write_text(server(IN_ONE_TRANSACTION))

    migration = migration_from(harness(projects.read(folder)), STATES)

    assert {message["from"] for message in migration.old.messages} == {"tag"}
    assert migration.chat().old_page().ids == migration.chat().expected


@pytest.mark.parametrize("tagged", [False, True])
def test_without_a_tag_the_folder_is_taken(tmp_path, harness, tagged):
    folder = repository(tmp_path / "project", README="hello") if tagged else tmp_path / "project"
    made = project(folder, server(IN_ONE_TRANSACTION))
    project(folder / "history" / "2.5", server(OLD, "'from': 'folder'"))

    old = migration_from(harness(made), STATES).old

    assert {message["from"] for message in old.messages} == {"folder"}


@pytest.mark.parametrize("inside", [False, True])
def test_a_tag_from_before_the_folder_was_there_is_none(tmp_path, harness, inside):
    top = repository(tmp_path / "top", README="hello")
    git(top, "tag", "step-2.5" if inside else "step-2.4")
    folder = top / "chat"
    made = project(folder, server(IN_ONE_TRANSACTION))

    with pytest.raises(NotChecked) as caught:
        migration_from(harness(made), STATES)

    assert (str(caught.value), caught.value.because) == (MISSING.format("2.5", "step-2.5"), "project")


def test_without_a_repository_and_a_folder_it_is_not_checked(tmp_path, harness):
    with pytest.raises(NotChecked) as caught:
        migration_from(harness(project(tmp_path / "project", server(IN_ONE_TRANSACTION))), STATES)

    assert caught.value.because == "project"
    assert "git tag step-2.5 COMMIT" in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    ['url = "postgresql://127.0.0.1/chat"\ninspect = "true"', 'url = "sqlite:///{data}.db"'],
    ids=["a server of its own", "beside the folder"],
)
def test_a_database_that_the_kit_cannot_copy_is_not_checked(tmp_path, harness, settings):
    folder = tmp_path / "project"
    project(folder, server(OLD))
    with (folder / "service.toml").open("a") as config:
        config.write(f"[database]\n{settings}\n")

    with pytest.raises(NotChecked) as caught:
        migration_from(harness(projects.read(folder)), STATES)

    assert caught.value.because == "machine"


# what the old state wrote


def test_the_old_database_holds_what_is_easy_to_get_wrong(brought_forward):
    old = brought_forward(IN_ONE_TRANSACTION).old

    texts = [message["text"] for message in old.messages]
    assert len(texts) == COUNT == 150
    assert {*ZOO.values(), *LOOK_ALIKES, "x" * 2000} <= set(texts[:100])
    assert [message["id"] for message in old.messages] == list(range(150, 0, -1))
    assert not old.had_times
    assert old.data != old.empty


def test_times_that_were_there_before_are_noticed(tmp_path, harness):
    made = project(tmp_path / "project", server(OLD))
    project(made.folder / "history" / "2.5", server(OLD, "'created_at': '2026-01-02T03:04:05Z'"))

    assert migration_from(harness(made), STATES).old.had_times


def test_an_old_state_is_started_once_for_all_runs(tmp_path, harness):
    start, starts = starting(tmp_path)
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION))
    project(made.folder / "history" / "2.5", server(start))

    first, second = migration_from(harness(made), STATES).old, migration_from(harness(made), STATES).old

    assert starts.read_text() == "xx"
    assert first.messages == second.messages
    assert first.data != second.data  # each has a copy
    (made.folder / "history" / "2.5" / "README.md").write_text("changed")
    migration_from(harness(made), STATES)
    assert starts.read_text() == "xxxx"


def test_what_was_kept_is_never_changed(brought_forward):
    migration = brought_forward(IN_ONE_TRANSACTION)
    before = {path: path.read_bytes() for path in migration.old.data.rglob("*")}

    migration.chat().send("new")
    migration.empty_chat().send("new")

    assert {path: path.read_bytes() for path in migration.old.data.rglob("*")} == before
    assert before


INSTALLED = SERVER.replace("db = sqlite3", "open('node_modules/package.js').close()\ndb = sqlite3")


def test_an_old_state_uses_what_is_installed_and_leaves_it_alone(tmp_path, harness):
    more = "setup = \"sh -c 'rm -rf node_modules/*'\""
    made = project(tmp_path / "project", INSTALLED.format(start=IN_ONE_TRANSACTION, more=""), more=more)
    project(made.folder / "history" / "2.5", INSTALLED.format(start=OLD, more=""), more=more)
    (made.folder / "node_modules").mkdir()
    (made.folder / "node_modules" / "package.js").touch()

    migration = migration_from(harness(made), STATES)

    assert migration.chat().old_page().ids == migration.chat().expected
    assert (made.folder / "node_modules" / "package.js").exists()


def test_an_old_state_that_does_not_start_is_set_up_apart(tmp_path, harness):
    line = "mkdir -p node_modules .venv/made && rm -rf node_modules/* && touch node_modules/package.js"
    more = f"""setup = "sh -c '{line}'\""""
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION), more=more)
    project(made.folder / "history" / "2.5", INSTALLED.format(start=OLD, more=""), more=more)
    for name in ("node_modules", ".venv"):
        (made.folder / name).mkdir()
        (made.folder / name / "mine").touch()

    migration = migration_from(harness(made), STATES)

    assert migration.chat().old_page().ids == migration.chat().expected
    assert [path.name for name in ("node_modules", ".venv") for path in (made.folder / name).iterdir()] == ["mine"] * 2


INSTALL = "import os, sysconfig\nopen(sysconfig.get_path('purelib') + '/chat.pth', 'w').write(os.getcwd() + '/src')"


def test_an_old_state_whose_own_code_is_installed_does_not_run_todays(tmp_path, harness):
    """The installed code is as after `pip install -e .` of a project whose packages lie in src/."""
    text = server("import start\nexec(start.START)")
    made = project(tmp_path / "project", text, more='setup = "python install.py"')
    old = project(made.folder / "history" / "2.5", text, more='setup = "python install.py"')
    for one, start in ((made, IN_ONE_TRANSACTION), (old, OLD)):
        (one.folder / "src").mkdir()
        (one.folder / "src" / "start.py").write_text(f"START = {start!r}")
        (one.folder / "install.py").write_text(INSTALL)
    venv.create(made.folder / ".venv", symlinks=True)  # without pip, which nobody asks for here
    subprocess.run([made.folder / ".venv/bin/python", "install.py"], cwd=made.folder, check=True)

    migration = migration_from(harness(made), STATES)

    with contextlib.closing(sqlite3.connect(migration.old.data / "app.db")) as db:
        assert [row[1] for row in db.execute("PRAGMA table_info(messages)")] == ["id", "text"]
    (path,) = made.folder.glob(".venv/lib/*/site-packages/chat.pth")
    assert path.read_text() == f"{made.folder}/src"
    assert migration.chat().old_page().ids == migration.chat().expected


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_log_that_the_old_state_left_is_none_of_the_migration(tmp_path, harness, share):
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION))
    project(made.folder / "history" / "2.5", server('db.execute("PRAGMA journal_mode = WAL")\n' + OLD))
    migration = migration_from(harness(made), STATES)
    assert list(migration.old.data.glob("*-wal"))

    chat = migration.chat_after_commit(share)

    assert chat.old_page().ids == chat.expected


@pytest.mark.parametrize("change", ["cut", "another", "a folder"])
def test_old_messages_that_a_program_has_changed_are_made_anew(tmp_path, harness, cache, change):
    start, starts = starting(tmp_path)
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION))
    project(made.folder / "history" / "2.5", server(start))
    before = set(cache.glob("*/content"))
    own = migration_from(harness(made), STATES).old.data
    (kept,) = set(cache.glob("*/content")) - before
    content = kept.read_bytes()
    kept.unlink()
    if change == "a folder":
        kept.mkdir()
        (kept / "inner").mkdir()
    else:
        kept.write_bytes(content[:-1] if change == "cut" else content.replace(b"text", b"tent"))

    again = migration_from(harness(made), STATES)

    assert starts.read_text() == "xxxx"
    assert cache not in own.parents
    assert kept.read_bytes()[64:] != b""
    assert again.chat().old_page().ids == again.chat().expected


def failure(act, kind=Failed):
    with pytest.raises(Failed) as caught:
        act()
    assert type(caught.value) is kind
    assert caught.value.expected
    return caught.value


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("raise ValueError('no longer')", "the server stopped before it answered (exit code 1)"),
        (server(f"{OLD}\ndb.execute('DROP TABLE messages')"), "the connection was "),
    ],
)
def test_an_old_state_that_no_longer_works_is_named(tmp_path, harness, cache, old, said):
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION))
    project(made.folder / "history" / "2.5", old)
    one = harness(made)

    found = failure(lambda: migration_from(one, STATES))

    assert found.actual.startswith(f"the project's state of step 2.5 (folder history/2.5/): {said}")
    assert failure(lambda: migration_from(one, STATES)).actual == found.actual


def test_an_old_state_without_service_toml_is_named(tmp_path, harness):
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION))
    (made.folder / "history" / "2.5").mkdir(parents=True)

    found = failure(lambda: migration_from(harness(made), STATES))

    assert found.actual.startswith("the project's state of step 2.5 (folder history/2.5/): There is no service.toml")
    assert found.expected == "an earlier state that can be started"
    assert found.clause == "K1"


@pytest.mark.parametrize(
    ("more", "said", "line"),
    [
        ('setup = "python missing.py"', "setup failed (exit code 2)", "python missing.py"),
        ('setup = "no-such-program"', 'setup: There is no program "no-such-program" on PATH', "no-such-program"),
        ('migrate = "python missing.py"', "migrate ended with exit code 2", "PORT=5000 "),
        ('migrate = "no-such-program"', 'migrate: There is no program "no-such-program" on PATH', "PORT=5000 "),
    ],
)
def test_a_wrong_command_of_an_old_state_is_named_with_the_state(tmp_path, harness, cache, more, said, line):
    made = project(tmp_path / "project", server(IN_ONE_TRANSACTION))
    project(made.folder / "history" / "2.5", "raise SystemExit(1)" if "setup" in more else server(OLD), more=more)

    with pytest.raises(Failed) as caught:
        migration_from(harness(made), STATES)

    found = caught.value
    assert found.actual.startswith(f"the project's state of step 2.5 (folder history/2.5/): {said}")
    assert found.clause == "K1"
    assert found.request.startswith(f"( cd history/2.5 && {line}")


def test_an_old_state_at_a_tag_is_named_by_it(tmp_path, harness, cache):
    folder = project(tmp_path / "project", "raise SystemExit(1)").folder
    repository(folder)
    git(folder, "tag", "step-2.5")

    found = failure(lambda: migration_from(harness(project(folder, server(IN_ONE_TRANSACTION))), STATES))

    assert found.actual.startswith("the project's state of step 2.5 (tag step-2.5): the server stopped")
    assert found.request.startswith("( rm -rf /tmp/old && git clone -q -b step-2.5 . /tmp/old && cd /tmp/old && PORT=")


# how the project migrates it


@pytest.mark.parametrize("more", ["", 'migrate = "python server.py migrate"'])
def test_a_migration_in_one_transaction_keeps_everything(brought_forward, more):
    migration = brought_forward(IN_ONE_TRANSACTION, more=more)
    chat = migration.chat()

    assert chat.old_page().ids == chat.expected
    assert len(chat.expected) == 100
    assert chat.changed_texts == ()
    assert chat.impossible_times == ()
    before = chat.times()
    chat.restart()
    assert chat.times() == before
    assert chat.send("new").id == 151
    assert chat.old_page().ids == chat.expected[:99]


def test_an_empty_database_comes_up_empty(brought_forward):
    assert brought_forward(IN_ONE_TRANSACTION).empty_chat().page().ids == ()


@pytest.mark.parametrize("more", ["", 'migrate = "python server.py migrate"'])
def test_two_come_up_at_once(brought_forward, more):
    one, other = brought_forward(IN_ONE_TRANSACTION, more=more).two_chats(locked=0.0)

    assert one.service.data == other.service.data
    assert one.service.port.number != other.service.port.number
    assert one.old_page().ids == other.old_page().ids == one.expected


def test_two_that_change_the_same_thing_are_found(brought_forward):
    migration = brought_forward(WITHOUT_A_LOOK)

    assert (
        failure(lambda: migration.two_chats(locked=0.0)).actual == "the server stopped before it answered (exit code 1)"
    )


def test_two_that_look_before_they_lock_are_found(brought_forward):
    found = failure(lambda: brought_forward(LOOKS_THEN_LOCKS).two_chats(locked=1.2))

    assert found.actual == "the server stopped before it answered (exit code 1)"


def test_the_lock_waits_for_servers_that_start_more_slowly_than_measured(brought_forward):
    migration = brought_forward(LOOKS_THEN_LOCKS, server=OPENED_LATE)

    found = failure(lambda: migration.two_chats(locked=1.2))

    assert found.actual == "the server stopped before it answered (exit code 1)"


def test_where_one_of_two_came_too_late_another_pair_is_started(brought_forward):
    migration = brought_forward(LOOKS_THEN_LOCKS, server=late_at_start(3))  # the first is measured

    found = failure(lambda: migration.two_chats(locked=1.2))

    assert found.actual == "the server stopped before it answered (exit code 1)"


def test_a_start_that_is_slow_when_measured_hides_nothing(brought_forward):
    migration = brought_forward(LOOKS_THEN_LOCKS, server=late_at_start(1))

    found = failure(lambda: migration.two_chats(locked=1.2))

    assert migration._is_seen
    assert found.actual == "the server stopped before it answered (exit code 1)"


def test_two_that_never_come_to_the_database_together_are_as_good(brought_forward):
    one_by_one = SERVER.replace("db = sqlite3", f"{ONE_BY_ONE}\ndb = sqlite3")
    one_by_one = one_by_one.replace("class Handler", "gate.close()\n\nclass Handler")

    one, other = brought_forward(IN_ONE_TRANSACTION, server=one_by_one).two_chats(locked=0.4)

    assert one.old_page().ids == other.old_page().ids == one.expected


def test_no_server_waits_much_longer_than_the_lock_is_said_to_be_held(brought_forward):
    impatient = OPENED_LATE.replace("timeout=30", "timeout=1.2")

    one, other = brought_forward(IN_ONE_TRANSACTION, server=impatient).two_chats(locked=0.4)

    assert one.old_page().ids == other.old_page().ids == one.expected


def test_where_the_system_shows_no_open_files_two_come_up_all_the_same(brought_forward, monkeypatch):
    monkeypatch.setattr(tree, "is_open", lambda *_: False)

    one, other = brought_forward(IN_ONE_TRANSACTION).two_chats(locked=0.4)

    assert one.old_page().ids == other.old_page().ids == one.expected


def test_two_that_look_at_their_first_request_are_found(brought_forward):
    found = failure(lambda: brought_forward(BRING_FORWARD, server=AT_THE_FIRST_REQUEST).two_chats(locked=1.2))

    assert found.actual == "the connection was closed without an answer"


@pytest.mark.parametrize("more", ["", 'migrate = "python server.py migrate"'])
@pytest.mark.parametrize("moment", [0.3, 0.9, 1.1])
def test_a_killed_transaction_has_changed_nothing(brought_forward, moment, more):
    chat = brought_forward(IN_ONE_TRANSACTION, more=more).chat_after_kill(moment)

    assert chat.old_page().ids == chat.expected
    assert chat.changed_texts == ()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("more", ["", 'migrate = "python server.py migrate"'])
def test_a_start_that_was_killed_after_a_transaction_is_completed(brought_forward, share, more):
    chat = brought_forward(IN_ONE_TRANSACTION, more=more).chat_after_commit(share)

    assert chat.old_page().ids == chat.expected
    assert chat.changed_texts == ()


@pytest.mark.parametrize("more", ["", 'migrate = "python server.py migrate"'])
def test_a_migration_that_is_killed_between_two_steps_is_found(brought_forward, more):
    migration = brought_forward(STEP_BY_STEP, more=more)

    found = []
    with contextlib.suppress(Failed):
        found = migration.chat_after_commit(0.0).old_page().ids

    assert len(found) == 0


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (HALF, lambda chat: chat.old_page().ids != chat.expected),
        (NUMBERED, lambda chat: chat.old_page().ids != chat.expected),
        (TRIMMED, lambda chat: len(chat.changed_texts) == 1),
        (STAMPED.format(moment="9000000000"), lambda chat: len(chat.impossible_times) == 100),
        (STAMPED.format(moment="'yesterday'"), lambda chat: len(chat.impossible_times) == 100),
        (STAMPED.format(moment="1e300"), lambda chat: len(chat.impossible_times) == 100),
        (CREATE, lambda chat: failure(lambda: chat.impossible_times).expected == "the member created_at"),
    ],
)
def test_what_a_migration_lost_or_invented_is_found(brought_forward, start, found):
    assert found(brought_forward(start).chat())


@pytest.mark.parametrize("moment", ["'0001-01-01T00:00:00Z'", "'1970-01-01T00:00:00+00:00'", "0", "1700000000.25"])
def test_any_time_that_has_passed_may_stand_for_none(brought_forward, moment):
    chat = brought_forward(STAMPED.format(moment=moment)).chat()

    assert chat.impossible_times == ()
    assert len(chat.times()) == 100


ALL, NONE = "True", "False"
BEFORE_22_13_21 = 'unquote(self.path) < self.path.partition("since")[0] + "since=2023-11-14T22:13:21"'


@pytest.mark.parametrize(
    ("moment", "listed", "said"),
    [
        ("NULL", NONE, ""),
        ("NULL", ALL, ""),
        ("'1970-01-01T00:00:00Z'", NONE, ""),
        ("'1970-01-01T00:00:00Z'", ALL, "150 of 1970-01-01T00:00:00Z is listed"),
        ("'2026-01-02T03:04:05Z'", NONE, "150 of 2026-01-02T03:04:05Z is missing"),
        ("1700000000.25", BEFORE_22_13_21, ""),
        ("1700000000.25", ALL, "150 of 1700000000.25 is listed"),
        ("1700000700.25", BEFORE_22_13_21, "150 of 1700000700.25 is missing"),
        ("1699999300.25", BEFORE_22_13_21, "150 of 1699999300.25 is listed"),
    ],
)
def test_since_treats_an_old_message_as_its_time_says(brought_forward, moment, listed, said):
    choosing = f'if "since" in self.path and not ({listed}): rows = []\n        self.answer({{{{"messages"'
    with_since = SERVER.replace('self.answer({{"messages"', choosing).replace(
        "import json", "from urllib.parse import unquote\nimport json"
    )
    chat = brought_forward(STAMPED.format(moment=moment), server=with_since).chat()

    assert next(iter(chat.misplaced_by_their_time), "") == said
    assert chat.old_page().ids == chat.expected


def test_times_that_change_are_found(brought_forward):
    chat = brought_forward(STAMPED.format(moment=f"unixepoch() - {int(time.time())} + 1000")).chat()
    before = chat.times()
    (chat.service.project.folder / "server.py").write_text(server(STAMPED.format(moment="1500")))

    chat.restart()

    assert chat.times() != before


def test_a_migration_that_ends_itself_is_found(brought_forward):
    migration = brought_forward(SUICIDAL)

    said = "the server stopped before it answered (killed by SIGKILL)"
    assert failure(migration.chat).actual == said
    assert failure(lambda: migration.chat_after_kill(0.5)).actual == said


def test_a_server_that_hangs_at_its_start_is_too_late(brought_forward):
    migration = brought_forward(NEVER, start_timeout=1)

    assert failure(migration.chat, TooLate).actual.startswith("no program listened on the port in PORT")
    assert failure(lambda: migration.chat_after_commit(0.0), TooLate)


@pytest.mark.parametrize("how", ["chat", "empty_chat", "two_chats", "chat_after_kill"])
def test_a_migrate_that_hangs_is_too_late(brought_forward, monkeypatch, how):
    migration = brought_forward(NEVER, more='migrate = "python server.py migrate"')
    monkeypatch.setattr(migrate, "MIGRATE_WITHIN", 0.5)
    arguments = {"two_chats": [0.0], "chat_after_kill": [0.5], "chat_after_commit": [0.0]}.get(how, [])

    found = failure(lambda: getattr(migration, how)(*arguments), TooLate)

    assert (found.actual, found.expected) == ("migrate still running after 0.5 s", "an end")
    assert found.request.endswith("python server.py migrate")


@pytest.mark.parametrize(("start", "said"), [(SUICIDAL, "killed by SIGKILL"), ("raise SystemExit(3)", "exit code 3")])
def test_a_migrate_that_fails_is_found(brought_forward, start, said):
    migration = brought_forward(start, more='migrate = "python server.py migrate"')

    for act in (migration.chat, lambda: migration.two_chats(locked=0.0), lambda: migration.chat_after_kill(1.1)):
        found = failure(act)
        assert (found.actual, found.expected) == (f"migrate ended with {said}", "exit code 0")


def test_a_migrate_that_was_killed_runs_again(brought_forward):
    trace = "\nopen('runs', 'a').write('x')"
    migration = brought_forward(IN_ONE_TRANSACTION + trace, more='migrate = "python server.py migrate"')

    chat = migration.chat_after_kill(0.0)

    assert chat.old_page().ids == chat.expected
    assert (chat.service.project.folder / "runs").read_text().count("x") >= 2
