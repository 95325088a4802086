"""Which registry a failed `setup` needed, found out on loopback: fake registries, and ports where nobody listens."""

import http.server
import os
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from grader.project import environment, installers, registry
from grader.project.installers import INSTALLERS, NPM, PIP, UV
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
            (project.folder / name).parent.mkdir(exist_ok=True)
            (project.folder / name).write_text(content)
        named = {"PIP_INDEX_URL": pypi, "UV_DEFAULT_INDEX": pypi, "npm_config_registry": npm}
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


WORDINGS = [
    "npm error network request failed, reason: getaddrinfo ENOTFOUND HOST",
    "npm error getaddrinfo EAI_AGAIN HOST",
    "HTTPSConnectionPool(host='HOST', port=443): Max retries exceeded with url: /simple/flask/",
    "warning: spurious network error: [6] Couldn't resolve host name (Could not resolve host: HOST)",
    'go: example.test/x@v1: Get "https://HOST/x/@v/list": dial tcp: lookup HOST: no such host',
    "Could not reach host HOST. Check your network connection and try again.",
    "curl error 6 while downloading https://HOST/packages.json: Could not resolve host: HOST",
    '{:failed_connect, [{:to_address, {~c"HOST", 443}}, {:inet, [:inet], :nxdomain}]}',
    "Could not transfer artifact x:y:1 from central: Unknown host HOST: Name or service not known",
    "java.net.UnknownHostException: HOST",
    "error NU1301: Unable to load the service index for source https://HOST/v3/index.json.",
    "Got socket error trying to find package x. Failed host lookup: 'HOST' (errno = -2)",
    'getAddrInfo (called with preferred socket type, host name: Just "HOST"): does not exist, name resolution',
    "fatal: unable to access 'https://HOST/x/y.git/': Could not resolve host: HOST",
]


@pytest.mark.parametrize("wording", WORDINGS)
def test_the_host_is_found_in_what_programs_of_many_languages_say(wording):
    assert registry.NETWORK.search(wording)
    assert set(registry._named(wording.replace("HOST", "packages.example.test"))) == {"https://packages.example.test/"}


@pytest.mark.parametrize("one", INSTALLERS, ids=lambda one: one.programs)
def test_an_installer_is_known_by_its_programs_and_not_by_words_that_begin_alike(one):
    programs = one.programs.replace(r"[\d.]*", "").split("|")

    assert all(installers.speaks_of(one, f"sh -c '{program} install'") for program in programs)
    assert not any(installers.speaks_of(one, f"{program}zz ./my.{program} {program}-run.sh") for program in programs)


def test_pip_says_itself_which_index_it_takes(tmp_path):
    project = service_file.write(tmp_path / "project")
    env = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull}

    theirs = installers.address(PIP, project, env)
    other = installers.address(PIP, project, env | {"PIP_INDEX_URL": "http://127.0.0.1:9/a/simple"})

    assert urlsplit(theirs).scheme == "https"
    assert urlsplit(theirs).path == "/simple/pip/"
    assert other == "http://127.0.0.1:9/a/simple/pip/"
    assert installers.address(UV, project, env) == theirs
    assert installers.address_elsewhere(PIP, env) == theirs


def test_without_python_on_path_the_kits_own_pip_is_asked(tmp_path):
    project = service_file.write(tmp_path / "project")

    assert installers.address(PIP, project, {"PATH": str(tmp_path)}).endswith("/pip/")


