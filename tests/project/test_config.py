import os
import socket
from pathlib import Path

import pytest

from grader.errors import ProjectError, UsageError
from grader.project import config
from tests.unprivileged import open_folder, unprivileged

MINIMAL = '[server]\ncommand = ["python", "app.py"]\n'


def read(folder: Path, content: str | bytes = MINIMAL) -> config.Project:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "service.toml").write_bytes(data)
    return config.read(folder)


def complaint(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ProjectError) as caught:
        read(folder, content)
    return str(caught.value)


def test_the_minimum_is_a_command(tmp_path):
    made = read(tmp_path)

    assert made.folder == tmp_path
    assert made.server == ("python", "app.py")
    assert (made.setup, made.migrate, made.client, made.inspect, made.load) == ((), (), (), (), {})
    assert made.start_timeout == 20
    assert made.database == "sqlite:///{data}/app.db"
    assert made.has_file_database


def test_everything_can_be_said(tmp_path):
    made = read(
        tmp_path,
        """
        [server]
        command = "python -m 'my app' --port {port}"
        setup = "pip install -r requirements.txt"
        migrate = ["alembic", "upgrade", "head", "", "{data}"]
        start_timeout_s = 120
        [client]
        command = ["./chat"]
        [database]
        url = "postgresql:///x?d={data}"
        inspect = "count --all"
        [load]
        reads = "locust -H {url} -t {seconds}s"
        """,
    )

    assert made.server == ("python", "-m", "my app", "--port", "{port}")
    assert made.setup == ("pip", "install", "-r", "requirements.txt")
    assert made.migrate == ("alembic", "upgrade", "head", "", "{data}")
    assert made.start_timeout == 120
    assert made.client == ("./chat",)
    assert made.inspect == ("count", "--all")
    assert made.load == {"reads": ("locust", "-H", "{url}", "-t", "{seconds}s")}
    assert not made.has_file_database


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (r"""'python -c "print(1)"'""", ("python", "-c", "print(1)")),
        (r"""'a "b c" d\ e'""", ("a", "b c", "d e")),
        ('"a $HOME `b` > c | d ; e & f # g"', ("a", "$HOME", "`b`", ">", "c", "|", "d", ";", "e", "&", "f", "#", "g")),
        ("'''a\nb'''", ("a", "b")),
        ('["a b", "", "ü"]', ("a b", "", "ü")),
    ],
)
def test_a_string_is_split_as_a_shell_would_and_a_list_is_left_alone(tmp_path, written, words):
    assert read(tmp_path, f"[server]\ncommand = {written}\n").server == words


def test_placeholders_are_filled_wherever_they_stand(tmp_path):
    made = read(tmp_path, '[server]\ncommand = ["a", "{port}", "--d={data}/x:{port}", "{other}", "{", "{{port}}"]\n')

    filled = made.fill(made.server, 8000, Path("/some/where"))

    assert filled == ["a", "8000", "--d=/some/where/x:8000", "{other}", "{", "{8000}"]


def test_an_absolute_path_gives_four_slashes(tmp_path):
    assert read(tmp_path).database_url(Path("/dev/shm/x")) == "sqlite:////dev/shm/x/app.db"


