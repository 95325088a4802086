"""The environment variables of a learner's programs (clauses K1 and K2). They get no others."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from grader.project.config import Project

PASSED_ON = ("HOME", "TMPDIR")
LOOPBACK = "127.0.0.1,localhost"
ROUTE_TO_REGISTRIES = ("PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "NODE_EXTRA_CA", "NPM_CONFIG_", "CARGO_", "GOPROXY")
ELSEWHERE = ("TARGET", "PREFIX", "ROOT", "USER", "PYTHON", "ENVIRONMENT")
"""The last words of variables that send installed files to another place: `PIP_TARGET`, `UV_SYSTEM_PYTHON`."""
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C.utf8", "UTF-8")


def for_server(project: Project, *, port: int, data: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Build the environment of a server and of its `migrate`."""
    address = {"PORT": str(port), "DATABASE_URL": project.database_url(data)}
    return _base(project) | address | dict(more or {})


def for_client(project: Project, *, server_url: str) -> dict[str, str]:
    """Build the environment of a client."""
    return _base(project) | {"SERVER_URL": server_url}


def for_setup(project: Project, *, port: int, data: Path) -> dict[str, str]:
    """Build the environment of `setup`: the server's, and the variables with the way to this machine's registries."""
    route = {name: value for name, value in os.environ.items() if _leads_to_registry(name.upper())}
    theirs = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    direct = f"{LOOPBACK},{theirs}" if theirs else LOOPBACK
    return route | for_server(project, port=port, data=data) | {"NO_PROXY": direct, "no_proxy": direct}


def _leads_to_registry(name: str) -> bool:
    return name.endswith("_PROXY") or (name.startswith(ROUTE_TO_REGISTRIES) and not name.endswith(ELSEWHERE))


def _base(project: Project) -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {
        "PATH": search_path(project),
        "LC_ALL": utf8_locale(),
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
    }


def search_path(project: Project) -> str:
    """Return PATH with the project's virtual environment in front, so that `python` means the project's Python."""
    own = Path(sys.prefix)
    activated = [Path(os.environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)]
    candidates = [
        project.folder / ".venv",
        project.folder / "venv",
        *(path for path in activated if path.resolve() != own.resolve()),
        own,
    ]
    chosen = next(path for path in candidates if (path / "bin").is_dir() or path == own)
    folder = (chosen / "bin").resolve() if chosen != own else chosen / "bin"
    return os.pathsep.join([str(folder), os.environ.get("PATH") or os.defpath])


@cache
def utf8_locale() -> str:
    """Return the name of a UTF-8 locale that exists on this machine."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in LOCALES:
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return LOCALES[0]
