"""Which registry a failed `setup` needed, found out on loopback: fake registries, and ports where nobody listens."""

import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.project import environment, registry
from grader.project.registry import NPM, PYPI
from grader.system.ports import refusing
from tests import service_file

NPM_SAYS = "npm error code ECONNREFUSED\nnpm error network request to {0}/express failed, reason: connect ECONNREFUSED"
OUT_OF_STEP = "npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json is in sync"


@contextmanager
def serving(status=200):
    """Run a server that answers everything with one status, and give its URL."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def nobody():
    """Give the URL of a registry that is out of reach."""
    with refusing() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def somebody():
    """Give the URL of a registry that answers."""
    with serving() as url:
        yield url


@pytest.fixture
def out_of_reach(tmp_path, monkeypatch):
    """Ask about a failed `setup`: `out_of_reach("npm ci", output, npm=URL, pypi=URL, NAME=value)`."""

    def ask(setup, output, *, pypi="", npm="", files=None, **env):
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        project = service_file.write(tmp_path / "project", server={"setup": setup})
        for name, content in (files or {}).items():
            (project.folder / name).write_text(content)
        named = {"UV_DEFAULT_INDEX": pypi, "npm_config_registry": npm}
        base = environment.for_setup(project, port=1, data=Path("/x"))
        base = {name: value for name, value in base.items() if not name.lower().endswith("_proxy")}
        return registry.out_of_reach(project, output, {**base, **{n: v for n, v in named.items() if v}, **env})

    return ask


def host(url):
    return url.removeprefix("http://")


@pytest.mark.parametrize(
    "setup", ["npm ci", "npm install", "yarn install", "pnpm i --frozen-lockfile", "sh setup.sh", "make"]
)
def test_npms_registry_is_out_of_reach_and_pypi_is_there(out_of_reach, nobody, somebody, setup):
    files = {"setup.sh": "set -e\nnpm ci\n", "Makefile": "all:\n\tnpm ci\n"}

    assert out_of_reach(setup, "", npm=nobody, pypi=somebody, files=files) == host(nobody)


def test_pypi_is_out_of_reach_and_npm_says_that_two_files_differ(out_of_reach, nobody, somebody):
    assert out_of_reach("npm ci", OUT_OF_STEP, npm=somebody, pypi=nobody) == ""


def test_npmrc_of_the_project_names_the_registry(out_of_reach, nobody, somebody):
    files = {".npmrc": f"fund=false\nregistry={nobody}/\n"}

    assert out_of_reach("npm ci", "", pypi=somebody, files=files) == host(nobody)


@pytest.mark.parametrize(
    "setup", ["pip install -r requirements.txt", "python -m pip install .", "uv sync", "pip3.11 install x"]
)
def test_pypi_is_what_programs_of_python_need(out_of_reach, nobody, somebody, setup):
    assert out_of_reach(setup, "No matching distribution", pypi=nobody, npm=somebody) == host(nobody)
    assert out_of_reach(setup, "No matching distribution", pypi=somebody, npm=nobody) == ""


def test_of_two_programs_the_one_that_speaks_last_counts(out_of_reach, nobody, somebody):
    both = ["sh", "-c", "pip install -r requirements.txt && npm ci"]

    assert out_of_reach(both, OUT_OF_STEP, npm=somebody, pypi=nobody) == ""
    assert out_of_reach(both, "ERROR: pip found no version", npm=somebody, pypi=nobody) == host(nobody)


SAID = [
    NPM_SAYS.format("URL"),
    "error: Failed to fetch: `URL/simple/flask/`\n  Caused by: dns error",
    "fatal: unable to access 'URL/x.git/': Could not connect",
    'go: example.test/x: Get "URL/x/@v/list": dial tcp: connection refused',
    "Could not transfer artifact x:y:1 from central (URL/maven2/): Connect timed out",
    "curl error 7 while downloading URL/packages.json: Failed to connect",
    "connect ECONNREFUSED ADDRESS",
]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("setup", ["./install", "cargo fetch"])
def test_the_host_that_the_output_names_counts_whatever_the_program(out_of_reach, nobody, somebody, said, setup):
    said_here = said.replace("URL", nobody).replace("ADDRESS", host(nobody))
    assert out_of_reach(setup, said_here, pypi=somebody) == host(nobody)

    said_there = said.replace("URL", somebody).replace("ADDRESS", host(somebody))
    assert out_of_reach(setup, said_there, pypi=nobody, npm=nobody) == ""


@pytest.mark.parametrize("said", ["main.c:3: error: expected ';'", "Traceback (most recent call last):\nKeyError: 'x'"])
def test_a_failure_that_is_not_about_the_network_needs_no_registry(out_of_reach, nobody, said):
    assert out_of_reach("./build.sh", said, pypi=nobody, npm=nobody) == ""


def test_a_page_that_is_only_recommended_is_no_registry(out_of_reach, nobody, somebody):
    said = f"npm error A complete log is in x\nnpm notice see {nobody}/help\n{OUT_OF_STEP}"

    assert out_of_reach("npm ci", said, npm=somebody) == ""


@pytest.mark.parametrize("said", ["", "the connection timed out"])
def test_a_program_that_nobody_knows_may_need_any_registry(out_of_reach, nobody, somebody, said):
    assert out_of_reach("./install", said, pypi=nobody) == host(nobody)
    assert out_of_reach("./install", said, pypi=somebody) == ""


def test_a_host_that_is_nowhere_is_the_projects_own_mistake(out_of_reach, somebody):
    said = "npm error getaddrinfo ENOTFOUND registry.example.invalid"

    assert out_of_reach("npm ci", said, npm=somebody, pypi=somebody) == ""


def test_settings_of_pip_that_allow_no_registry(out_of_reach):
    assert out_of_reach("pip install x", "none", PIP_NO_INDEX="1") == "its settings allow none"


def test_goproxy_may_be_off(out_of_reach, nobody):
    assert out_of_reach("go mod download", "go: failed", GOPROXY="off") == "its settings allow none"
    assert out_of_reach("go mod download", "go: failed", GOPROXY=f"{nobody}|direct") == host(nobody)


@pytest.mark.parametrize(("status", "answers"), [(200, True), (404, True), (403, True), (502, False), (504, False)])
def test_a_proxy_that_reaches_nothing_is_no_answer(status, answers):
    with serving(status) as proxy:
        env = {"http_proxy": proxy, "no_proxy": "127.0.0.1,localhost"}

        assert registry.answered("http://registry.example.test/", env) is answers


def test_loopback_is_asked_without_the_proxy(nobody, somebody):
    env = {"http_proxy": nobody, "no_proxy": "127.0.0.1,localhost"}

    assert registry.answered(f"{somebody}/", env)


@pytest.mark.parametrize("one", registry.REGISTRIES, ids=lambda one: one.programs)
def test_every_usual_registry_is_known_by_the_program_and_by_the_host(one):
    program = one.programs.partition("|")[0].replace(r"[\d.]*", "")

    assert registry._speaks_of(one, f"sh -c '{program} install'")
    assert one.url in registry._named(f"Could not resolve host: {registry._host(one.url)}")


def test_words_that_only_begin_alike_are_other_programs():
    assert not registry._speaks_of(PYPI, "pipe pip-tools-free ./my.pip")
    assert not registry._speaks_of(NPM, "npm-run.sh")
