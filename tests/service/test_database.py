import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.errors import Failed, NotChecked
from grader.service import database as database_module, inspector as inspector_module, visitor
from grader.service.database import Database, Grown
from grader.service.inspector import inspector
from grader.service.visitor import visited
from grader.system import process_tree

MODES = ["delete", "truncate", "persist", "wal"]
WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    connection.execute(line.strip())
    print("done", flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "app.db"


@pytest.fixture
def database(path):
    return Database(f"sqlite:///{path}")


@pytest.fixture
def server(path):
    """Start a process that keeps a connection open, as a server does, and executes the statements that it gets."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )

    def execute(*statements):
        for statement in statements:
            process.stdin.write(statement + "\n")
            assert process.stdout.readline() == "done\n"

    execute.process = process
    yield execute
    process.kill()
    with process, contextlib.suppress(BrokenPipeError):
        process.stdin.close()


@pytest.fixture
def hasty(monkeypatch):
    """Shorten the waits of the kit, for tests in which only the order of events matters."""
    monkeypatch.setattr(database_module, "QUIET", 0.4)
    monkeypatch.setattr(database_module, "VISIBLE_WITHIN", 1.0)
    monkeypatch.setattr(database_module, "LONGEST", 2.0)


def create(path, mode="delete", rows=0, table="visits"):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute(f'CREATE TABLE "{table}" (x)')
        connection.executemany(f'INSERT INTO "{table}" VALUES (?)', [(n,) for n in range(rows)])
        connection.commit()


def add(path, count, table="visits"):
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.executemany(f"INSERT INTO {table} VALUES (?)", [(n,) for n in range(count)])


def later(seconds, action, *arguments):
    timer = threading.Timer(seconds, action, arguments)
    timer.start()
    return timer


def complaint(database):
    with pytest.raises(Failed) as caught:
        database.rows()
    assert caught.value.expected
    return caught.value.actual


# looking


def test_no_file_yet_is_no_table(database, path):
    assert database.rows() == {}
    assert not path.exists()


def test_an_empty_file_is_no_table(database, path):
    path.touch()

    assert database.rows() == {}
    assert path.stat().st_size == 0


@pytest.mark.parametrize("mode", MODES)
def test_committed_rows_are_seen_while_the_server_runs_and_afterwards(server, database, mode):
    server(f"PRAGMA journal_mode = {mode}", "CREATE TABLE visits (x)", "INSERT INTO visits VALUES (1)")
    assert database.rows() == {"visits": 1}

    server("BEGIN", "INSERT INTO visits VALUES (2)")
    assert database.rows() == {"visits": 1}

    server("COMMIT")
    assert database.rows() == {"visits": 2}

    server.process.stdin.close()
    server.process.wait(10)
    assert database.rows() == {"visits": 2}


@pytest.mark.parametrize("mode", MODES)
def test_looking_does_not_disturb_the_server(server, database, path, mode):
    server(f"PRAGMA journal_mode = {mode}", "CREATE TABLE visits (x)")
    before = path.read_bytes()

    for number in range(20):
        assert database.rows() == {"visits": number}
        server("BEGIN IMMEDIATE", f"INSERT INTO visits VALUES ({number})", "COMMIT")

    assert database.rows() == {"visits": 20}
    assert path.read_bytes() != before or mode == "wal"


@pytest.mark.parametrize("mode", MODES)
def test_somebody_may_write_all_the_time_meanwhile(database, path, mode):
    create(path, mode)

    def write():
        for _ in range(40):
            add(path, 1)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        seen = [database.rows()["visits"] for _ in range(50)]
        for writer in writers:
            writer.result()

    assert seen == sorted(seen)
    assert database.rows() == {"visits": 80}


@pytest.mark.parametrize("mode", MODES)
def test_what_a_killed_server_had_not_committed_is_not_seen(server, database, mode):
    """The killed server leaves a rollback journal, which a read-only connection can't roll back."""
    server(f"PRAGMA journal_mode = {mode}", "CREATE TABLE visits (x)", "INSERT INTO visits VALUES (zeroblob(100000))")
    server("PRAGMA cache_size = 1", "BEGIN IMMEDIATE", "UPDATE visits SET x = randomblob(200000)")
    server("INSERT INTO visits VALUES (randomblob(300000))")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    assert database.rows() == {"visits": 1}
    assert database.rows() == {"visits": 1}


def test_a_folder_copied_as_a_whole_holds_what_the_log_holds(server, database, path, tmp_path):
    server("PRAGMA journal_mode = wal", "CREATE TABLE visits (x)", "INSERT INTO visits VALUES (1)")
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in path.parent.glob("app.db*"):
        (copy / file.name).write_bytes(file.read_bytes())

    assert Database(f"sqlite:///{copy / path.name}").rows() == {"visits": 1}


def test_a_database_that_the_server_keeps_to_itself_cannot_be_read(server, database, monkeypatch):
    monkeypatch.setattr("grader.service.database_file.PATIENCE", 0.2)
    server("PRAGMA locking_mode = exclusive", "CREATE TABLE visits (x)", "INSERT INTO visits VALUES (1)")

    assert complaint(database) == "database is locked (app.db)"


@pytest.mark.parametrize("content", [b"hello, world" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_says_so(database, path, content):
    path.write_bytes(content)

    assert complaint(database) == "file is not a database (app.db)"


def test_a_damaged_database_says_so(database, path):
    create(path, rows=1000)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    assert complaint(database) == "database disk image is malformed (app.db)"


def test_a_folder_is_no_database(database, path):
    path.mkdir()

    assert complaint(database).endswith("(app.db)")


def test_another_database_without_a_command_cannot_be_checked():
    for url in ("postgresql:///x", "sqlite+x y:///x", "sqlite://", "sqlitex:///x", "mysql://root@127.0.0.1/x"):
        with pytest.raises(NotChecked, match=r"add inspect to \[database\] in service.toml") as caught:
            Database(url).rows()
        assert caught.value.because == "project"


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite", "sqlite+pysqlite", "sqlite+my-own_driver.2"])
def test_a_driver_may_stand_in_the_url(path, scheme):
    create(path, rows=3)

    assert Database(f"{scheme}:///{path}").rows() == {"visits": 3}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("sqlite:///{data}/app.db", "{data}/app.db (all that follows sqlite:/// in url is its path)"),
        ("sqlite:///{data}/app.db?timeout=30", "{data}/app.db?timeout=30 (all that follows sqlite:/// in url"),
        ("sqlite://{data}/app.db", "{data}/app.db in the project's folder (url has a relative path; an absol"),
        ("sqlite:///app.db", "app.db in the project's folder (url has a relative path; an absolute one has a"),
    ],
)
def test_a_file_that_is_not_there_is_named(tmp_path, template, said):
    place = tmp_path / "data"
    place.mkdir()
    (place / "app.db").touch()
    (place / "app.db").unlink()
    database = Database(template.replace("{data}", str(place)), folder=tmp_path / "project", template=template)

    assert database.difference({}).actual_text().startswith(f"no database: there is no file {said}")


def test_a_file_without_a_table_is_there(database, path):
    path.touch()

    assert database.difference({}).actual_text() == "a database without any table"


def test_a_relative_path_begins_in_the_projects_folder(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    create(tmp_path / "project" / "app.db", rows=3)
    monkeypatch.chdir("/")

    assert Database("sqlite:///app.db", folder=tmp_path / "project").rows() == {"visits": 3}


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "q?mode=memory", "a#b.db", "žluť.db", "it's.db", "a&b=c.db"])
def test_a_file_may_have_any_name(tmp_path, name):
    create(tmp_path / name, rows=2)

    assert Database(f"sqlite:///{tmp_path}/{name}").rows() == {"visits": 2}
    assert Database(f"sqlite:////{tmp_path}//{name}").rows() == {"visits": 2}