@pytest.mark.parametrize(
    ("url", "inspect", "is_file"),
    [
        ("sqlite:///{data}/a.db", "", True),
        ("sqlite:///a.db", "", True),
        ("sqlite:///{data}/a.db", "count", False),
        ("sqlite+aiosqlite:///{data}/a.db", "", True),
        ("sqlite+aiosqlite:///{data}/a.db", "count", False),
        ("sqlite://{data}/a.db", "", True),
        ("sqlite://", "", False),
        ("postgresql:///x", "", False),
    ],
)
def test_the_kit_knows_which_databases_it_can_open_itself(tmp_path, url, inspect, is_file):
    made = read(tmp_path, f'{MINIMAL}[database]\nurl = "{url}"\ninspect = "{inspect}"\n')

    assert made.has_file_database is is_file


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path):
    made = read(tmp_path, b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())

    assert made.server == ("python", "app.py")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "service.toml is empty: it must say how your server is started, under [server]."),
        (" \n\t\n", "service.toml is empty: it must say how your server is started, under [server]."),
        (
            "# nothing yet\n",
            "service.toml does not say how to start the server: add command = [...] under [server].",
        ),
        ("[server]\n", "service.toml does not say how to start the server: add command = [...] under [server]."),
        (
            '[client]\ncommand = "x"\n',
            "service.toml does not say how to start the server: add command = [...] under [server].",
        ),
        (
            '[server]\ncommand = ["a"]\n[[load]\n',
            "service.toml is not valid TOML: Expected ']]' at the end of an array declaration (at line 3, column 7).",
        ),
        ("[server]\ncommand = a\n", "service.toml is not valid TOML: Invalid value (at line 2, column 11)."),
        (
            '[server]\ncommand = "a"\ncommand = "b"\n',
            "service.toml is not valid TOML: Cannot overwrite a value (at line 3, column 14).",
        ),
        (
            '[server]\ncomand = "a"\n',
            'service.toml has an unknown key "comand" under [server]; did you mean "command"?',
        ),
        ('[sever]\ncommand = "a"\n', 'service.toml has an unknown table "sever"; did you mean "server"?'),
        ('[Server]\ncommand = "a"\n', 'service.toml has an unknown table "Server"; did you mean "server"?'),
        (
            f"{MINIMAL}[logging]\n",
            'service.toml has an unknown table "logging"; known are server, client, database, load.',
        ),
        (
            f"{MINIMAL}go = 4\n",
            'service.toml has an unknown key "go" under [server]; known are command, setup, migrate, start_timeout_s.',
        ),
        (
            f'{MINIMAL}[client]\nsetup = "x"\n',
            'service.toml has an unknown key "setup" under [client]; known are command.',
        ),
        (
            'setup = "make"\n[server]\ncommand = "a"\n',
            'service.toml has "setup" outside of any table; put it below [server].',
        ),
        ('command = "a"\n', 'service.toml has "command" outside of any table; put it below [server] or [client].'),
        ("port = 5000\n", 'service.toml has an unknown key "port"; known are server, client, database, load.'),
        (
            'server = "python app.py"\n',
            '"server" in service.toml must be a table: write [server] on a line of its own.',
        ),
        (
            '[[server]]\ncommand = "a"\n',
            '"server" in service.toml must be a table: write [server] on a line of its own.',
        ),
        ("[server]\ncommand = 5\n", "server.command in service.toml must be a string or a list of strings."),
        ('[server]\ncommand = ["a", 5]\n', "server.command in service.toml must be a string or a list of strings."),
        ('[server.command]\nrun = "a"\n', "server.command in service.toml must be a string or a list of strings."),
        (
            f"{MINIMAL}migrate = true\n",
            "server.migrate in service.toml must be a string or a list of strings.",
        ),
        (
            f"{MINIMAL}[load]\nreads = 1\n",
            "load.reads in service.toml must be a string or a list of strings.",
        ),
        (
            '[server]\ncommand = "python \'app.py"\n',
            "server.command in service.toml cannot be split into words: No closing quotation.",
        ),
        (
            "[server]\ncommand = 'python \\'\n",
            "server.command in service.toml cannot be split into words: No escaped character.",
        ),
        ("[server]\ncommand = []\n", "server.command in service.toml is empty: it must say how to start the server."),
        ('[server]\ncommand = "  "\n', "server.command in service.toml is empty: it must say how to start the server."),
        (
            '[server]\ncommand = ["", "a"]\n',
            "server.command in service.toml is empty: it must say how to start the server.",
        ),
        ('[server]\ncommand = ["a\\u0000b"]\n', "server.command in service.toml contains a NUL character."),
        (
            f"{MINIMAL}[database]\nurl = 5\n",
            'database.url in service.toml must be a URL such as "sqlite:///{data}/app.db".',
        ),
        (
            f'{MINIMAL}[database]\nurl = "app.db"\n',
            'database.url in service.toml must be a URL such as "sqlite:///{data}/app.db".',
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path, content, sentence):
    assert complaint(tmp_path, content) == sentence


