"""The state of the project at an earlier step, and the database that this old state wrote.

The old state is a tag of the project's repository, such as `step-2.5`, or else the folder `history/2.5/` in the
project. The stage says which steps it may be. The kit starts the old state and makes its database through its API. It
keeps the database in a cache, under the digest of the old state, so that a second run costs nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.chat import instant
from grader.chat.api import Chat
from grader.course import tag_of
from grader.errors import Failed, MachineError, NotChecked, ProjectError
from grader.project import config, dependencies, handed_files
from grader.project.config import Project
from grader.project.git import GitRepository
from grader.project.setup import installs_only, run_setup
from grader.project.virtual_environment import create_environment
from grader.service.server import Service
from grader.system import trees
from grader.system.cache import cache
from grader.system.kept import Kept
from grader.system.resources import Resources
from grader.testdata.payloads import LOOK_ALIKES, ZOO
from grader.testdata.random_values import words

HISTORY = Path("history")
MESSAGES = "messages.json"
SHOWN = "/tmp/old"  # noqa: S108 - only to be read
COUNT = 150
MISSING = (
    "There is no state of step {0} to migrate from. Where the project passed {0}, type: git tag {1} COMMIT; "
    "or copy that state into history/{0}/."
)
OTHER_DATABASE = "The kit cannot copy a database that lies outside of {data}."


@dataclass(frozen=True)
class OldData:
    """The database that the old state wrote.

    `data` is a copy of its `{data}` folder, `empty` one from before the first message. `messages` are the message
    objects that its API gave, the newest first.
    """

    data: Path
    empty: Path
    messages: tuple[dict[str, Any], ...]

    def had(self, name: str) -> bool:
        """Tell whether every message of the old state has a member of this name."""
        return all(name in message for message in self.messages)

    @property
    def had_times(self) -> bool:
        """Whether every message of the old state has a valid time, so that the project has no times to migrate."""
        return all(instant.read(message.get("created_at")) is not None for message in self.messages)


def old_data(
    project: Project, resources: Resources, new_service: Callable[..., Service], earlier_states: Sequence[str]
) -> OldData:
    """Find the old state of the project, and make its database unless the cache holds it.

    `earlier_states` are ids of steps. The old state is the first of them that has a tag in the repository. The last may
    instead be a folder in `history/`.

    Raises NotChecked when there is no old state, and Failed when it doesn't start or refuses messages.
    """
    if not re.search(r"\{data\}(?=$|[^A-Za-z0-9._-])", project.database):
        raise NotChecked(OTHER_DATABASE)
    state = _lay_out(project, resources.fresh_for_programs("old-state"), earlier_states)
    folder = resources.fresh("old-messages")
    base = cache("old-messages")
    if base is None:
        _make(state, project, folder, resources, new_service)
    else:
        kept = Kept(base / _key(state, project))
        if not _is_copied(kept, folder):
            with kept.locked() as usable:
                if not (usable and _is_copied(kept, folder)):
                    _make(state, project, folder, resources, new_service)
                    if usable:
                        kept.keep(folder)
    messages = json.loads((folder / MESSAGES).read_text("utf-8"))
    return OldData(folder / "data", folder / "empty", tuple(messages))


@dataclass(frozen=True)
class _State:
    """The files of an old state in `place`: their digest, the name of the state, and the commands that lead to it."""

    place: Path
    digest: str
    name: str
    way: tuple[str, ...]

    @contextmanager
    def named(self) -> Iterator[None]:
        """Say in a failure, or in why something is not checked, that it is about this state."""
        try:
            yield
        except Failed as failure:
            failure.actual = f"{self.name}: {failure.actual}"
            raise
        except NotChecked as obstacle:
            raise NotChecked(f"{self.name[0].upper()}{self.name[1:]}: {obstacle}", because=obstacle.because) from None


def _lay_out(project: Project, place: Path, earlier_states: Sequence[str]) -> _State:
    """Copy the files of the old state to `place`."""
    oldest = earlier_states[-1]
    with contextlib.suppress(NotChecked):
        repository = GitRepository(project.folder)
        for step in earlier_states:
            tag = tag_of(step)
            if digest := repository.state(tag, place):
                way = (f"rm -rf {SHOWN}", f"git clone -q -b {tag} . {SHOWN}", f"cd {SHOWN}")
                return _State(place, digest, f"the project's state of step {step} (tag {tag})", way)
    folder = project.folder / HISTORY / oldest
    if not folder.is_dir():
        raise NotChecked(MISSING.format(oldest, tag_of(oldest)), because="project")
    trees.copy(folder, place, shutil.ignore_patterns("__pycache__", ".git"))
    relative = HISTORY / oldest
    return _State(
        place, _digest(place), f"the project's state of step {oldest} (folder {relative}/)", (f"cd {relative}",)
    )


def _read(state: _State) -> Project:
    try:
        return replace(config.read(state.place), way=state.way)
    except ProjectError as error:
        raise Failed(str(error), expected="an earlier state that can be started", clause="K1") from None


def _key(state: _State, project: Project) -> str:
    """Name what the database depends on: the old state, and the packages that it ran with.

    Another project may have the same old state. It doesn't get a database that packages of this project wrote.
    """
    own = project.folder.resolve() if dependencies.has_packages(project.folder) else ""
    return hashlib.sha256(f"{state.digest} {own}".encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _is_copied(kept: Kept, folder: Path) -> bool:
    try:
        return kept.copy_to(folder)
    except OSError as error:
        raise MachineError(f"The kept messages can't be copied: {error.strerror or error}.") from None


def _make(
    state: _State, project: Project, folder: Path, resources: Resources, new_service: Callable[..., Service]
) -> None:
    with state.named():
        _make_database(_read(state), project.folder, folder, resources, new_service)


def _make_database(
    old: Project, today: Path, kept: Path, resources: Resources, new_service: Callable[..., Service]
) -> None:
    """Let the old state write its database with today's packages. If that fails, run its own `setup` and try again.

    `setup` may have to build a program. It runs with a new environment, as after a clean clone, because it could change
    today's packages. If today's environment leads to the project's own code, the kit runs `setup` at once: with today's
    packages, the old state would import today's code.
    """
    has_setup = bool(old.setup) and not installs_only(old)
    if not has_setup or not dependencies.leads_to(today):
        links = dependencies.link(today, old.folder)
        try:
            _write(old, kept, new_service)
        except Failed:
            if not has_setup:
                raise
            for link in links:
                link.unlink()
        else:
            return
    create_environment(old.folder / ".venv")
    own = replace(old, alone=True)
    run_setup(own, resources)
    _write(own, kept, new_service)


def _write(old: Project, kept: Path, new_service: Callable[..., Service]) -> None:
    """Let the old state write two databases: an empty one, and one with messages that are easy to get wrong."""
    empty, full = new_service(old), new_service(old)
    try:
        for service in (empty, full):
            service.launch()
        for service in (empty, full):
            service.ready()
        sent = [_send(Chat(full), text) for text in _texts()]
        for service in (empty, full):
            service.stop().in_time()
    except Failed:
        for service in (empty, full):
            service.kill()
        raise
    try:
        trees.copy(empty.data, kept / "empty", most=trees.DATA)
        trees.copy(full.data, kept / "data", most=trees.DATA)
    except OSError as error:
        raise NotChecked(f"{trees.NO_COPY}: {trees.why(error)}.", because="project") from None
    (kept / MESSAGES).write_text(json.dumps(sent[::-1]), "utf-8")


def _send(chat: Chat, text: str) -> dict[str, Any]:
    return {**chat.send(text).fields, "text": text}


def _texts() -> list[str]:
    """List the texts to send. The awkward ones come last, so that the first page after the migration holds them."""
    awkward = [*ZOO.values(), *LOOK_ALIKES, "x" * 2000]
    return [*(f"{words()} {number}" for number in range(COUNT - len(awkward))), *awkward]


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in trees.files(folder) if path.is_file()):
        with contextlib.suppress(OSError):
            content = handed_files.beginning(path, handed_files.LARGE)[0]
            total.update(os.fsencode(path.relative_to(folder)) + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()[:24]