# tables


@pytest.mark.parametrize(
    "name", ['a"b', "a'b", "a b; DROP TABLE x", "", "žluť 🐎", "order", "x.y", "[z]", "SQLITEX", "_%"]
)
def test_a_table_may_have_any_name(database, path, name):
    create(path, rows=2, table=name.replace('"', '""'))

    assert database.rows() == {name: 2}


def test_sqlites_own_tables_and_views_do_not_count(database, path):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE)")
        connection.execute("INSERT INTO visits (x) VALUES (1)")
        connection.execute("CREATE VIEW seen AS SELECT * FROM nowhere")
        connection.execute("ANALYZE")

    assert database.rows() == {"visits": 1}


def test_tables_of_extensions_are_counted_where_they_can_be(database, path):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (body)")
        connection.execute("INSERT INTO words VALUES ('hello')")
        connection.execute("CREATE TABLE visits (x)")
        connection.execute("PRAGMA writable_schema = on")
        maps = ("table", "maps", "maps", 0, "CREATE VIRTUAL TABLE maps USING nobody_has_it (x)")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", maps)

    rows = database.rows()

    assert (rows["words"], rows["visits"], rows["maps"]) == (1, 0, 0)


NEWER_VIEW = ("view", "seen", "seen", 0, "CREATE VIEW seen AS SELECT group_concat(x, ',' ORDERED BY x) FROM visits")
NEWER_TABLE = ("table", "newer", "newer", 2, "CREATE TABLE newer (x WITH (new) SYNTAX)")