def a_program(folder, name, *, prints):
    """Write a program that prints its arguments' answer, as an installer does that is asked for its settings."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{prints}'\n")
    (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("program", "prints", "address"),
    [
        ("npm", "https://npm.example.test/", "https://npm.example.test/"),
        ("go", "https://go.example.test,direct", "https://go.example.test/"),
        ("go", "off", installers.CLOSED),
        ("go", "direct", ""),
        ("gem", "*** CURRENT SOURCES ***\n\nhttps://gems.example.test/", "https://gems.example.test/"),
        ("dotnet", "  1.  nuget [Enabled]\n      https://nuget.example.test/v3", "https://nuget.example.test/v3/"),
    ],
)
def test_other_programs_say_it_too(tmp_path, program, prints, address):
    project = service_file.write(tmp_path / "project")
    one = next(one for one in INSTALLERS if installers.speaks_of(one, program))
    env = {"PATH": f"{a_program(tmp_path / 'bin', program, prints=prints)}:/usr/bin:/bin"}

    assert installers.address(one, project, env) == address
    assert installers.address_elsewhere(one, env) == address


@pytest.mark.parametrize(
    ("program", "name", "content"),
    [
        ("uv", "uv.lock", 'version = 1\n[[package]]\nname = "x"\nsource = { registry = "URL" }\n'),
        ("npm", ".npmrc", "fund=false\n@other:registry=https://other.example.test\nregistry=URL\n"),
        ("yarn", ".yarnrc.yml", 'nodeLinker: node-modules\nnpmRegistryServer: "URL"\n'),
        ("bundle", "Gemfile.lock", "GEM\n  remote: URL/\n  specs:\n"),
        ("dart", "pubspec.lock", 'packages:\n  x:\n    description:\n      url: "URL"\n'),
        ("gradle", "gradle/wrapper/gradle-wrapper.properties", r"distributionUrl=https\://one.example.test" + "\n"),
    ],
)
def test_the_files_of_a_project_name_its_registry(tmp_path, program, name, content):
    project = service_file.write(tmp_path / "project")
    path = project.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content.replace("URL", "https://one.example.test"))
    one = next(one for one in INSTALLERS if installers.speaks_of(one, program))

    assert installers.address(one, project, {"PATH": ""}) == f"https://one.example.test/{one.path}"


def test_a_program_that_is_not_there_names_nothing(tmp_path):
    assert installers.address(NPM, service_file.write(tmp_path / "project"), {"PATH": str(tmp_path)}) == ""


# hosts that don't exist


NOWHERE = "registry.example.invalid"


@pytest.mark.parametrize(
    "files",
    [
        {".npmrc": f"registry=https://{NOWHERE}/"},
        {"package.json": f'{{"dependencies": {{"x": "https://{NOWHERE}/x.tgz"}}}}'},
        {"requirements/base.txt": f"x @ git+https://{NOWHERE}/x"},
    ],
)
def test_a_host_that_is_nowhere_and_that_the_project_names_is_its_own_mistake(out_of_reach, somebody, files):
    said = f"npm error getaddrinfo ENOTFOUND {NOWHERE}"

    assert out_of_reach("npm ci", said, npm=somebody, pypi=somebody, files=files) == ""


def test_a_host_that_setup_itself_names_is_the_projects_own_mistake(out_of_reach, somebody):
    setup = f"npm ci --registry=https://{NOWHERE}"

    assert out_of_reach(setup, f"npm error getaddrinfo ENOTFOUND {NOWHERE}", npm=somebody, pypi=somebody) == ""


def test_a_host_to_which_a_registry_sends_is_out_of_reach(out_of_reach, somebody):
    said = f"HTTPSConnectionPool(host='{NOWHERE}', port=443): Max retries exceeded"

    assert out_of_reach("pip install x", said, pypi=somebody) == NOWHERE


def test_the_registry_of_this_machine_is_out_of_reach_though_the_project_names_it_too(out_of_reach, somebody):
    files = {"package-lock.json": f'"resolved": "https://{NOWHERE}/x.tgz"'}
    said = f"npm error getaddrinfo ENOTFOUND {NOWHERE}"

    assert out_of_reach("npm ci", said, npm=f"https://{NOWHERE}", pypi=somebody, files=files) == NOWHERE


def test_no_host_counts_as_invented_while_no_registry_answers(out_of_reach, nobody):
    files = {".npmrc": f"registry=https://{NOWHERE}/"}

    assert out_of_reach("npm ci", f"getaddrinfo ENOTFOUND {NOWHERE}", pypi=nobody, files=files) == NOWHERE
