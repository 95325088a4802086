"""A learner's project: its folder, and the commands in its service.toml."""

from __future__ import annotations

import errno
import os
import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import ProjectError, UsageError
from grader.project import handed_files

FILE = "service.toml"
DEFAULT_DATABASE = "sqlite:///{data}/app.db"
SQLITE = re.compile(r"sqlite(?:\+[A-Za-z0-9_.-]+)?:///(.*)", re.DOTALL)
SOME_FOLDER = Path("/data")
LONGEST_START = 120.0

KEYS = {
    "server": ("command", "setup", "migrate", "start_timeout_s"),
    "client": ("command",),
    "database": ("url", "inspect"),
    "load": ("reads", "writes", "mixed"),
}


@dataclass(frozen=True)
class Project:
    """The content of a service.toml. A command is a list of arguments; the kit runs it in `folder`, without a shell.

    `alone` says that no environment but the project's own is visible, as after a clean clone. `way` are the commands
    that lead from the learner's folder to this one, where it is another.
    """

    folder: Path
    server: tuple[str, ...]
    setup: tuple[str, ...]
    migrate: tuple[str, ...]
    start_timeout: float
    client: tuple[str, ...]
    database: str
    inspect: tuple[str, ...]
    load: Mapping[str, tuple[str, ...]]
    alone: bool = False
    way: tuple[str, ...] = ()

    @property
    def has_file_database(self) -> bool:
        """Whether the database is an SQLite file that the kit can open by itself."""
        return sqlite_path(self.database_url(SOME_FOLDER)) is not None and not self.inspect

    @property
    def has_new_databases(self) -> bool:
        """Whether each data folder has a database of its own."""
        return "{data}" in self.database

    def database_url(self, data: Path) -> str:
        return self.database.replace("{data}", str(data))

    def typed(self, line: str) -> str:
        """Write a line so that a person can paste it in the learner's folder."""
        return f"( {' && '.join([*self.way, line])} )" if self.way else line

    def fill(self, command: tuple[str, ...], port: int, data: Path) -> list[str]:
        """Fill `{port}` and `{data}` into a command."""
        return [word.replace("{port}", str(port)).replace("{data}", str(data)) for word in command]


def sqlite_path(url: str) -> str | None:
    """Return the path in the URL of an SQLite file; None for another database.

    All that follows the third slash is the path. A driver may stand after the scheme, as SQLAlchemy writes it:
    `sqlite+aiosqlite:///`.
    """
    found = SQLITE.fullmatch(url)
    return found[1] if found else None


def find(folder: Path) -> Path:
    """Return a project's folder, resolved; raises UsageError when it doesn't exist or can't be read."""
    try:
        if not folder.exists():
            raise UsageError(f'There is no folder "{folder}".')
        if not folder.is_dir():
            raise UsageError(f'"{folder}" is a file; name the folder of a project.')
        next(folder.iterdir(), None)
        if not os.access(folder, os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return folder.resolve()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f'The folder "{folder}" cannot be read: {reason}.') from None


def read(folder: Path) -> Project:
    """Read and validate a project's service.toml.

    Raises ProjectError, with one sentence, for a missing or empty file, for broken TOML (with its line), for an unknown
    key (with a suggestion), and for a value of the wrong type.
    """
    tables = _tables(_parse(folder / FILE))
    server, database = tables["server"], tables["database"]
    if "command" not in server:
        raise ProjectError(f"{FILE} does not say how to start the server: add command = [...] under [server].")
    return Project(
        folder=folder,
        server=_command("server.command", server["command"], required=True),
        setup=_command("server.setup", server.get("setup", "")),
        migrate=_command("server.migrate", server.get("migrate", "")),
        start_timeout=_seconds("server.start_timeout_s", server.get("start_timeout_s", 20)),
        client=_command("client.command", tables["client"].get("command", "")),
        database=_text("database.url", database.get("url", DEFAULT_DATABASE)),
        inspect=_command("database.inspect", database.get("inspect", "")),
        load={name: _command(f"load.{name}", value) for name, value in tables["load"].items()},
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):  # reading a pipe could wait without end
            raise ProjectError(f"{FILE} is {'a folder' if stat.S_ISDIR(kind) else 'no plain file'}; it must be a file.")
        text = handed_files.text(path)
    except FileNotFoundError:
        raise ProjectError(f'There is no {FILE} in "{path.parent}": it says how your server is started.') from None
    except OSError as error:
        raise ProjectError(f"{FILE} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except UnicodeDecodeError:
        raise ProjectError(f"{FILE} is not UTF-8 text: save it as UTF-8.") from None
    if not text.strip():
        raise ProjectError(f"{FILE} is empty: it must say how your server is started, under [server].")
    try:
        return handed_files.parse(text)
    except ValueError as error:
        raise ProjectError(f"{FILE} is not valid TOML: {error}.") from None


def _tables(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    for name, table in data.items():
        if name not in KEYS:
            raise ProjectError(_unknown_at_top(name, table))
        if not isinstance(table, dict):
            raise ProjectError(f'"{name}" in {FILE} must be a table: write [{name}] on a line of its own.')
        for key in table:
            if key not in KEYS[name]:
                raise ProjectError(_unknown(key, list(KEYS[name]), "key", f" under [{name}]"))
    return {name: data.get(name, {}) for name in KEYS}


def _unknown_at_top(word: str, value: Any) -> str:
    owners = [f"[{table}]" for table, keys in KEYS.items() if word in keys]
    if owners and not isinstance(value, dict):
        return f'{FILE} has "{word}" outside of any table; put it below {" or ".join(owners)}.'
    return _unknown(word, list(KEYS), "table" if isinstance(value, dict) else "key")


def _unknown(word: str, known: list[str], kind: str, place: str = "") -> str:
    import difflib  # only a wrong word needs it

    near = difflib.get_close_matches(word, known, n=1)
    remedy = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
    return f'{FILE} has an unknown {kind} "{word}"{place}; {remedy}'


def _command(name: str, value: Any, *, required: bool = False) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            words = shlex.split(value)
        except ValueError as error:
            raise ProjectError(f"{name} in {FILE} cannot be split into words: {error}.") from None
    elif isinstance(value, list) and all(isinstance(word, str) for word in value):
        words = value
    else:
        raise ProjectError(f"{name} in {FILE} must be a string or a list of strings.")
    if any("\0" in word for word in words):
        raise ProjectError(f"{name} in {FILE} contains a NUL character.")
    if required and (not words or not words[0]):
        raise ProjectError(f"{name} in {FILE} is empty: it must say how to start the server.")
    return tuple(words)


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_START:
        raise ProjectError(f"{name} in {FILE} must be a number of seconds, above 0 and at most {LONGEST_START:.0f}.")
    return float(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or "://" not in value or "\0" in value:
        raise ProjectError(f'{name} in {FILE} must be a URL such as "{DEFAULT_DATABASE}".')
    return value
