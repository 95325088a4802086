"""The names of several projects: unique on every disk, leading to the folder, and short enough for a file."""

import os
from pathlib import Path

import pytest

from grader.report.names import names, pasted, readable


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["ann", "ben"], ["ann", "ben"]),
        (["ann/a", "ben/a-2", "cleo/a"], ["ann-a", "a-2", "cleo-a"]),
        (["a/chat", "b/chat", "chat-3"], ["a-chat", "b-chat", "chat-3"]),
        (["x/a/chat", "y/a/chat", "b/chat"], ["x-a-chat", "y-a-chat", "b-chat"]),
        (["ann/a", "ann-a", "ben/a"], ["ann-a-2", "ann-a", "ben-a"]),
        (["ann", "ann/", "./ann", "ben"], ["ann", "ann-2", "ann-3", "ben"]),
        (["ann", "ann", "ann-2"], ["ann", "ann-3", "ann-2"]),
        (["one/Chat", "two/chat"], ["one-Chat", "two-chat"]),
        (["Ann", "ann", "ANN"], ["Ann", "ann-2", "ANN-3"]),
        (["stra\u00dfe", "STRASSE"], ["stra\u00dfe", "STRASSE-2"]),
        (["caf\u00e9", "cafe\u0301"], ["caf\u00e9", "cafe\u0301-2"]),
        (["a:b", "tab\there", "\u202eback", ".hidden"], ["a%3Ab", "tab%09here", "%E2%80%AEback", "%2Ehidden"]),
        (["=1+1", "a b", "\U0001f600", "[red]"], ["=1+1", "a b", "\U0001f600", "[red]"]),
        (["ren\udce9e", "ren%E9e"], ["ren%E9e", "ren%E9e-2"]),
        (["/"], ["project"]),
    ],
)
def test_a_name_is_unique_and_leads_to_the_folder(folders, expected, tmp_path, monkeypatch):
    (tmp_path / "class").mkdir()
    monkeypatch.chdir(tmp_path / "class")

    assert names([Path(folder) for folder in folders]) == expected


def test_a_link_keeps_the_name_that_people_know(tmp_path):
    (tmp_path / "submission-4711").mkdir()
    (tmp_path / "ann").symlink_to("submission-4711")
    (tmp_path / "loop").symlink_to("loop")

    assert names([tmp_path / "ann", tmp_path / "loop"]) == ["ann", "loop"]


def test_long_names_fit_into_a_file_and_stay_apart(tmp_path):
    found = names([Path("\u00e9" * 150), Path("\u00e9" * 149 + "x"), *[Path(f"{'deep/' * 60}{n}/chat") for n in "ab"]])

    assert len(set(found)) == 4
    for name in found:
        (tmp_path / f"{name}.json").write_text("")


def test_two_hundred_projects_of_the_same_name_have_names_of_their_own():
    assert len(set(names([Path(f"class/{number}/chat") for number in range(200)]))) == 200


def test_a_byte_that_is_no_utf_8_is_readable_and_can_be_pasted(tmp_path):
    folder = tmp_path / os.fsdecode(b"it's ren\xe9e")

    assert readable(folder) == f"{tmp_path}/it's ren\\xe9e"
    assert pasted(folder) == f"$'{tmp_path}/it\\'s ren\\xe9e'"
    assert pasted("it's") == "'it'\"'\"'s'"