def add_to_schema(path, *entry):
    """Add something that only a newer SQLite can read."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = on")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", entry)


@pytest.mark.parametrize("mode", MODES)
def test_what_only_a_newer_sqlite_can_read_hides_no_table(database, path, mode):
    create(path, mode, rows=3)
    add_to_schema(path, *NEWER_VIEW)

    assert database.rows() == {"visits": 3}
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as writer:
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            writer.execute("INSERT INTO visits VALUES (1)")
        writer.execute("PRAGMA writable_schema = on")
        for reading in (True, False):
            with (
                database.locked(0.05, reading=reading),
                pytest.raises(sqlite3.OperationalError, match="locked"),
                writer,
            ):
                writer.execute("INSERT INTO visits VALUES (1)")
            writer.rollback()


def test_a_table_that_only_a_newer_sqlite_can_read_is_not_checked(database, path):
    create(path, rows=3)
    add_to_schema(path, *NEWER_TABLE)

    with pytest.raises(NotChecked, match='cannot read the table "newer"') as caught:
        database.rows()
    assert caught.value.because == "machine"


def test_a_table_that_only_the_server_can_read_counts_as_empty(database, path):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.create_collation("odd", lambda a, b: (a > b) - (a < b))
        connection.execute("CREATE TABLE odd (x TEXT COLLATE odd PRIMARY KEY) WITHOUT ROWID")
        connection.execute("INSERT INTO odd VALUES ('x')")
        connection.execute("CREATE TABLE visits (x)")
        connection.execute("INSERT INTO visits VALUES (1)")

    assert database.rows() == {"odd": 0, "visits": 1}


# growth


def test_growth_is_told_by_table(database, path):
    create(path, rows=5)
    create_other = sqlite3.connect(path)
    before = database.rows()
    create_other.execute("CREATE TABLE log (x)")
    create_other.execute("INSERT INTO log VALUES (1)")
    create_other.execute("DELETE FROM visits WHERE x < 2")
    create_other.commit()
    create_other.close()

    assert database.growth(before, 1) == {"visits": -2, "log": 1}
    assert database.difference(before, "asked") == {"visits": -2, "log": 1}
    assert database.difference(before, "asked").request == "asked"


def test_what_is_there_at_once_is_not_waited_for(database, path):
    create(path)
    grown = Grown(database)
    add(path, 7)
    began = time.monotonic()

    assert 7 in grown
    assert time.monotonic() - began < 0.9


def test_rows_that_come_a_moment_later_are_waited_for(database, path, hasty):
    create(path)
    grown = Grown(database)
    timers = [later(0.2, add, path, 3), later(0.4, add, path, 3), later(0.6, add, path, 1)]

    assert 7 in grown
    for timer in timers:
        timer.join()


def test_the_first_row_may_take_longer_than_the_others(database, path, hasty):
    create(path)
    grown = Grown(database)
    timer = later(0.6, add, path, 7)

    assert 7 in grown
    timer.join()


def test_rows_that_pass_through_the_right_number_are_found_out(database, path, hasty):
    create(path)
    grown = Grown(database)
    timers = [later(0.1, add, path, 7), later(0.3, add, path, 7)]

    assert 7 not in grown
    assert grown.actual_text() == "visits +14"
    for timer in timers:
        timer.join()


@pytest.mark.parametrize(("count", "said"), [(6, "visits +6"), (8, "visits +8")])
def test_a_count_that_is_off_is_shown_in_the_end(database, path, hasty, count, said):
    create(path)
    grown = Grown(database)
    add(path, count)

    assert 7 not in grown
    assert grown.actual_text() == said
    assert grown.expected_text("in", 7) == "some table with exactly 7 more rows"


def test_who_writes_everything_twice_is_found_out(database, path, hasty):
    create(path)
    grown = Grown(database)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, [path] * 7, [2] * 7))

    assert 7 not in grown
    assert grown.actual_text() == "visits +14"


def test_who_writes_without_end_is_not_waited_for_without_end(database, path, hasty):
    create(path)
    grown = Grown(database)
    over = threading.Event()

    def write():
        while not over.wait(0.1):
            add(path, 2)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        began = time.monotonic()
        found = 99_999 in grown
        seconds = time.monotonic() - began
        over.set()
        writing.result()
    assert not found
    assert 2.0 <= seconds < 6


def test_rows_that_nobody_committed_are_not_there(server, database, hasty):
    server("CREATE TABLE visits (x)")
    grown = Grown(database)
    server("BEGIN", "INSERT INTO visits VALUES (1)")

    assert 1 not in grown
    assert grown.actual_text() == "no new row that another connection can see (tables: visits)"


# the write lock


def test_while_the_lock_is_held_nobody_writes_and_everybody_reads(database, path):
    create(path, rows=1)
    with database.locked(0.3):
        began = time.monotonic()
        assert database.rows() == {"visits": 1}
        other = sqlite3.connect(path, timeout=0)
        with contextlib.closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO visits VALUES (1)")
        add(path, 1)
        assert 0.2 <= time.monotonic() - began < 2

    assert database.rows() == {"visits": 2}


@pytest.mark.parametrize("mode", MODES)
def test_the_lock_is_held_as_long_as_was_said_and_leaves_nothing(database, path, mode):
    create(path, mode, rows=1)
    began = time.monotonic()
    with database.locked(0.3):
        pass

    assert 0.3 <= time.monotonic() - began < 1.5
    add(path, 1)
    assert database.rows() == {"visits": 2}


def test_the_seconds_of_a_lock_may_count_from_later_on(database, path):
    create(path)
    opened = threading.Event()
    began = time.monotonic()
    with database.locked(0.3, once=opened.wait):
        impatient = sqlite3.connect(path, timeout=0.4)
        with contextlib.closing(impatient), pytest.raises(sqlite3.OperationalError, match="locked"):
            impatient.execute("DELETE FROM visits")
        opened.set()

    assert 0.7 <= time.monotonic() - began < 2
    add(path, 1)


def test_the_lock_is_let_go_of_when_the_check_fails(database, path):
    create(path)
    with pytest.raises(ZeroDivisionError), database.locked(0.1):
        raise ZeroDivisionError

    add(path, 1)


def test_a_lock_that_the_server_keeps_is_its_failure(server, database, monkeypatch):
    monkeypatch.setattr("grader.service.database_file.PATIENCE", 0.2)
    server("CREATE TABLE visits (x)", "BEGIN IMMEDIATE")

    with (
        pytest.raises(Failed, match=r"^database is locked \(the server itself keeps it\)$") as caught,
        database.locked(0),
    ):
        pass
    assert caught.value.expected == "a write lock that another connection can take"


def test_a_lock_that_is_let_go_of_in_time_can_be_taken(server, database):
    server("CREATE TABLE visits (x)", "BEGIN IMMEDIATE")
    timer = later(0.3, server, "COMMIT")

    with database.locked(0.0):
        timer.join()


def test_what_cannot_be_locked_says_why(database, path):
    with pytest.raises(Failed, match=r"^unable to open database file \(app.db\)$"), database.locked(0):
        pass
    path.write_text("hello, world" * 100)
    with pytest.raises(Failed, match=r"^file is not a database \(app.db\)$"), database.locked(0):
        pass


# inspect


def by_command(tmp_path, script, **env):
    argv = [sys.executable, "-I", "-c", script]
    return Database("postgresql:///x", inspect=inspector(argv, tmp_path, {"PATH": os.environ["PATH"], **env}))


def test_a_command_counts_what_the_kit_cannot(tmp_path):
    script = """import json, os, sys
