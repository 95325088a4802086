import fcntl
import http.server
import json
import os
import shutil
import sysconfig
import threading
import time
from pathlib import Path

import pytest

from grader.errors import Failed, MachineError, NotChecked, TooLate
from grader.project import bundled_pip, clone as clone_module, config, environment, setup as set_up
from grader.project.virtual_environment import create_environment
from grader.system import cache as cache_module, process_tree, scratch
from grader.system.process import Process
from grader.system.resources import Resources
from tests import service_file
from tests.project.wheels import a_wheel
from tests.repository import commit, repository

TELL = "import json, os, sys; json.dump([sys.prefix, os.getcwd(), dict(os.environ)], open('told', 'a'))"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Give an empty folder for environments, and keep pip from all registries except the one that a test makes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return tmp_path / "cache" / "backend-practice-kit" / "environments"


@pytest.fixture
def a_project(tmp_path):
    """Give a function that writes a project with a `setup` and commits it."""

    def make(setup, **files):
        folder = repository(tmp_path / "project", **files)
        made = service_file.write(folder, server={"setup": setup} if setup else {})
        commit(folder, {})
        return made

    return make


@pytest.fixture
def clone(resources):
    """Give a function that makes clones."""
    return lambda project: clone_module.CleanClone(project, resources)


def run_in(project, *argv):
    process = Process(argv, cwd=project.folder, env=environment.for_client(project, server_url="x"), mark="A=B")
    process.wait(30)
    process.kill()
    return process.output.text


