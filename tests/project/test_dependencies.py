"""Projects whose dependencies include their own code, as a path back into their folder."""

import pytest

from grader.project import dependencies


@pytest.fixture
def project(tmp_path):
    for folder in (".venv/lib/python3.11/site-packages", "node_modules/express", "node_modules/@me", "packages/chat"):
        (tmp_path / "project" / folder).mkdir(parents=True)
    return tmp_path / "project"


@pytest.mark.parametrize("name", ["chat.pth", "__editable__.chat-1.pth", "__editable___chat_finder.py"])
def test_a_path_into_the_project_leads_to_it(project, name):
    (project / ".venv/lib/python3.11/site-packages" / name).write_text(f"MAPPING = {{'chat': '{project}/src/chat'}}")

    assert dependencies.leads_to(project)


def test_other_paths_do_not(project, tmp_path):
    packages = project / ".venv/lib/python3.11/site-packages"
    (packages / "other.pth").write_text(f"{tmp_path}/other\n")
    (packages / "chat.py").write_text(f"{project}")

    assert not dependencies.leads_to(project)


@pytest.mark.parametrize("name", ["chat", "@me/chat"])
def test_a_linked_module_of_the_project_leads_to_it(project, name):
    (project / "node_modules" / name).symlink_to(project / "packages" / "chat")

    assert dependencies.leads_to(project)


def test_links_among_modules_do_not(project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (project / "node_modules" / "alias").symlink_to("express")
    (project / "node_modules" / "linked").symlink_to(tmp_path / "elsewhere")

    assert not dependencies.leads_to(project)


def test_another_state_gets_links_but_for_what_it_has(project, tmp_path):
    (tmp_path / "state" / ".venv").mkdir(parents=True)

    links = dependencies.link(project, tmp_path / "state")

    assert links == [tmp_path / "state" / "node_modules"]
    assert (links[0] / "express").is_dir()
