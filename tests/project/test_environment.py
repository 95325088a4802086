import json
import locale
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.project import environment
from grader.system.process import Process
from tests import service_file

SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
NEUTRAL = {
    "LC_ALL": environment.utf8_locale(),
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
    "PYTHONUNBUFFERED": "1",
    "TZ": "UTC",
}
NOT_FOR_LEARNERS = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": "/nowhere",
    "WERKZEUG_RUN_MAIN": "true",
    "PYTEST_CURRENT_TEST": "x",
    "KIT_ANYTHING": "x",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "PORT": "1",
    "DATABASE_URL": "sqlite:////somebody/elses",
    "SERVER_URL": "http://somebody.else",
    "TZ": "Asia/Kolkata",
    "LC_ALL": "C",
    "LANG": "de_DE.UTF-8",
    "FLASK_DEBUG": "1",
    "VIRTUAL_ENV_PROMPT": "x",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project, and put into the caller's environment all that a learner's program must not get."""
    for name, value in NOT_FOR_LEARNERS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", "/tmp")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    for name in ("CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_EXE", "CONDA_ROOT", "MAMBA_ROOT_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    return service_file.write(tmp_path / "project")


def seen_by(env: dict[str, str], cwd: Path) -> dict[str, str]:
    """Return the environment that a program gets."""
    process = Process([sys.executable, "-I", "-c", SHOW], cwd=cwd, env=env, mark="A=B")
    process.wait(20)
    process.kill()
    seen = json.loads(process.output.text)
    seen.pop("LC_CTYPE", None)  # Python itself sets it in a C locale
    return seen


def test_exactly_this_reaches_a_server(project, tmp_path):
    env = environment.for_server(project, port=5001, data=Path("/data"), more={"TIMING": "on", "TZ": "Asia/Kolkata"})

    assert seen_by(env, project.folder) == NEUTRAL | {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TMPDIR": "/tmp",
        "PORT": "5001",
        "DATABASE_URL": "sqlite:////data/app.db",
        "TIMING": "on",
        "TZ": "Asia/Kolkata",
    }


def test_exactly_this_reaches_a_client(project, tmp_path):
    env = environment.for_client(project, server_url="http://127.0.0.1:5001/")

    assert seen_by(env, project.folder) == NEUTRAL | {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TMPDIR": "/tmp",
        "SERVER_URL": "http://127.0.0.1:5001/",
    }


def test_what_is_not_there_is_not_invented(project, monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("TMPDIR")

    env = environment.for_client(project, server_url="http://127.0.0.1:5001")

    assert env.keys() == NEUTRAL.keys() | {"PATH", "SERVER_URL"}


def test_the_locale_exists_here_and_is_utf8():
    before = locale.setlocale(locale.LC_CTYPE)

    name = environment.utf8_locale.__wrapped__()

    argv, env = ["locale", "charmap"], {"LC_ALL": name, "PATH": os.environ["PATH"]}
    asked = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
    assert (asked.stdout, asked.stderr) == ("UTF-8\n", "")
    assert locale.setlocale(locale.LC_CTYPE) == before


# setup


def test_setup_knows_the_way_to_the_registries_and_the_server_does_not(project, monkeypatch):
    route = {
        "PIP_INDEX_URL": "http://127.0.0.1:3141/simple",
        "PIP_CERT": "/ca.pem",
        "PIP_FIND_LINKS": "/wheels",
        "UV_DEFAULT_INDEX": "http://127.0.0.1:3141/simple",
        "SSL_CERT_FILE": "/ca.pem",
        "REQUESTS_CA_BUNDLE": "/ca.pem",
        "NODE_EXTRA_CA_CERTS": "/ca.pem",
        "npm_config_registry": "http://127.0.0.1:4873",
        "CARGO_HTTP_CAINFO": "/ca.pem",
        "GOPROXY": "http://127.0.0.1:3000",
        "http_proxy": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }
    for name, value in route.items():
        monkeypatch.setenv(name, value)

    for_setup = environment.for_setup(project, port=5001, data=Path("/data"))
    for_server = environment.for_server(project, port=5001, data=Path("/data"))

    assert {name: for_setup.get(name) for name in route} == route
    assert for_server.keys().isdisjoint(route)
    assert {name: value for name, value in for_setup.items() if name in for_server} == for_server


@pytest.mark.parametrize(
    "name",
    "PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_PYTHON UV_PYTHON UV_PROJECT_ENVIRONMENT npm_config_prefix".split(),
)
def test_setup_is_not_sent_elsewhere(project, monkeypatch, name):
    monkeypatch.setenv(name, "/somewhere/else")

    assert environment.for_setup(project, port=5001, data=Path("/data")).get(name) in (None, "0")


def test_setup_reaches_a_registry_that_is_not_behind_the_proxy(project, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "registry.internal")
    monkeypatch.setenv("no_proxy", "registry.internal")

    env = environment.for_setup(project, port=5001, data=Path("/data"))

    assert env["NO_PROXY"] == env["no_proxy"] == "127.0.0.1,localhost,registry.internal"


# PATH


def an_environment(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    return folder


def first(project) -> str:
    """Return the first folder of PATH."""
    path = environment.search_path(project)
    assert path.endswith(":/usr/bin:/bin")
    return path.removesuffix(":/usr/bin:/bin")


def test_without_any_environment_python_is_the_kits(project):
    assert first(project) == f"{sys.prefix}/bin"


def test_the_kits_own_activated_environment_counts_as_none(project, monkeypatch, tmp_path):
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix + "/")
    assert first(project) == f"{sys.prefix}/bin"

    monkeypatch.setenv("CONDA_PREFIX", str(an_environment(tmp_path / "conda")))
    assert first(project) == f"{tmp_path}/conda/bin"


def test_an_activated_environment_comes_before_the_kits(project, monkeypatch, tmp_path):
    monkeypatch.setenv("CONDA_PREFIX", str(an_environment(tmp_path / "conda")))
    monkeypatch.setenv("VIRTUAL_ENV", str(an_environment(tmp_path / "mine")))

    assert first(project) == f"{tmp_path}/mine/bin"


@pytest.mark.parametrize("value", ["", "/nowhere/at/all"])
def test_an_activated_environment_that_is_gone_is_passed_over(project, monkeypatch, value):
    monkeypatch.setenv("VIRTUAL_ENV", value)

    assert first(project) == f"{sys.prefix}/bin"


def test_the_projects_own_environment_comes_first(project, monkeypatch, tmp_path):
    monkeypatch.setenv("VIRTUAL_ENV", str(an_environment(tmp_path / "mine")))

    an_environment(project.folder / "venv")
    assert first(project) == f"{project.folder}/venv/bin"

    an_environment(project.folder / ".venv")
    assert first(project) == f"{project.folder}/.venv/bin"


def test_a_file_or_an_empty_folder_is_no_environment(project):
    (project.folder / ".venv").touch()
    (project.folder / "venv").mkdir()

    assert first(project) == f"{sys.prefix}/bin"


def test_an_environment_may_be_reached_by_a_link(project, tmp_path):
    (project.folder / ".venv").symlink_to(an_environment(tmp_path / "kept"))

    assert first(project) == f"{tmp_path}/kept/bin"


@pytest.mark.parametrize("path", ["", None])
def test_no_path_at_all_does_not_mean_this_folder(project, monkeypatch, path):
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path)

    assert environment.search_path(project).split(":") == [f"{sys.prefix}/bin", "/bin", "/usr/bin"]


def test_python_means_the_projects_environment_without_activating_it(project):
    python = an_environment(project.folder / ".venv") / "bin" / "python"
    python.write_text("#!/bin/sh\necho mine\n")
    python.chmod(0o755)

    process = Process(["python"], cwd=project.folder, env=environment.for_client(project, server_url="x"), mark="A=B")
    process.wait(20)
    process.kill()

    assert process.output.text == "mine\n"


# conda's base, which is active without anybody's doing


@pytest.mark.parametrize("kind", ["name", "root", "program", "mamba"])
def test_condas_base_is_not_activated(project, monkeypatch, tmp_path, kind):
    base = an_environment(tmp_path / "miniconda3")
    monkeypatch.setenv("CONDA_PREFIX", str(base))
    if kind == "name":
        monkeypatch.setenv("CONDA_DEFAULT_ENV", "base")
    if kind == "root":
        (base / "condabin").mkdir()
    if kind == "program":
        monkeypatch.setenv("CONDA_EXE", str(base / "bin" / "conda"))
    if kind == "mamba":
        monkeypatch.setenv("MAMBA_ROOT_PREFIX", str(base))

    assert first(project) == f"{sys.prefix}/bin"


def test_another_environment_of_conda_is_activated(project, monkeypatch, tmp_path):
    base = an_environment(tmp_path / "miniconda3")
    (base / "condabin").mkdir()
    mine = an_environment(base / "envs" / "chat")
    monkeypatch.setenv("CONDA_EXE", str(base / "bin" / "conda"))
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "chat")
    monkeypatch.setenv("CONDA_PREFIX", str(mine))

    assert first(project) == f"{mine}/bin"


# alone, as after a clean clone


def test_a_project_that_is_alone_sees_no_environment_but_its_own(project, monkeypatch, tmp_path):
    active, other, tools = (an_environment(tmp_path / name) for name in ("mine", "other", "tools"))
    for place in (active, other):
        (place / "pyvenv.cfg").touch()
    monkeypatch.setenv("VIRTUAL_ENV", str(active))
    monkeypatch.setenv("PATH", f"{sys.prefix}/bin:{active}/bin:{tools}/bin:{other}/bin:/usr/bin:/bin")
    alone = replace(project, alone=True)
    an_environment(project.folder / ".venv")

    assert environment.search_path(alone) == f"{project.folder}/.venv/bin:{tools}/bin:/usr/bin:/bin"


def test_a_venv_beside_the_kits_was_made_by_setup_and_comes_first(project):
    alone = replace(project, alone=True)
    for name in (".venv", "venv"):
        an_environment(project.folder / name)

    assert environment.search_path(alone).startswith(f"{project.folder}/venv/bin:{project.folder}/.venv/bin:")


def test_another_pip_refuses_in_setup(project):
    env = environment.for_setup(project, port=1, data=Path("/data"))

    argv = [sys._base_executable, "-I", "-m", "pip", "install", "--no-index", "nothing-of-this-name"]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "virtualenv" in done.stderr or "No module named pip" in done.stderr
