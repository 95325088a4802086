"""The list of step 4.10: it is found by its heading, and its characters are counted."""

from grader.scaling.written_list import characters


def test_the_text_under_the_heading_is_counted(tmp_path):
    (tmp_path / "DECISIONS.md").write_text(
        "# Else\nno\n## Server or database: what we look at\n- one\n\n- two\n# More\nx\n"
    )

    assert characters(tmp_path) == len("- one- two")


def test_smaller_headings_belong_to_it_and_code_has_none(tmp_path):
    (tmp_path / "DECISIONS.md").write_text(
        "## Server or database?\n\n### First\none\n```sh\n# two\n```\n### Database of the server\nthree\n## Else\nx\n"
    )

    assert characters(tmp_path) == len("one```sh# two```three")


def test_without_the_heading_or_the_file_there_is_nothing(tmp_path):
    assert characters(tmp_path) == 0
    (tmp_path / "DECISIONS.md").write_text("## The database\nserver\n")

    found = characters(tmp_path)

    assert found == 0
    assert found.expected_text(">=", 300) == (
        "at least 300 characters under a heading with the words server and database in DECISIONS.md"
    )
    assert found.actual_text() == "0 characters under a heading with the words server and database in DECISIONS.md"
