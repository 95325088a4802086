import pytest

from grader.errors import NotChecked
from grader.project.state import ProjectState
from grader.webhooks.secret_scan import MASK, Leaks, in_repository
from tests.projects import project
from tests.real_course import harness_of
from tests.repository import commit, repository

TALKING = """
import base64, hashlib, hmac, os, sqlite3, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

token, secret, url = (os.environ[name] for name in ("TWILIO_AUTH_TOKEN", "SLACK_SIGNING_SECRET", "PUBLIC_URL"))
path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
db = sqlite3.connect(path, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS notes (note TEXT)")

class Handler(BaseHTTPRequestHandler):
    def do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = sorted(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
        glued = url + self.path + "".join(name + value for name, value in form)
        expected = base64.b64encode(hmac.new(token.encode(), glued.encode(), hashlib.sha1).digest()).decode()
        stamp = self.headers.get("X-Slack-Request-Timestamp", "")
        slack = hmac.new(secret.encode(), f"v0:{{stamp}}:".encode() + body, hashlib.sha256).hexdigest()
        is_old = time.time() - int(stamp or time.time()) > 300
        answer = "fine"
        {habit}
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())
    do_GET = do_POST = do

    def log_message(self, *_):
        pass

{start}
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def leaks(tmp_path, resources, nothing_left):
    """Search for the secrets of a service that does `habit` at each request."""
    harnesses = []

    def look(habit="pass", start="", more=""):
        project(tmp_path / "project", TALKING.format(habit=habit, start=start))
        with (tmp_path / "project" / "service.toml").open("a") as file:
            file.write(more)
        harnesses.append(harness_of(tmp_path / "project", resources))
        return Leaks(harnesses[-1])

    yield look
    for harness in harnesses:
        harness.close()


def test_a_service_that_keeps_its_secrets_leaks_nothing(leaks):
    found = leaks()

    assert (found.in_answers, found.in_output, found.in_database) == ((), (), ())


@pytest.mark.parametrize(
    ("habit", "name"),
    [
        ("answer = token", "TWILIO_AUTH_TOKEN"),
        ("answer = secret", "SLACK_SIGNING_SECRET"),
        ("answer = f'wanted {expected}'", "an expected X-Twilio-Signature"),
        ("answer = f'wanted v0={slack}'", "an expected X-Slack-Signature"),
        ("self.send_response(200); self.send_header('X-Debug', token)", "TWILIO_AUTH_TOKEN"),
    ],
)
def test_a_secret_in_an_answer_is_named_and_not_shown(leaks, habit, name):
    found = leaks(habit).in_answers

    assert found[0].startswith(f"{name} in the answer to: ")
    assert found.expected_text("==", ()) == "no answer with a secret in it"


@pytest.mark.parametrize(
    ("habit", "start", "name"),
    [
        ("pass", "print(dict(os.environ))", "TWILIO_AUTH_TOKEN"),
        (
            "print('expected', expected, 'got', self.headers.get('X-Twilio-Signature'), flush=True)",
            "",
            "an expected X-Twilio-Signature",
        ),
        ("print('expected', slack, file=sys.stderr, flush=True)", "", "an expected X-Slack-Signature"),
    ],
)
def test_a_secret_in_the_output_is_shown_masked(leaks, habit, start, name):
    found = leaks(habit, start).in_output

    assert any(line.startswith(f"{name} in the line: ") and MASK in line for line in found)


def test_what_should_have_signed_an_old_command_is_found_in_the_output(leaks):
    found = leaks("if is_old: print(slack, flush=True)").in_output

    assert [line.split(" in the line")[0] for line in found] == ["an expected X-Slack-Signature"]


def test_what_did_sign_an_old_command_may_be_printed(leaks):
    assert leaks("if is_old: print(self.headers.get('X-Slack-Signature'), flush=True)").in_output == ()


def test_a_secret_in_the_database_is_found(leaks):
    found = leaks(start="db.execute('INSERT INTO notes VALUES (?)', (secret,))").in_database

    assert found == ("SLACK_SIGNING_SECRET in app.db",)


def test_data_that_are_too_large_are_not_searched_whole(leaks):
    found = leaks(start="open(path + '.more', 'wb').truncate(10**12)")

    with pytest.raises(NotChecked, match=r"app\.db\.more can't be searched .* larger than 64 megabytes") as caught:
        _ = found.in_database

    assert caught.value.because == "project"


def test_a_secret_is_found_beside_data_that_are_too_large(leaks):
    found = leaks(
        start="open(path + '.more', 'wb').truncate(10**12); db.execute('INSERT INTO notes VALUES (?)', (secret,))"
    )

    assert found.in_database == ("SLACK_SIGNING_SECRET in app.db",)


def test_a_database_that_is_no_file_cannot_be_searched(leaks):
    found = leaks(more='[database]\ninspect = "echo {}"\n')

    with pytest.raises(NotChecked, match="SQLite"):
        _ = found.in_database


def test_without_secrets_of_the_kit_nothing_is_searched_for(tmp_path):
    assert in_repository(repository(tmp_path, a="text")) == ()


def test_a_secret_of_the_kit_is_found_in_a_tracked_file_and_in_history(tmp_path):
    folder = repository(tmp_path, a="text")
    made = ProjectState(folder).make_credentials()
    commit(folder, {"settings/config.py": f"TOKEN = '{made.twilio_auth_token}'"})
    commit(folder, {"settings/config.py": "TOKEN = os.environ['TWILIO_AUTH_TOKEN']", "b": made.slack_signing_secret})

    found = in_repository(folder)

    assert "TWILIO_AUTH_TOKEN in settings/config.py" in found
    assert "SLACK_SIGNING_SECRET in b" in found
    assert made.twilio_auth_token not in found.actual_text()


def test_what_git_ignores_is_not_searched(tmp_path):
    folder = repository(tmp_path, a="text")
    ProjectState(folder).make_credentials()

    assert in_repository(folder) == ()


def test_other_folders_of_a_larger_repository_are_not_searched(tmp_path):
    repository(tmp_path, **{"mine/service.toml": "", "theirs/a": ""})
    made = ProjectState(tmp_path / "mine").make_credentials()
    (tmp_path / "mine" / ".kit" / "secrets.toml").rename(tmp_path / "kept")
    commit(tmp_path, {"theirs/a": made.twilio_auth_token})
    (tmp_path / "kept").rename(tmp_path / "mine" / ".kit" / "secrets.toml")

    assert in_repository(tmp_path / "mine") == ()


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    memory = ProjectState(tmp_path)
    assert memory.credentials() is None

    made = memory.make_credentials()

    path = tmp_path / ".kit" / "secrets.toml"
    assert memory.make_credentials() == made == memory.credentials()
    assert path.stat().st_mode & 0o077 == 0
    assert f'TWILIO_AUTH_TOKEN = "{made.twilio_auth_token}"' in path.read_text()


@pytest.mark.parametrize("text", ["", "nonsense", "TWILIO_AUTH_TOKEN = 7", "[a]"])
def test_broken_secrets_are_none(tmp_path, text):
    (tmp_path / ".kit").mkdir()
    (tmp_path / ".kit" / "secrets.toml").write_text(text)

    assert ProjectState(tmp_path).credentials() is None
