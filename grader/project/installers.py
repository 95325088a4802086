"""The programs that install packages, and the registries that these programs, their settings and lock files name."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.project import handed_files
from grader.project.config import Project

CLOSED = "http://127.0.0.1:0/"
"""A registry that nobody can reach, where the machine's settings allow none."""
LONGEST_FILE = 4_194_304
LONGEST_SCRIPT = 65_536
WIDE = {"COLUMNS": "2000"}
"""What keeps programs from breaking an address over two lines."""
ANY_URL = re.compile(r"(https?://[^\s'\"`<>()\[\]{},|]+)")
LOCKED = re.compile(
    r"(?m)^\W*(?:registry|npmRegistryServer|remote|url|source|distributionUrl)\b[^\n/]{0,40}?"
    r"(https?\\?://[^\s'\"`<>()\[\]{},|]+)"
)
"""A line of a lock file or of the settings of a project that names a registry."""


@dataclass(frozen=True)
class Installer:
    """Programs that install from one registry, and what tells its address."""

    programs: str
    variables: tuple[str, ...] = ()
    """The settings in the environment that name another registry."""
    asked: tuple[str, ...] = ()
    """The command that prints the address."""
    printed: re.Pattern[str] = ANY_URL
    """Where in its output the address is."""
    files: tuple[str, ...] = ()
    """The project's files that name it."""
    path: str = ""
    """What is asked for below the address."""


PIP = Installer(
    r"pip[\d.]*",
    asked=("python", "-I", "-m", "pip", "install", "--help"),
    printed=re.compile(r"--index-url <url> .*?\(default (\S+?)\)", re.DOTALL),
    path="pip/",
)
"""The help of pip shows the index that its settings name, or its own."""
UV = replace(
    PIP,
    programs="uv|uvx|poetry|pipenv|pdm|hatch|rye",
    variables=("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    files=("uv.lock",),
)
NPM = Installer(
    r"npm|npx|yarn|pnpm|bun|corepack",
    ("npm_config_registry", "NPM_CONFIG_REGISTRY", "YARN_NPM_REGISTRY_SERVER"),
    ("npm", "config", "get", "registry"),
    files=(".npmrc", ".yarnrc.yml"),
)
INSTALLERS = (
    PIP,
    UV,
    NPM,
    Installer("go", ("GOPROXY",), ("go", "env", "GOPROXY"), re.compile(r"(\S+)")),
    Installer("bundle|bundler|gem", ("BUNDLE_MIRROR__ALL",), ("gem", "sources"), files=("Gemfile.lock",)),
    Installer("mix|rebar3", ("HEX_MIRROR",), ("mix", "hex.repo", "list")),
    Installer("dotnet|nuget", (), ("dotnet", "nuget", "list", "source")),
    Installer("dart|flutter", ("PUB_HOSTED_URL",), files=("pubspec.lock",)),
    Installer("gradle|gradlew", (), files=("gradle/wrapper/gradle-wrapper.properties",)),
)
"""Programs of other languages name the host themselves when they can't reach it."""


def used(project: Project, output: str) -> list[Installer]:
    """List the installers that `setup` runs. Of several, take those that its output speaks of."""
    commands = " ".join(project.setup) + "\n" + "\n".join(_scripts(project))
    found = [one for one in INSTALLERS if speaks_of(one, commands)] or [
        one for one in INSTALLERS if speaks_of(one, output)
    ]
    return [one for one in found if speaks_of(one, output)] or found if len(found) > 1 else found


def speaks_of(installer: Installer, text: str) -> bool:
    """Tell whether a text names a program that installs."""
    return re.search(rf"(?<![\w.-])({installer.programs})(?![\w-])", text) is not None


def address(installer: Installer, project: Project, env: Mapping[str, str]) -> str:
    """Return the address to ask: that of the registry that the settings name, the machine's or the project's.

    Where they name none, the program itself says which one it takes. Empty if nobody knows.
    """
    return (
        _of_the_settings(installer, env, project.folder)
        or next(_of_the_files(installer, project.folder), "")
        or _of_the_program(installer, env, project.folder)
    )


def address_elsewhere(installer: Installer, env: Mapping[str, str]) -> str:
    """Return the address that holds for every project on this machine; empty if nobody knows it."""
    return _of_the_settings(installer, env, Path("/")) or _of_the_program(installer, env, Path("/"))


def names_host(project: Project, host: str) -> bool:
    """Tell whether a file of the project names a host, or its `setup` does."""
    return any(host in text for text in [" ".join(project.setup), *_texts(project.folder)])


def _of_the_settings(installer: Installer, env: Mapping[str, str], folder: Path) -> str:
    if installer is PIP and _has_no_index(env, folder):
        return CLOSED
    return _below(installer, next((env[name] for name in installer.variables if env.get(name)), ""))


def _of_the_files(installer: Installer, folder: Path) -> Iterator[str]:
    for name in installer.files:
        if found := LOCKED.search(_text(folder / name)):
            yield _below(installer, found[1].replace("\\", ""))


def _of_the_program(installer: Installer, env: Mapping[str, str], folder: Path) -> str:
    found = installer.printed.search(_said(installer.asked, env, folder)) if installer.asked else None
    return _below(installer, found[1]) if found else ""


def _below(installer: Installer, named: str) -> str:
    first = re.split(r"[,|]", named)[0].strip()
    if first == "off":
        return CLOSED
    return f"{first.rstrip('/')}/{installer.path}" if first.startswith("http") else ""


def _has_no_index(env: Mapping[str, str], folder: Path) -> bool:
    settings = _said(("python", "-I", "-m", "pip", "config", "list"), env, folder)
    return re.search(r"(?m)^\S*\.no-index='(1|true|yes|on)'", settings, re.IGNORECASE) is not None


def _said(argv: tuple[str, ...], env: Mapping[str, str], folder: Path) -> str:
    """Return what a program prints; empty if it can't be run. Without a `python` on PATH, the kit's own is asked."""
    for program in (argv[0], sys.executable) if argv[0] == "python" else argv[:1]:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            asked = subprocess.run(
                (program, *argv[1:]), cwd=folder, env={**env, **WIDE},
                stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False,
            )  # fmt: skip
            if asked.returncode == 0:
                return asked.stdout.decode("utf-8", "replace")
    return ""


def _scripts(project: Project) -> Iterator[str]:
    """Yield the scripts of the project that `setup` runs, as far as they can be told."""
    named = [word for word in project.setup if not word.startswith(("-", "/"))]
    if project.setup[0] == "make":
        named += ["Makefile", "makefile", "GNUmakefile"]
    for name in named:
        yield _text(project.folder / name, LONGEST_SCRIPT)


def _texts(folder: Path) -> Iterator[str]:
    """Yield the files at the top of a project and of the folders there, such as `requirements/base.txt`."""
    for pattern in ("*", "*/*"):
        for path in folder.glob(pattern):
            if path.relative_to(folder).parts[0] != ".git":
                yield _text(path)


def _text(path: Path, longest: int = LONGEST_FILE) -> str:
    with contextlib.suppress(OSError, ValueError):
        return handed_files.text(path, longest, errors="replace")
    return ""