@pytest.mark.parametrize("value", ["0", "-1", "120.5", "121", "nan", "inf", "true", '"20"', "[20]"])
def test_a_start_that_takes_too_long_or_no_time_is_refused(tmp_path, value):
    said = complaint(tmp_path, f"{MINIMAL}start_timeout_s = {value}\n")

    assert said == "server.start_timeout_s in service.toml must be a number of seconds, above 0 and at most 120."


@pytest.mark.parametrize("value", ["0.5", "1", "120", "120.0"])
def test_a_start_may_take_up_to_two_minutes(tmp_path, value):
    assert read(tmp_path, f"{MINIMAL}start_timeout_s = {value}\n").start_timeout == float(value)


@pytest.mark.parametrize("content", [b"\xff\xfe[\0", "[server]\ncommand = 'ä'".encode("latin-1")])
def test_another_encoding_is_named(tmp_path, content):
    assert complaint(tmp_path, content) == "service.toml is not UTF-8 text: save it as UTF-8."


@pytest.mark.parametrize("content", ["a = " + "1" * 5000, "a = " + "[" * 5000, "a = {" + "b={" * 5000])
def test_absurd_toml_is_a_sentence_too(tmp_path, content):
    assert complaint(tmp_path, content).startswith("service.toml is not valid TOML: ")


def test_no_file_says_what_it_is_for(tmp_path):
    with pytest.raises(ProjectError, match=r'There is no service.toml in ".*": it says how your server is started\.'):
        config.read(tmp_path)


def test_a_link_to_nowhere_is_no_file(tmp_path):
    (tmp_path / "service.toml").symlink_to("elsewhere.toml")

    with pytest.raises(ProjectError, match=r"^There is no service.toml"):
        config.read(tmp_path)


def test_a_link_in_a_circle_cannot_be_read(tmp_path):
    (tmp_path / "service.toml").symlink_to("service.toml")

    with pytest.raises(ProjectError, match=r"service.toml cannot be read: too many levels of symbolic links\."):
        config.read(tmp_path)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "service.toml").mkdir()

    with pytest.raises(ProjectError, match=r"^service.toml is a folder; it must be a file\.$"):
        config.read(tmp_path)


def test_a_pipe_or_socket_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "service.toml")
    with pytest.raises(ProjectError, match=r"^service.toml is no plain file; it must be a file\.$"):
        config.read(tmp_path)

    (tmp_path / "service.toml").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "service.toml"))
        with pytest.raises(ProjectError, match=r"^service.toml is no plain file; it must be a file\.$"):
            config.read(tmp_path)


def test_a_file_that_may_not_be_read_says_so():
    with open_folder() as folder:
        (folder / "service.toml").write_text(MINIMAL)
        (folder / "service.toml").chmod(0)

        with unprivileged(), pytest.raises(ProjectError, match=r"^service.toml cannot be read: permission denied\.$"):
            config.read(folder)


def test_a_project_is_a_folder_that_can_be_read(tmp_path):
    assert config.find(tmp_path / "." / ".." / tmp_path.name) == tmp_path.resolve()

    with pytest.raises(UsageError, match=r'^There is no folder ".*nowhere"\.$'):
        config.find(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r'^".*file" is a file; name the folder of a project\.$'):
        config.find(tmp_path / "file")


def test_a_folder_that_may_not_be_read_says_so():
    with open_folder() as folder:
        (folder / "closed").mkdir(mode=0)

        with (
            unprivileged(),
            pytest.raises(UsageError, match=r'^The folder ".*closed" cannot be read: permission denied'),
        ):
            config.find(folder / "closed")
        with (
            unprivileged(),
            pytest.raises(UsageError, match=r'^The folder ".*inside" cannot be read: permission denied'),
        ):
            config.find(folder / "closed" / "inside")
