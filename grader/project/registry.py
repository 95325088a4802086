"""The package registry that a failed `setup` needed, and whether it can be reached from here."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from grader.project.config import Project
from grader.project.installers import CLOSED, INSTALLERS, PIP, address, address_elsewhere, names_host, used

PATIENCE = 8.0
"""Seconds within which a registry begins to answer."""
NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|getaddrinfo|nxdomain"
    r"|econnrefused|failed_connect|unknown ?host|no such host|name or service not known|name resolution|dns error"
    r"|host lookup|resolve (host|proxy)"
    r"|connection (refused|reset|error|broken|timed out)|timed? ?out|unreachable|max retries"
    r"|newconnectionerror|proxyerror|connect to proxy|tunnel connection|network (error|request|failure|is)|dial tcp"
    r"|(failed|could not|cannot|can't|unable) (to )?(fetch|download|connect|reach|transfer|access|retrieve)"
    r"|load the service index"
    r"|bad gateway|service unavailable|gateway time",
    re.IGNORECASE,
)
"""What programs say when they can't reach a server."""
URL = re.compile(r"https?://[^\s/'\"`<>()\[\]{},]+")
HOST = re.compile(
    r"(?:ENOTFOUND|EAI_AGAIN|(?:resolve|reach|unknown) ?host(?:exception)?:?|host=|lookup:?|connect to|host name: just"
    r"|to_address, ?\{~?c?)\s*['\"`]?([a-z0-9-]+(?:\.[a-z0-9-]+)+)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|dial tcp)\s+(\d+(?:\.\d+){3}:\d+)", re.IGNORECASE)


def out_of_reach(project: Project, output: str, env: Mapping[str, str]) -> str:
    """Return the host of the registry that a failed `setup` needed and that can't be reached; empty if none is.

    Its output names the host where a connection failed. Where it names none, the programs that `setup` runs say which
    registry they need. `env` is the environment of `setup`.
    """
    complaints = "\n".join(line for line in output.splitlines() if NETWORK.search(line))
    needed = [*_named(complaints)] or [address(one, project, env) for one in used(project, output)]
    if not any(needed) and (complaints or not output.strip()):
        needed = [address(PIP, project, env)]
    needed = [url for url in dict.fromkeys(needed) if url]
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
    for url in URL.findall(complaints):
        yield f"{url}/"
    for host in HOST.findall(complaints):
        yield f"https://{host}/"
    for number in ADDRESS.findall(complaints):
        yield f"http://{number}/"


def _is_invented(url: str, project: Project, env: Mapping[str, str]) -> bool:
    """Tell whether there is no such host anywhere: its name can't be found, while a registry answers to pip.

    Only a host that the project names can be invented. This machine's programs name hosts that exist, and so does a
    registry that sends them to another host.
    """
    host = urlsplit(url).hostname or ""
    try:
        socket.getaddrinfo(host, 80)
    except socket.gaierror as error:
        return error.errno == socket.EAI_NONAME and _is_the_projects_own(host, project, env)
    except (OSError, UnicodeError):
        pass
    return False


def _is_the_projects_own(host: str, project: Project, env: Mapping[str, str]) -> bool:
    if not names_host(project, host) or not answered(address(PIP, project, env), env):
        return False
    return host not in {urlsplit(address_elsewhere(one, env)).hostname for one in INSTALLERS}


def _shown(url: str) -> str:
    return "its settings allow none" if url == CLOSED else _host(url)


def _host(url: str) -> str:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    return ""