print(json.dumps({"ž": 3, "cwd": len(os.getcwd()), "": int(os.environ["MANY"])}))
print("a warning", file=sys.stderr)"""
    database = by_command(tmp_path, script, MANY=str(2**40))

    assert database.rows() == {"ž": 3, "cwd": len(str(tmp_path)), "": 2**40}


def test_a_command_is_asked_again_and_again(tmp_path, hasty):
    script = "import pathlib; print('{\"x\":', pathlib.Path('count').read_text(), '}')"
    database = by_command(tmp_path, script)
    (tmp_path / "count").write_text("5")
    before = database.rows()
    timer = later(0.4, (tmp_path / "count").write_text, "12")

    assert database.growth(before, 7) == {"x": 7}
    timer.join()


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("", "nothing"),
        (" \n", "nothing"),
        ("hello", '"hello"'),
        ("[1]", '"[1]"'),
        ("5", '"5"'),
        ('{"x": "5"}', '"{"x": "5"}"'),
        ('{"x": 1.0}', '"{"x": 1.0}"'),
        ('{"x": true}', '"{"x": true}"'),
        ('{"x": null}', '"{"x": null}"'),
        ('{"x": NaN}', '"{"x": NaN}"'),
        ('{"x": 1}{"y": 2}', '"{"x": 1}{"y": 2}"'),
        ('loading\x1b[0m\n{"x": 1}', '"loading\\x1b[0m {"x": 1}"'),
        ("[" * 3000, f'"{"[" * 200}"…'),
    ],
)
def test_nonsense_from_a_command_is_shown(printed, shown):
    database = Database("postgresql:///x", inspect=lambda: printed)

    assert complaint(database) == f"the inspect command printed {shown}"


def test_a_command_that_fails_says_how_and_why(tmp_path):
    with pytest.raises(Failed) as caught:
        by_command(tmp_path, "import sys; print('{}'); sys.exit('no such role: chat')").rows()

    assert caught.value.actual == "the inspect command failed (exit code 1)"
    assert caught.value.log == "no such role: chat"
    assert caught.value.expected == '{"table name": row count, ...} as JSON'


def test_a_command_that_dies_says_by_what(tmp_path):
    database = by_command(tmp_path, "import os; os.kill(os.getpid(), 9)")

    assert complaint(database) == "the inspect command failed (killed by SIGKILL)"


def test_a_command_that_does_not_exist_says_so(tmp_path):
    database = Database("postgresql:///x", inspect=inspector(["./count"], tmp_path, {"PATH": "/nowhere"}))

    assert '"./count"' in complaint(database)


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(inspector_module, "INSPECT_WITHIN", 0.5)
    script = """import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
