"""The package registry that a failed `setup` needed, and whether it can be reached from here."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from grader.project.config import Project

PATIENCE = 8.0
"""Seconds within which a registry begins to answer."""
LONGEST_SCRIPT = 65_536
CLOSED = "http://127.0.0.1:0/"
"""A registry that nobody can reach, where the machine's settings allow none."""


@dataclass(frozen=True)
class Registry:
    """A usual registry: the programs that install from it, an address that answers, and the settings for another."""

    programs: str
    url: str
    variables: tuple[str, ...] = ()
    path: str = ""
    """What is asked for below the address that a setting names."""


PYPI = Registry(
    r"pip[\d.]*|uv|uvx|poetry|pipenv|pdm|hatch|rye",
    "https://pypi.org/simple/pip/",
    ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "pip/",
)
NPM = Registry(
    r"npm|npx|yarn|pnpm|bun|corepack",
    "https://registry.npmjs.org/",
    ("npm_config_registry", "NPM_CONFIG_REGISTRY", "YARN_NPM_REGISTRY_SERVER"),
)
REGISTRIES = (
    PYPI,
    NPM,
    Registry("cargo", "https://index.crates.io/config.json"),
    Registry("go", "https://proxy.golang.org/", ("GOPROXY",)),
    Registry("bundle|bundler|gem", "https://rubygems.org/", ("BUNDLE_MIRROR__ALL",)),
    Registry("composer", "https://repo.packagist.org/packages.json"),
    Registry("mix|rebar3", "https://repo.hex.pm/", ("HEX_MIRROR",)),
    Registry("mvn|mvnw", "https://repo.maven.apache.org/maven2/"),
    Registry("gradle|gradlew|sbt|lein", "https://repo.maven.apache.org/maven2/"),
    Registry("dotnet|nuget", "https://api.nuget.org/v3/index.json"),
    Registry("dart|flutter", "https://pub.dev/", ("PUB_HOSTED_URL",)),
    Registry("cpan|cpanm|carton", "https://cpan.metacpan.org/"),
    Registry("luarocks", "https://luarocks.org/"),
    Registry("cabal|stack", "https://hackage.haskell.org/"),
    Registry("swift", "https://github.com/"),
)
ALSO_KNOWN = (
    "files.pythonhosted.org",
    "registry.yarnpkg.com",
    "static.crates.io",
    "sum.golang.org",
    "services.gradle.org",
)

NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|getaddrinfo|nxdomain"
    r"|econnrefused|failed_connect|unknown ?host|no such host|name or service not known|name resolution|dns error"
    r"|resolve (host|proxy)|connection (refused|reset|error|broken|timed out)|timed? ?out|unreachable|max retries"
    r"|newconnectionerror|proxyerror|connect to proxy|tunnel connection|network (error|request|failure|is)|dial tcp"
    r"|(failed|could not|cannot|can't|unable) (to )?(fetch|download|connect|reach|transfer|access|retrieve)"
    r"|load the service index"
    r"|bad gateway|service unavailable|gateway time",
    re.IGNORECASE,
)
"""What programs say when they can't reach a server."""
URL = re.compile(r"https?://[^\s/'\"`<>()\[\]{},]+")
HOST = re.compile(
    r"(?:ENOTFOUND|EAI_AGAIN|(?:resolve|reach|unknown) ?host(?:exception)?:?|host=|lookup|connect to)"
    r"\s*['\"`]?([a-z0-9-]+(?:\.[a-z0-9-]+)+)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|dial tcp)\s+(\d+(?:\.\d+){3}:\d+)", re.IGNORECASE)


def out_of_reach(project: Project, output: str, env: Mapping[str, str]) -> str:
    """Return the host of the registry that a failed `setup` needed and that can't be reached; empty if none is.

    Its output names the host where a connection failed. Where it names none, the programs that `setup` runs say which
    registry they need. `env` is the environment of `setup`.
    """
    complaints = "\n".join(line for line in output.splitlines() if NETWORK.search(line))
    needed = [*_named(complaints)] or [_address(one, project, env) for one in _used(project, output)]
    if not needed and (complaints or not output.strip()):
        needed = [_address(PYPI, project, env)]
    needed = list(dict.fromkeys(needed))
    if not needed:
        return ""
    with ThreadPoolExecutor(len(needed)) as pool:
        answers = list(pool.map(lambda url: answered(url, env), needed))
    missing = [url for url, came in zip(needed, answers, strict=True) if not came]
    return next((_shown(url) for url in missing if not _is_invented(url, project, env)), "")


