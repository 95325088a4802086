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
ROUTE_TO_REGISTRIES = (
    "PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "GIT_SSL_CA", "NODE_EXTRA_CA", "NPM_CONFIG_", "YARN_NPM_",
    "CARGO_", "GOPROXY", "GOSUMDB", "GONOSUMDB", "BUNDLE_MIRROR", "HEX_MIRROR", "HEX_CACERTS", "PUB_HOSTED_URL",
)  # fmt: skip
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
    """Build the environment of `setup`: the server's, and the variables with the way to this machine's registries.

    No pip installs outside of a virtual environment: another one on PATH refuses instead.
    """
    route = {name: value for name, value in os.environ.items() if _leads_to_registry(name.upper())}
    theirs = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    direct = f"{LOOPBACK},{theirs}" if theirs else LOOPBACK
    own = {"NO_PROXY": direct, "no_proxy": direct, "PIP_REQUIRE_VIRTUALENV": "1", "PIP_USER": "0"}
    return route | for_server(project, port=port, data=data) | own


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
    """Return PATH with the project's virtual environment in front, so that `python` means the project's Python.

    A project that is `alone` sees no other: neither the kit's, nor one that somebody activated.
    """
    rest = os.environ.get("PATH") or os.defpath
    if project.alone:
        return os.pathsep.join([*_bins(own_environments(project)), *_without_environments(rest)])
    own = Path(sys.prefix)
    candidates = [*own_environments(project), *_activated(), own]
    return os.pathsep.join([_bins([path for path in candidates if (path / "bin").is_dir() or path == own])[0], rest])


def own_environments(project: Project) -> list[Path]:
    """List the virtual environments in the project's folder, the one that is used first.

    In a clean clone, the kit has made the `.venv`. A `venv` beside it was made by `setup`, so it is the one to use.
    """
    names = ("venv", ".venv") if project.alone else (".venv", "venv")
    return [project.folder / name for name in names if (project.folder / name / "bin").is_dir()]


def _activated() -> list[Path]:
    """List the environments that somebody has activated. The kit's own and conda's `base` are none."""
    places = []
    if active := os.environ.get("VIRTUAL_ENV"):
        places.append(Path(active))
    conda = os.environ.get("CONDA_PREFIX")
    if conda and not _is_base(Path(conda)):
        places.append(Path(conda))
    own = Path(sys.prefix).resolve()
    return [path for path in places if path.resolve() != own]


def _is_base(prefix: Path) -> bool:
    """Tell whether this is the `base` of conda, which is active in every shell without anybody's doing.

    It is the place where conda (or mamba) itself is installed.
    """
    program = os.environ.get("CONDA_EXE")
    roots = [os.environ.get(name) for name in ("MAMBA_ROOT_PREFIX", "CONDA_ROOT")]
    installed = [Path(root) for root in roots if root] + ([Path(program).parent.parent] if program else [])
    return (
        os.environ.get("CONDA_DEFAULT_ENV") in ("base", "root")
        or (prefix / "condabin").is_dir()
        or prefix.resolve() in [place.resolve() for place in installed]
    )


def _bins(environments: list[Path]) -> list[str]:
    own = Path(sys.prefix)
    return [str(path / "bin" if path == own else (path / "bin").resolve()) for path in environments]


def _without_environments(path: str) -> list[str]:
    """Leave the virtual environments out of a PATH. Other folders may hold the programs of any language."""
    hidden = {(Path(sys.prefix) / "bin").resolve()} if sys.prefix != sys.base_prefix else set()
    return [
        folder
        for folder in path.split(os.pathsep)
        if Path(folder).resolve() not in hidden and not (Path(folder).parent / "pyvenv.cfg").is_file()
    ]


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
