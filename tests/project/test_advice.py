"""What is said about things that were never installed, when a server can't start without them."""

import pytest

from grader.project import advice
from tests import service_file
from tests.repository import commit, repository

NEVER_SET_UP = [
    ("npm ci", "Error: Cannot find module 'express'"),
    ("npm ci", "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'fastify'"),
    ("bundle install", "cannot load such file -- sinatra (LoadError)"),
    ("composer install", "PHP Fatal error: Uncaught Error: Failed opening required 'vendor/autoload.php'"),
    ("cargo build --release", '"target/release/server" does not exist.'),
    ("go build -o server .", '"./server" does not exist.'),
    ("mix deps.get", "Unchecked dependencies for environment dev"),
    ("mvn package", "Error: Unable to access jarfile target/app.jar"),
    ("dotnet build", "The application 'bin/app.dll' does not exist."),
    ("carton install", "Can't locate Mojolicious.pm in @INC"),
    ("luarocks install x", "module 'x' not found"),
    ("python build.py", 'There is no program "chatd" on PATH'),
]


@pytest.fixture
def a_project(tmp_path):
    def make(setup, **files):
        made = service_file.write(
            repository(tmp_path / "project", x="1", **files), server={"setup": setup} if setup else {}
        )
        commit(made.folder, {})
        return made

    return make


@pytest.mark.parametrize(("setup", "said"), NEVER_SET_UP)
def test_a_setup_that_was_not_run_is_named(a_project, setup, said):
    found = advice.on_start(a_project(setup), f"the server stopped before it answered\n{said}")

    assert found == (
        f"your service.toml has setup = {setup!r}; it was not run here; type: {setup}"
        " (to grade what others hand in: kit grade --setup)"
    )


def test_packages_of_python_go_into_an_environment_of_the_project(a_project):
    project = a_project("python -m pip install -r requirements.txt", **{"requirements.txt": "flask\n"})

    said = advice.on_start(project, "ModuleNotFoundError: No module named 'flask'")

    assert "type: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt (" in said


@pytest.mark.parametrize("name", ["node_modules", "vendor", "target", "deps", "_build", "dist", ".bundle", "bin"])
def test_whoever_installed_something_hears_nothing_of_setup(a_project, name):
    project = a_project("make")
    (project.folder / name).mkdir()

    assert advice.on_start(project, "Cannot find module 'express'") == ""


def test_a_folder_of_ones_own_code_is_nothing_installed(a_project):
    project = a_project("make", **{"bin/start": "1"})

    assert "it was not run here" in advice.on_start(project, "Cannot find module 'express'")


def test_a_server_that_fails_otherwise_hears_nothing_of_setup(a_project):
    assert advice.on_start(a_project("make"), "KeyError: 'PORT'") == ""
    assert advice.on_start(a_project(""), "Cannot find module 'express'") == ""


@pytest.mark.parametrize(
    ("setup", "files", "line"),
    [
        ("", {"requirements.txt": "flask\n"}, ".venv/bin/pip install -r requirements.txt"),
        ("", {}, ".venv/bin/pip install flask"),
        ("python -m pip install -r all.txt", {"all.txt": "flask\n"}, ".venv/bin/pip install -r all.txt"),
        ("uv sync", {}, ".venv/bin/pip install flask"),
    ],
)
def test_an_environment_that_lacks_a_package_is_named(a_project, setup, files, line):
    project = a_project(setup, **files)
    (project.folder / ".venv" / "bin").mkdir(parents=True)

    said = advice.on_start(project, "ModuleNotFoundError: No module named 'flask'")

    assert said == f"your .venv is used, and flask is not installed there; type: {line}"


def test_a_module_of_ones_own_is_not_to_be_installed(a_project):
    project = a_project("", **{"server/__init__.py": ""})
    (project.folder / ".venv" / "bin").mkdir(parents=True)

    assert advice.on_start(project, "No module named 'server.words'") == ""


@pytest.mark.parametrize(("setup", "said"), [one for one in NEVER_SET_UP if "does not exist" not in one[1]][:-1])
def test_a_client_that_lacks_a_library_is_told_of_setup(a_project, setup, said):
    assert f"setup = {setup!r}; it was not run here; type: {setup}" in advice.on_run(a_project(setup), said)


@pytest.mark.parametrize("said", ["404 Not Found", "The server does not exist.", "no such file: x", "missing: TEXT"])
def test_what_a_client_says_about_other_things_tells_nothing_of_setup(a_project, said):
    assert advice.on_run(a_project("npm ci"), said) == ""
