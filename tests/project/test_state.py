"""What the kit keeps in `.kit/`: it may be lost, damaged, or made by somebody else."""

import json

import pytest

from grader import CONTRACT
from grader.errors import UsageError
from grader.project import progress
from grader.project.state import ProjectState


def document(**outcomes):
    steps = [{"id": f"1.{key[1:]}", "outcome": value, "checks": [{}]} for key, value in outcomes.items()]
    return {"contract": CONTRACT, "project": {"digest": "d"}, "stages": [{"id": "01", "steps": steps}]}


@pytest.fixture
def state(tmp_path):
    made = ProjectState(tmp_path)
    assert made.keep_report(document(s1="pass", s2="fail")) == ""
    return made


def test_the_progress_follows_the_report(state):
    assert state.progress()[0].outcomes == {"1.1": "pass", "1.2": "fail"}
    state.keep_report(document(s2="pass"))
    assert state.progress()[0].passed == {"1.1", "1.2"}


def test_lost_progress_comes_from_the_last_report(state):
    (state.folder / "progress.json").unlink()

    assert state.progress() == (progress.Progress().with_outcomes({"1.1": "pass", "1.2": "fail"}), "")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b'{"format": 99, "steps": {}}'])
def test_progress_that_cannot_be_used_is_put_aside_said_once_and_renewed(state, content):
    (state.folder / "progress.json").write_bytes(content)

    said = state.renew_progress()

    assert said.startswith("The file .kit/progress.json ")
    assert "kit keeps it as progress.old.json and begins a new one." in said
    assert (state.folder / "progress.old.json").read_bytes() == content
    assert state.renew_progress() == ""
    assert state.progress()[0].outcomes == {"1.1": "pass", "1.2": "fail"}


def test_a_folder_in_place_of_the_progress_is_put_aside(state):
    (state.folder / "progress.json").unlink()
    (state.folder / "progress.json").mkdir()

    assert "can't be read" in state.renew_progress()
    assert state.renew_progress() == ""


@pytest.mark.parametrize("name", ["progress.json", "report.json", ".gitignore", "secrets.toml"])
def test_nothing_is_written_through_a_link_in_place_of_a_file(tmp_path, state, name):
    other = tmp_path / "other"
    other.write_text("precious")
    (state.folder / name).unlink(missing_ok=True)
    (state.folder / name).symlink_to(other)

    state.keep_report(document(s2="pass"))
    state.keep_hints_read("1.1", 1)
    state.make_credentials()

    assert other.read_text() == "precious"
    assert not (state.folder / name).is_symlink()


def test_nothing_is_written_through_a_link_in_place_of_the_folder(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".kit").symlink_to("elsewhere")
    state = ProjectState(tmp_path)

    said = state.keep_hints_read("1.1", 1)

    assert said == f"{tmp_path}/.kit is a symbolic link, and kit writes through none; remove it: rm {tmp_path}/.kit"
    assert state.keep_report(document(s1="pass")) == said
    with pytest.raises(UsageError, match="is a symbolic link"):
        state.data()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_database_is_not_put_behind_a_link(tmp_path, state):
    (tmp_path / "elsewhere").mkdir()
    (state.folder / "data").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError, match="is a symbolic link"):
        state.data()


def test_what_cannot_be_written_is_said(tmp_path):
    (tmp_path / ".kit").write_text("a file")

    assert ProjectState(tmp_path).keep_hints_read("1.1", 1).startswith("kit can't keep your progress: .kit/")


def test_a_report_under_another_contract_counts_no_more(state):
    old = json.loads((state.folder / "report.json").read_text()) | {"contract": "0"}
    (state.folder / "report.json").write_text(json.dumps(old))

    state.keep_report(document(s2="pass"))

    assert [step["id"] for step in state.report()["stages"][0]["steps"]] == ["1.2"]
