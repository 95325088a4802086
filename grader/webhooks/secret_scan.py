"""Searches for secrets in the answers and the output of a service, in its database, and in the git repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from grader.assertions.entries import Listing
from grader.errors import NotChecked
from grader.http_client.reply import Reply
from grader.project import credentials, handed_files
from grader.project.git import GitRepository
from grader.project.state import ProjectState
from grader.system import trees
from grader.testdata.random_values import words
from grader.webhooks import slack, twilio
from grader.webhooks.phone import Phone
from grader.webhooks.slack_channel import Channel

if TYPE_CHECKING:
    from grader.harness.harness import Harness

KEPT = 16 * 1024 * 1024
"""Bytes of the service's output that the kit keeps."""
SEARCHED = 4 * handed_files.LARGE
"""Bytes of a service's data that are searched, all files together."""
MASK = "(secret)"
OLD = 3600.0
"""Seconds by which the timestamp of an old request is old."""


def in_repository(folder: Path) -> Listing:
    """List where git keeps a secret that the kit made for this project, in tracked files or in any commit."""
    kept = ProjectState(folder).credentials()
    secrets = {name: value.encode() for name, value in kept.by_name.items()} if kept else {}
    return GitRepository(folder).holding(secrets)


class Leaks:
    """Where a service's secrets were found after valid, forged and broken requests. No secret itself is shown."""

    def __init__(self, harness: Harness) -> None:
        own = credentials.drawn()
        self._service = harness.services.new(env=own.environment(), keep=KEPT)
        self._service.start()
        self._secrets = {name: {value} for name, value in own.by_name.items()}
        self._answers: list[tuple[str, Reply]] = []
        self._call_as_twilio(Phone(self._service, own.twilio_auth_token))
        self._call_as_slack(Channel(self._service, own.slack_signing_secret))
        self._call_the_api()
        self._service.stop()
        self._printed = self._service.process.output.bytes

    @property
    def in_answers(self) -> Listing:
        """List the answers that hold a secret. Each is named by the command that sends the same request by hand."""
        found = [
            f"{name} in the answer to: {asked}"
            for asked, reply in self._answers
            for name in self._named(repr(sorted(reply.headers.items())).encode() + reply.content)
        ]
        return self._listing(found, "answer with a secret in it")

    @property
    def in_output(self) -> Listing:
        """List the lines on stdout and stderr that hold a secret, with the secret masked."""
        found = [
            f"{name} in the line: {self._masked(line)}"
            for line in self._printed.splitlines()
            for name in self._named(line)
        ]
        return self._listing(found, "printed line with a secret in it")

    @property
    def in_database(self) -> Listing:
        """List the files of the database that hold a secret; raises NotChecked when they can't be searched."""
        if not self._service.project.has_file_database:
            raise NotChecked("The kit can search only databases that are SQLite files.")
        files = {self._service.database.path, *trees.files(self._service.data)}
        found, obstacle, left = [], "", SEARCHED
        for path in sorted(path for path in files if path.is_file()):
            try:
                content = handed_files.read(path, min(left, handed_files.LARGE))
            except OSError as error:
                obstacle = obstacle or f"{path.name} can't be searched for secrets: {error.strerror}."
                continue
            left -= len(content)
            found += [f"{name} in {path.name}" for name in self._named(content)]
        if obstacle and not found:
            raise NotChecked(obstacle, because="project")
        return self._listing(found, "file of the database with a secret in it")

    def _call_as_twilio(self, phone: Phone) -> None:
        valid = phone.write(words())
        self._expect("X-Twilio-Signature", phone.right_signature(valid))
        self._note("kit phone hello", lambda: phone.deliver(valid))
        forged = phone.write(words())
        self._expect("X-Twilio-Signature", phone.right_signature(forged))
        self._note("kit phone --forge wrong hello", lambda: phone.deliver(forged, token=words()))
        self._note("kit phone --forge missing hello", lambda: phone.deliver_unsigned(forged))
        nameless = tuple(pair for pair in phone.write(words()) if pair[0] != "MessageSid")
        self._expect("X-Twilio-Signature", phone.right_signature(nameless))
        self._note("a text message without MessageSid", lambda: phone.deliver(nameless))

    def _call_as_slack(self, channel: Channel) -> None:
        for text in ("recent 3", f"send {words()}", "help"):
            self._call_slack(f"kit slack '{text}'", channel, channel.body(text))
        forged = channel.body(f"send {words()}")
        self._call_slack("kit slack --forge wrong", channel, forged, {slack.SIGNATURE: f"v0={'0' * 64}"})
        self._call_slack("kit slack --forge missing", channel, forged, {slack.SIGNATURE: None})
        self._call_slack("kit slack --forge old", channel, forged, age=OLD)
        twice = channel.body(f"send {words()}")
        self._call_slack("kit slack, old and wrongly signed", channel, twice, {slack.SIGNATURE: f"v0={'0' * 64}"}, OLD)

    def _call_slack(
        self, asked: str, channel: Channel, body: bytes, other: Mapping[str, str | None] | None = None, age: float = 0
    ) -> None:
        right = slack.delivery(body, secret=channel.secret, age=age).headers
        if other or not age:  # a service may log the right signature that came with an old request, which it refuses
            self._expect("X-Slack-Signature", right[slack.SIGNATURE].removeprefix("v0="))
        headers = {name: value for name, value in {**right, **(other or {})}.items() if value is not None}
        self._note(asked, lambda: self._service.request("POST", slack.PATH, headers=headers, body=body))

    def _call_the_api(self) -> None:
        for path in ("/", "/messages", "/messages?limit=nonsense", "/no-such-path", twilio.PATH, slack.PATH):
            self._note(f"curl -i http://127.0.0.1:5000{path}", lambda path=path: self._service.get(path))  # type: ignore[misc]
        self._note("kit phone, with a body that is no form", lambda: self._post(twilio.PATH))
        self._note("kit slack, with a body that is no form", lambda: self._post(slack.PATH))

    def _post(self, path: str) -> Reply:
        return self._service.request("POST", path, json={"text": words()})

    def _note(self, asked: str, call: Callable[[], Reply]) -> None:
        self._answers.append((asked, call()))

    def _expect(self, header: str, value: str) -> None:
        """Add a signature to the secrets: the service computes it to compare, and must not let it out."""
        self._secrets.setdefault(f"an expected {header}", set()).update({value, quote(value, safe="")})

    def _named(self, content: bytes) -> Iterator[str]:
        for name, values in self._secrets.items():
            if any(value.encode() in content for value in values):
                yield name

    def _masked(self, line: bytes) -> str:
        for value in {value for values in self._secrets.values() for value in values}:
            line = line.replace(value.encode(), MASK.encode())
        return line.decode("utf-8", "replace")

    def _listing(self, found: list[str], what: str) -> Listing:
        return Listing(found, request="kit phone; kit slack; both signed, forged and broken", what=what)