def answered(url: str, env: Mapping[str, str]) -> bool:
    """Tell whether a server answers at a URL, on the way that `env` gives to programs.

    Any answer counts, but for those of a proxy that reaches nothing.
    """
    parts = urlsplit(url)
    bypassed = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined] # typeshed lacks it
    direct = bypassed(parts.netloc, {"no": env.get("no_proxy", "")})
    proxy = env.get(f"{parts.scheme}_proxy") or env.get(f"{parts.scheme.upper()}_PROXY") or env.get("ALL_PROXY")
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # nothing of the answer is used
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({parts.scheme: proxy} if proxy and not direct else {}),
        urllib.request.HTTPSHandler(context=trusting),
    )
    try:
        opener.open(url, timeout=PATIENCE).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code not in (407, 502, 503, 504)
    except (OSError, ValueError):
        return False
    except Exception:  # noqa: BLE001 - whatever speaks no HTTP there is no registry
        return False
    return True


def _named(complaints: str) -> Iterator[str]:
    """Yield the addresses that complaints about the network name."""
    known = {_host(one.url): one.url for one in REGISTRIES}
    for url in URL.findall(complaints):
        yield known.get(_host(url), f"{url}/")
    for host in HOST.findall(complaints):
        yield known.get(host, f"https://{host}/")
    for address in ADDRESS.findall(complaints):
        yield f"http://{address}/"
    for host in [*known, *ALSO_KNOWN]:
        if host in complaints:
            yield known.get(host, f"https://{host}/")


def _used(project: Project, output: str) -> list[Registry]:
    """List the registries of the programs that `setup` runs. Of several, take those that its output speaks of."""
    commands = " ".join(project.setup) + "\n" + "\n".join(_scripts(project))
    used = [one for one in REGISTRIES if _speaks_of(one, commands)] or [
        one for one in REGISTRIES if _speaks_of(one, output)
    ]
    return [one for one in used if _speaks_of(one, output)] or used if len(used) > 1 else used


def _speaks_of(registry: Registry, text: str) -> bool:
    return re.search(rf"(?<![\w.-])({registry.programs})(?![\w-])", text) is not None


def _scripts(project: Project) -> Iterator[str]:
    """Yield the scripts of the project that `setup` runs, as far as they can be told."""
    named = [word for word in project.setup if not word.startswith(("-", "/"))]
    if project.setup[0] == "make":
        named += ["Makefile", "makefile", "GNUmakefile"]
    for name in named:
        with contextlib.suppress(OSError, ValueError):
            path = project.folder / name
            if path.is_file() and path.stat().st_size <= LONGEST_SCRIPT:
                yield path.read_text("utf-8", "replace")


def _address(registry: Registry, project: Project, env: Mapping[str, str]) -> str:
    """Return the address to ask: that of the registry that the settings name, the machine's or the project's."""
    named = next((env[name] for name in registry.variables if env.get(name)), "")
    if registry is PYPI and not named:
        named = _index_of_pip(project, env)
    if registry is NPM and not named:
        named = _registry_of_npm([project.folder, Path(env.get("HOME") or "/")])
    first = re.split(r"[,|]", named)[0]
    if first in ("off", "direct"):
        return CLOSED if first == "off" else "https://github.com/"
    return f"{first.rstrip('/')}/{registry.path}" if first.startswith("http") else registry.url


def _index_of_pip(project: Project, env: Mapping[str, str]) -> str:
    """Ask pip for its configured index: `off` where its settings allow none, empty where they name none."""
    argv = ["python", "-I", "-m", "pip", "config", "list"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        asked = subprocess.run(
            argv, cwd=project.folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
        settings = asked.stdout.decode("utf-8", "replace")
        if re.search(r"(?m)^\S*\.no-index='(1|true|yes|on)'", settings, re.IGNORECASE):
            return "off"
        if found := re.findall(r"(?m)^\S*\.index-url='(.+)'", settings):
            return str(found[-1])
    return ""


def _registry_of_npm(folders: list[Path]) -> str:
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):
            if found := re.search(r"(?m)^\s*registry\s*=\s*(\S+)", (folder / ".npmrc").read_text("utf-8")):
                return found[1].strip("\"'")
    return ""


def _is_invented(url: str, project: Project, env: Mapping[str, str]) -> bool:
    """Tell whether there is no such host anywhere: its name can't be found, while a usual registry answers."""
    host = _host(url)
    if host in {_host(one.url) for one in REGISTRIES} or host in ALSO_KNOWN:
        return False
    try:
        socket.getaddrinfo(host.partition(":")[0], 80)
    except socket.gaierror as error:
        return error.errno == socket.EAI_NONAME and answered(_address(PYPI, project, env), env)
    except (OSError, UnicodeError):
        pass
    return False


def _shown(url: str) -> str:
    return "its settings allow none" if url == CLOSED else _host(url)


def _host(url: str) -> str:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    return ""
