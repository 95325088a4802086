"""The wheel: it holds the kit with the whole course and nothing else, and works where nothing else is."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from grader import __version__
from grader.course import ROOT
from tests.command import Done

INSIDE = "grader/course_files"
OF_THE_COURSE = ("exercises", "solutions", "notebooks", "LICENSE")
STAYS_HERE = {"notebooks/__init__.py", "notebooks/render.py"}
SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}\b|xox[abp]-[0-9]{6}"
)


def kept(*folders: str) -> set[str]:
    """List what git tracks, or would after `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}


def in_a_wheel(name: str) -> str:
    return f"{INSIDE}/{name}" if name.startswith(OF_THE_COURSE) else name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel of a copy of what git keeps, beside traces of work that must stay out of it."""
    source = tmp_path_factory.mktemp("source")
    for name in kept("grader", *OF_THE_COURSE, "pyproject.toml", "README.md", ".gitignore"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    for trace in (
        "grader/__pycache__/a.pyc",
        "solutions/01-scaffolding/.kit/secrets.toml",
        "notebooks/.venv/pyvenv.cfg",
    ):
        (source / trace).parent.mkdir(parents=True, exist_ok=True)
        (source / trace).write_text("trace")
    for trace in (".env", "app.db", "app.db-wal"):
        (source / "exercises" / "01-scaffolding" / "starter" / trace).write_text("trace")
    (source / "tests").mkdir()
    (source / "tests" / "test_a.py").write_text("")
    built = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def contents(wheel):
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel into a new environment that has the dependencies of this one, and give `kit` an empty HOME."""
    place = tmp_path_factory.mktemp("installed")
    home = place / "home"
    home.mkdir()
    venv.create(place / "venv", symlinks=True)
    python = place / "venv" / "bin" / "python"
    uv = Path(sys.prefix) / "bin" / "uv"
    options = ["--quiet", "--offline", "--no-deps", "--no-cache", "--python", python]
    subprocess.run([uv, "pip", "install", *options, wheel], check=True)
    packages = place / "venv" / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"

    def kit(*words: str, cwd: Path = home) -> Done:
        env = {"HOME": str(home), "PATH": path, "NO_COLOR": "1", "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            ["kit", *words], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return home, kit


def test_the_wheel_holds_the_kit_with_its_course_and_nothing_else(contents):
    wanted = {in_a_wheel(name) for name in kept("grader", *OF_THE_COURSE) - STAYS_HERE}

    assert {name for name in contents if ".dist-info/" not in name} == wanted
    assert f"{INSIDE}/exercises/01-scaffolding/starter/.gitignore" in wanted


def test_the_wheel_holds_no_path_of_this_machine_and_no_secret(contents):
    here = str(ROOT).encode()

    assert [name for name, content in contents.items() if here in content or SECRET.search(content)] == []


def test_the_wheel_says_what_it_is(contents):
    (metadata,) = (content.decode() for name, content in contents.items() if name.endswith(".dist-info/METADATA"))
    (licence,) = (content for name, content in contents.items() if name.endswith(".dist-info/licenses/LICENSE"))
    read = Parser().parsestr(metadata)

    assert (read["Name"], read["Version"]) == ("backend-practice-kit", __version__)
    assert (read["License-Expression"], read["License-File"]) == ("MIT", "LICENSE")
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert read.get_payload() == (ROOT / "README.md").read_text("utf-8")


def test_the_extras_of_the_wheel_are_what_the_repository_installs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]

    assert (extras["load"], extras["fuzz"]) == (groups["load"], groups["fuzz"])
    both = [*groups["notebooks"], *groups["rendering"]]
    assert {one for one in extras["notebooks"] if one not in both} == {"backend-practice-kit[load]"}


def test_an_installed_kit_leads_from_an_empty_home_to_the_first_step(installed):
    home, kit = installed

    assert kit("--version").stdout == f"kit {__version__}\n"
    assert kit("init", "my course").status == 0
    course = home / "my course"
    assert kit("start", "chat", cwd=course).status == 0
    checked = kit("check", "1.1", cwd=course / "chat")
    assert (checked.status, checked.stderr) == (0, "")
    assert "✓ 1.1 A repository with a first commit" in checked.text
    assert kit("init", cwd=course).text.startswith(
        f"The course here is that of kit {__version__}. Files: none to renew."
    )
    assert str(ROOT) not in checked.stdout


def test_an_installed_kit_shows_the_contract_a_hint_and_the_notebooks(installed):
    _, kit = installed

    assert "K4" in kit("contract", "K4").stdout
    kit("start", "hinted")
    assert kit("hint", "1.4", "--project", "hinted").status == 0
    assert len(kit("notebook").stdout.splitlines()) == len([*(ROOT / "notebooks").glob("*.ipynb")])


def test_an_installed_kit_says_how_to_add_what_it_lacks(installed):
    home, _ = installed
    python = home.parent / "venv" / "bin" / "python"
    program = "from grader import place; print(place.how_to_add('load'))"

    said = subprocess.run([python, "-P", "-c", program], capture_output=True, text=True, check=True).stdout

    assert re.fullmatch(
        r"type: (uv pip install --python \S+|\S+ -m pip install) 'backend-practice-kit\[load\]'\n", said
    )