@pytest.fixture
def registry():
    """Run a package registry on this machine that has one version of pip, and give its URL."""

    class Index(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'<a href="pip-1.0-py3-none-any.whl">pip-1.0-py3-none-any.whl</a>'
            self.send_response(200 if self.path == "/simple/pip/" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


# without setup


def test_without_setup_the_environment_is_empty(a_project, clone, cache):
    project = a_project("", **{"app.py": "1"})
    (project.folder / "app.py").write_text("2")

    cloned = clone(project).project

    assert (cloned.folder / "app.py").read_text() == "1"
    assert cloned.folder != project.folder
    assert run_in(cloned, "python", "-c", "import sys; print(sys.prefix)") == f"{cloned.folder / '.venv'}\n"
    assert "No module named 'flask'" in run_in(cloned, "python", "-c", "import flask")
    assert "No module named pip" in run_in(cloned, "python", "-m", "pip")
    assert not cache.exists()


def test_a_project_whose_service_file_is_not_committed_fails_in_the_clone(tmp_path, clone):
    project = service_file.write(repository(tmp_path / "project", x="1"))

    with pytest.raises(Failed, match=r"^in the clone: There is no service.toml in ") as caught:
        clone(project)

    assert caught.value.expected == "service.toml among the committed files"
    assert caught.value.request.startswith('( d=$(mktemp -d) && git clone -q . "$d" && cd "$d" && ')
    assert caught.value.request.endswith(" && cat service.toml )")
    assert caught.value.clause == "K1"


def test_the_committed_service_file_counts(a_project, clone):
    project = a_project("")
    (project.folder / "service.toml").write_text('[server]\ncommand = "something else"\n')

    assert clone(config.read(project.folder)).project.server == ("python", "app.py")


def test_a_folder_inside_a_repository_is_set_up_alone(tmp_path, clone):
    top = repository(tmp_path / "top", **{"other/x": "1"})
    project = service_file.write(top / "mine")
    commit(top, {})

    cloned = clone(project).project

    assert sorted(path.name for path in cloned.folder.iterdir()) == [".venv", "service.toml"]


# setup


def test_setup_runs_in_the_clone_with_an_environment_of_its_own(a_project, clone, cache):
    project = a_project(["python", "-c", TELL], **{".venv/committed": "by mistake"})

    cloned = clone(project).project

    prefix, cwd, env = json.loads((cloned.folder / "told").read_text())
    venv = cloned.folder / ".venv"
    assert (prefix, cwd) == (str(venv), str(cloned.folder))
    assert env["PATH"].startswith(f"{venv}/bin:")
    assert env["DATABASE_URL"].startswith("sqlite:////")
    assert env["PORT"].isdecimal()
    assert not (project.folder / "told").exists()
    assert run_in(cloned, "python", "-c", "import sys; print(sys.prefix)") == f"{venv}\n"
    assert run_in(cloned, "pip", "--version").startswith("pip ")
    assert not (venv / "committed").exists()


INSTALLS = """import os, sys
if os.path.exists(".venv/bin/hello"):
    sys.exit()  # as pip does when a package is installed already
with open(".venv/bin/hello", "w") as script:
    script.write(f"#!{sys.executable}\\nprint('hello')")
os.chmod(".venv/bin/hello", 0o755)"""


def test_a_script_that_names_the_clone_is_installed_anew_in_the_next(a_project, resources, cache):
    project = a_project([".venv/bin/python", "-c", INSTALLS])

    for _ in range(2):
        cloned = clone_module.CleanClone(project, resources).project
        assert run_in(cloned, "hello") == "hello\n"
        shutil.rmtree(cloned.folder)


def test_installed_packages_are_kept_until_the_requirements_change(a_project, clone, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    a_wheel(tmp_path / "wheels", "tiny", "1.0")
    project = a_project("pip install -q -r requirements.txt", **{"requirements.txt": "tiny  # comment\n"})

    first = clone(project)
    assert run_in(first.project, "python", "-c", "import tiny; print(tiny.VERSION)") == "1.0\n"
    assert not (Path(sysconfig.get_path("purelib")) / "tiny.py").exists()

    shutil.rmtree(tmp_path / "wheels")
    commit(project.folder, {"app.py": "changed"})
    second = clone(project)  # the kit installs nothing twice
    assert run_in(second.project, "python", "-c", "import tiny; print(tiny.VERSION)") == "1.0\n"

    commit(project.folder, {"requirements.txt": "tiny==2.0\n"})
    with pytest.raises(
        NotChecked, match=r"^The package registry that setup needs cannot be reached from here"
    ) as caught:
        clone(project)
    assert caught.value.because == "machine"
    assert len(list(cache.iterdir())) == 2


def test_a_setup_that_fails_says_how_and_what_it_printed(a_project, clone, cache, monkeypatch, registry):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", registry)
    setup = ["python", "-c", "import sys; print('Collecting'); print('no such package', file=sys.stderr); sys.exit(3)"]
    project = a_project(setup, **{"pip.py": "raise SystemExit('this is not pip')", "pip/__init__.py": ""})

    with pytest.raises(Failed) as caught:
        clone(project)

    assert type(caught.value) is Failed
    assert caught.value.actual == "setup failed (exit code 3)"
    assert caught.value.expected == "exit code 0"
    assert caught.value.log == "Collecting\nno such package"
    assert caught.value.clause == "K1"
    assert caught.value.request.startswith('( d=$(mktemp -d) && git clone -q . "$d" && cd "$d" && ')
    assert " && . .venv/bin/activate && python -c 'import sys;" in caught.value.request
    assert not list(cache.glob("*/content"))


def test_without_a_registry_a_plain_installation_is_tried_once(a_project, clone, cache, monkeypatch):
    runs = []
    monkeypatch.setattr(set_up, "run_setup", lambda *_: runs.append(1) or _raise(NotChecked("no registry")))

    with pytest.raises(NotChecked, match="no registry"):
        clone(a_project("pip install -r requirements.txt", **{"requirements.txt": "tiny\n"}))

    assert len(runs) == 1
    (place,) = cache.iterdir()
    with (place / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _raise(error):
    raise error


def test_a_setup_may_make_its_environment_itself(a_project, clone, cache):
    project = a_project("sh setup.sh", **{"setup.sh": "set -e\npython3 -m venv .venv\n.venv/bin/python -c 'pass'\n"})

    cloned = clone(project).project

    assert not (cloned.folder / ".venv").is_symlink()
    assert run_in(cloned, "python", "-c", "import sys; print(sys.prefix)") == f"{cloned.folder / '.venv'}\n"


def test_a_setup_that_fails_once_is_run_once_more(a_project, clone, cache, tmp_path):
    script = (
        f"import os, sys; open({str(tmp_path / 'runs')!r}, 'a').write('x'); sys.exit(os.path.getsize(sys.argv[1]) < 2)"
    )

    clone(a_project(["python", "-c", script, str(tmp_path / "runs")]))

    assert (tmp_path / "runs").read_text() == "xx"


def test_a_clone_must_not_need_the_folder_that_was_cloned(tmp_path, clone):
    folder = repository(tmp_path / "project")
    project = service_file.write(folder, server={"command": [f"{folder}/.venv/bin/python", "-m", "server"]})
    commit(folder, {})

    with pytest.raises(Failed) as caught:
        clone(project)

    assert caught.value.actual == f"service.toml names {folder}, which nobody else has"
    assert caught.value.request == f"grep -n {folder} service.toml"


def test_a_setup_that_hangs_is_ended_with_all_it_started(a_project, clone, cache, monkeypatch, tmp_path):
    monkeypatch.setattr(set_up, "SETUP_WITHIN", 0.5)
    script = f"""import subprocess, time
child = subprocess.Popen(["sleep", "300"], start_new_session=True)
print("waiting for", child.pid, flush=True)
open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
time.sleep(300)"""

    with pytest.raises(TooLate, match=r"^setup still running after 0 s$") as caught:
        clone(a_project(["python", "-c", script]))

    child = int((tmp_path / "child").read_text())
    assert caught.value.log == f"waiting for {child}"
    assert child not in process_tree.descendants(os.getpid())


# what is kept, and under which name


@pytest.mark.parametrize(
    ("setup", "kept"),
    [
        ("pip install -r requirements.txt", True),
        ("pip3 install -q -r requirements.txt", True),
        ("pip install --quiet -r requirements.txt", True),
        ("python -m pip install --requirement requirements.txt", True),
        ("python3 -m pip install -r requirements.txt -r more.txt", True),
        ("pip install", False),
        ("pip install .", False),
        ("pip install -e .", False),
        ("pip install -r requirements.txt .", False),
        ("pip install -r requirements.txt -e .", False),
        ("pip install -r missing.txt", False),
        ("pip install -r local.txt", False),
        ("pip install flask", False),
        ("pip install -r", False),
        ("pip uninstall -r requirements.txt", False),
        ("sh -c 'pip install -r requirements.txt && make'", False),
        ("make", False),
        ("python setup.py", False),
    ],
)
def test_only_a_plain_installation_is_not_repeated(tmp_path, setup, kept):
    project = service_file.write(tmp_path, server={"setup": setup})
    for name, content in {"requirements.txt": "flask\n", "more.txt": "", "local.txt": "./here\n"}.items():
        (tmp_path / name).write_text(content)

    assert set_up.installs_only(project) is kept


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("flask", True),
        ("Flask[async]>=3.0,<4 ; python_version < '4' and platform_system != 'a/b'", True),
        ("  flask==3.0  # ./comment", True),
        ("flask==3.0 --hash=sha256:abc", True),
        ("flask ; python_version < '4' --hash=sha256:abc --hash sha256:def  # two", True),
        ("# -e .", True),
        ("", True),
        ("-e .", False),
        ("-r other.txt", False),
        ("--index-url http://127.0.0.1/", False),
        (".", False),
        ("./here", False),
        ("here/there", False),
        ("tiny-1.0-py3-none-any.whl", False),
        ("tiny-1.0.tar.gz", False),
        ("TINY.ZIP", False),
        ("tiny.zip[more] ; python_version < '4'", False),
        ("tiny @ file:///x", False),
        ("tiny@./here", False),
        ("git+https://127.0.0.1/x", False),
        ("flask \\\n  --hash=sha256:abc", False),
        ("${HOME}", False),
        ("flask==${VERSION}", False),
        ("flask sqlite-utils", False),
        ("flask --config-settings a=b", False),
    ],
)
def test_a_requirement_is_plain_when_it_only_names_a_package(tmp_path, line, plain):
    (tmp_path / "requirements.txt").write_text(f"flask\n{line}\n")

    assert set_up._is_plain(tmp_path / "requirements.txt") is plain


def test_requirements_in_another_encoding_are_not_plain(tmp_path):
    (tmp_path / "requirements.txt").write_bytes("flask\n".encode("utf-16"))

    assert not set_up._is_plain(tmp_path / "requirements.txt")


def digest(folder, setup, **files):
    for name, content in files.items():
        (folder / name).write_text(content)
    return set_up._digest(service_file.write(folder, server={"setup": setup}))


def test_a_plain_installation_is_kept_under_its_requirements_alone(tmp_path):
    setup = "pip install -r requirements.txt"
    before = digest(tmp_path, setup, **{"requirements.txt": "flask\n"})

    assert digest(tmp_path, setup, **{"app.py": "1"}) == before
    assert digest(tmp_path, setup, **{"requirements.txt": "flask==3\n"}) != before
    assert digest(tmp_path, "pip install -q -r requirements.txt", **{"requirements.txt": "flask\n"}) != before


def test_what_nobody_used_for_a_month_is_forgotten(cache):
    cache.mkdir(parents=True)
    for name, days in {"old": 31, "used": 31, "new": 29}.items():
        (cache / name).mkdir()
        (cache / name / "lock").touch()
        os.utime(cache / name, (time.time() - days * 86_400,) * 2)
    (cache / "stray").touch()
    with (cache / "used" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)

        assert cache_module.cache("environments") == cache

    assert sorted(path.name for path in cache.iterdir()) == ["new", "stray", "used"]


# what a clone lacks


def test_what_is_not_committed_is_named_and_what_the_failure_speaks_of_comes_first(tmp_path):
    folder = repository(tmp_path / "project", **{"service.toml": "", "a.py": "", ".gitignore": "db.*\n*.ini\nlogs/\n"})
    assert clone_module.not_cloned(folder, "No module named 'server.db'") == ""
    for name in (
        "a.py",
        "z.py",
        "server/db.py",
        "server/words.py",
        "settings.ini",
        "other.ini",
        "logs/x",
        "service.toml",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("changed")

    said = "No module named 'server.words'"
    assert clone_module.not_cloned(folder, said) == ("not committed yet: service.toml, server/words.py, a.py, z.py")
    assert clone_module.not_cloned(folder, "No module named 'server.db'").endswith("; git ignores server/db.py")
    assert clone_module.not_cloned(folder, "No such file: 'settings.ini'").endswith("; git ignores settings.ini")
    assert clone_module.not_cloned(folder, "[Errno 2] 'logs/server.log'").endswith("; git ignores logs/")
    assert clone_module.uncommitted(folder, "service.toml") == "not committed yet: service.toml"
    assert clone_module.uncommitted(folder, "DECISIONS.md") == ""


def test_of_many_files_some_are_named(tmp_path):
    folder = repository(tmp_path / "project", x="")
    for number in range(9):
        (folder / f"f{number}").touch()

    assert clone_module.not_cloned(folder, "") == "not committed yet: f0, f1, f2, f3 and 5 more"


# where nothing can be kept, or no program may run


@pytest.mark.parametrize("place", ["/dev/null", "/proc/nope", "FILE"])
def test_without_a_cache_an_environment_is_made_in_the_clone(a_project, clone, cache, tmp_path, monkeypatch, place):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", place.replace("FILE", str(tmp_path / "file")))
    assert cache_module.cache("environments") is None

    cloned = clone(a_project("pip install -q -r requirements.txt", **{"requirements.txt": ""})).project

    assert not (cloned.folder / ".venv").is_symlink()
    assert run_in(cloned, "python", "-c", "import sys; print(sys.prefix)") == f"{cloned.folder / '.venv'}\n"


def test_a_clone_lies_where_programs_may_run(a_project, cache, monkeypatch, nothing_left):
    monkeypatch.setattr(scratch, "runs_programs", lambda folder: scratch.MEMORY not in [folder, *folder.parents])
    monkeypatch.setattr(scratch, "has_memory", lambda: True)
    resources = Resources()
    try:
        cloned = clone_module.CleanClone(a_project(""), resources).project
        assert scratch.MEMORY in resources.folder.parents
        assert scratch.MEMORY not in cloned.folder.parents
        place = cloned.folder.parent
    finally:
        resources.close()
    assert not place.exists()


@pytest.mark.parametrize("broken", ["python", "pip"])
def test_an_environment_that_does_not_work_is_the_machines_fault_before_setup_runs(tmp_path, monkeypatch, broken):
    real = bundled_pip.unpack

    def unpacked(venv):
        done = real(venv)
        # The file itself: `python` is a link to the Python of this machine, which must stay as it is.
        program = venv / "bin" / broken
        program.unlink()
        program.symlink_to("/usr/bin/false" if broken == "python" else "/nowhere")
        return done

    monkeypatch.setattr(bundled_pip, "unpack", unpacked)

    with pytest.raises(MachineError, match=r"^The new environment \".*/venv\" does not work"):
        create_environment(tmp_path / "venv")
