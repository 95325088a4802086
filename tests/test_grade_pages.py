"""The pages of a class: one for each project, and one above them that leads to each."""

import re

from tests.command import kit
from tests.test_grade import QUICKLY, project


def test_the_page_of_a_class_and_the_pages_of_its_projects_lead_to_each_other(tmp_path):
    for name in ("ann", "index", "=1+1"):
        project(tmp_path / name)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").write_text("of an older run")

    done = kit("grade", "ann", "index", "=1+1", "nowhere", *QUICKLY, "--report", "out", cwd=tmp_path)

    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert re.findall(r'<a href="([^"]+)"', page) == ["grades.csv", "ann.html", "index-2.html", "%3D1%2B1.html"]
    assert "There is no folder" in page
    assert '<a href="index.html">' in (tmp_path / "out" / "=1+1.html").read_text("utf-8")
    assert "about a minute." in done.text


def test_the_page_of_one_project_stands_alone(tmp_path):
    project(tmp_path / "ann")

    done = kit("grade", "ann", *QUICKLY, "--report", "out", cwd=tmp_path)

    assert "\n\n  Report: out/report.json\n  Report: out/report.html\n" in done.stdout.replace(" \n", "\n")
    assert "<a href" not in (tmp_path / "out" / "report.html").read_text("utf-8")