open("child", "w").write(str(child.pid))
time.sleep(100)"""
    began = time.monotonic()

    assert complaint(by_command(tmp_path, script)) == "the inspect command did not end within 0 s"
    assert time.monotonic() - began < 5
    child = int((tmp_path / "child").read_text())
    assert process_tree.kill([child]) == []
    assert process_tree.started_at(child) is None


def test_a_command_that_prints_without_end_fills_no_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(inspector_module, "INSPECT_WITHIN", 0.5)
    database = by_command(tmp_path, "while True: print('x' * 65536)")

    assert complaint(database) == "the inspect command did not end within 0 s"


def test_a_command_does_not_end_its_server(tmp_path):
    """Both have the same environment, by which the kit finds processes that left their group."""
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql:///x", "PORT": "5000"}
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"], env=env, start_new_session=True)

    assert by_command(tmp_path, "print('{}')", **env).rows() == {}
    assert server.poll() is None
    server.kill()
    server.wait()


def test_a_long_list_of_tables_is_read_whole(tmp_path):
    script = "import json; print(json.dumps({f'table_{n}': n for n in range(20000)}))"

    rows = by_command(tmp_path, script).rows()

    assert len(rows) == len(json.loads(json.dumps(rows))) == 20000


# readers and visitors


def test_a_reader_lets_others_write_and_not_commit(database, path):
    create(path)
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as writer:
        with database.locked(0.05, reading=True):
            writer.execute("INSERT INTO visits VALUES (1)")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.commit()
        writer.commit()

    assert database.rows() == {"visits": 1}


def test_in_wal_mode_a_reader_writes_so_that_others_wait(database, path):
    create(path, "wal")
    with (
        contextlib.closing(sqlite3.connect(path, timeout=0)) as writer,
        database.locked(0.05, reading=True),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        writer.execute("INSERT INTO visits VALUES (1)")


@pytest.mark.parametrize("mode", MODES)
def test_a_visitor_comes_again_and_again_and_goes_at_the_end(database, path, mode):
    create(path, mode)
    met = 0
    with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as writer:
        with visited(database):
            for _ in range(200):
                try:
                    writer.execute("INSERT INTO visits VALUES (1)")
                except sqlite3.OperationalError:
                    met += 1
                time.sleep(0.001)
        writer.execute("INSERT INTO visits VALUES (1)")

    assert 0 < met < 200
    assert database.rows() == {"visits": 201 - met}


def test_a_visitor_goes_after_some_time(database, path, monkeypatch):
    monkeypatch.setattr(visitor, "LONGEST", 0.05)
    create(path)
    with visited(database):
        time.sleep(0.3)
        with contextlib.closing(sqlite3.connect(path, timeout=0)) as writer, writer:
            writer.execute("INSERT INTO visits VALUES (1)")

    assert database.rows() == {"visits": 1}
