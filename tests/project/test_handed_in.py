"""A folder is a project when it has a service.toml or is a git repository, and isn't the folder of the course."""

import shlex

import pytest

from grader.course import ROOT
from grader.project import handed_in
from tests.command import kit
from tests.repository import git, repository

START = "go to yours with cd DIR, or start one with: kit start ~/chat"


@pytest.fixture(params=["grader/course.py", ".course.json"], ids=["the kit's repository", "made by kit init"])
def course(request, tmp_path):
    return repository(tmp_path / "the course", **{"exercises/CONTRACT.md": "", request.param: "", "notes.md": ""})


def test_the_folder_of_the_course_is_no_project(course):
    with pytest.raises(handed_in.NoProject) as found:
        handed_in.find(course)

    assert str(found.value) == f'There is no project in "{course}", as it is the folder of the course; {START}'


def test_a_project_in_the_course_is_named(course):
    (course / "my chat").mkdir()
    (course / "my chat" / "service.toml").write_text("")
    with pytest.raises(handed_in.NoProject) as found:
        handed_in.find(course)

    assert str(found.value).endswith(f"; one lies deeper; type: cd {shlex.quote(str(course / 'my chat'))}")
    assert handed_in.find(course / "my chat") == course / "my chat"


def test_a_course_that_holds_a_service_toml_is_a_project(course):
    (course / "service.toml").write_text("")

    assert handed_in.find(course) == course


def test_a_repository_with_a_copy_of_the_contract_is_a_project(tmp_path):
    folder = repository(tmp_path / "chat", **{"exercises/CONTRACT.md": ""})

    assert handed_in.find(folder) == folder


def test_the_kits_own_repository_is_the_course():
    assert all((ROOT / name).is_file() for name in (handed_in.COURSE, handed_in.COURSE_ALSO[0]))


@pytest.mark.parametrize(
    "line", ["check", "check 1.1", "watch", "serve", "hint", "hint 1.3", "solution 1.4 --anyway", "next", "grade ."]
)
def test_no_command_takes_the_course_for_a_project_or_writes_there(tmp_path, line):
    course = repository(tmp_path / "kit", **{"exercises/CONTRACT.md": "", "grader/course.py": ""})

    done = kit(*line.split(), cwd=course, COLUMNS="300")

    assert (done.status, done.stdout) == (2, "")
    assert done.stderr == f'kit: There is no project in "{course}", as it is the folder of the course; {START}\n'
    assert git(course, "status", "--porcelain", "--ignored") + git(course, "tag") == ""
