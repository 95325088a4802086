"""The notebooks: their outputs are those of their sources, they say what follows, and they run."""

import ast
import base64
import io
import re

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from PIL import Image

from grader.course import EXERCISES
from notebooks import render

PLACE = render.PLACE
LONG = 900
"""Seconds for a reduced run, which takes a tenth of it where nothing else runs."""
TRIES = 3
"""How often a notebook is tried here: what it compares is measured, while other tests need the processors."""
RUN_HERE = {"1", "2", "3"}
"""The notebooks that run here, in a reduced form; `make notebooks` runs all."""


def every_notebook():
    return pytest.mark.parametrize("source", render.sources(), ids=lambda source: source.stem)


def test_the_stored_notebooks_are_those_of_the_sources():
    assert render.stale() == []


@every_notebook()
def test_a_reader_sees_no_value_that_a_cell_leaves_behind(source):
    stored = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    outputs = [output for cell in stored.cells if cell.cell_type == "code" for output in cell.outputs]

    assert outputs
    assert [output.data["text/plain"] for output in outputs if output.output_type == "execute_result"] == []


def test_a_changed_source_is_noticed(tmp_path, monkeypatch):
    source = tmp_path / "1-new.py"
    source.write_text("# %%\n1 + 1\n")
    monkeypatch.setattr(render, "PLACE", tmp_path)
    monkeypatch.setattr(render, "PICTURES", tmp_path / "pictures")

    missing = render.stale()
    render.write(render.run(source), source)
    fresh = render.stale()
    source.write_text("# %%\n1 + 2\n")

    assert missing == ["1-new.ipynb is missing."]
    assert fresh == []
    assert render.stale() == ["1-new.ipynb is older than 1-new.py. To renew it, type: make notebooks N=1"]


def test_texts_are_taken_over_without_a_run(tmp_path, monkeypatch, capsys):
    source = tmp_path / "1-new.py"
    source.write_text("# %% [markdown]\n# Old.\n\n# %%\n1 + 1\n")
    monkeypatch.setattr(render, "PLACE", tmp_path)
    monkeypatch.setattr(render, "PICTURES", tmp_path / "pictures")
    render.write(render.run(source), source)

    source.write_text("# %% [markdown]\n# New.\n\n# %%\n1 + 1\n")
    taken = render.main(["--texts"])
    stored = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    after = render.stale()
    source.write_text("# %% [markdown]\n# New.\n\n# %%\n1 + 2\n")

    assert (taken, after) == (0, [])
    assert stored.cells[0].source == "New."
    assert stored.cells[1].outputs[0].data["text/plain"] == "2"
    assert render.main(["--texts"]) == 1
    assert "1-new.py has new code, so it has to run: make notebooks N=1" in capsys.readouterr().err


def test_amounts_of_the_reduced_mode_are_taken_over_like_texts(tmp_path, monkeypatch):
    source = tmp_path / "1-new.py"
    source.write_text("# %%\npick = max\npick(5, 2)\n")
    monkeypatch.setattr(render, "PLACE", tmp_path)
    monkeypatch.setattr(render, "PICTURES", tmp_path / "pictures")
    render.write(render.run(source), source)

    source.write_text("# %%\npick = max\npick(5, 1)\n")
    reduced = render.take_texts(source)
    after = render.stale()
    source.write_text("# %%\npick = max\npick(4, 1)\n")

    assert (reduced, after) == (True, [])
    assert not render.take_texts(source)


@every_notebook()
def test_it_begins_with_a_guess_and_ends_with_what_follows(source):
    text = source.read_text("utf-8")
    places = [text.index(words) for words in ("**Guess first.**", "## What you may conclude", "## What you may not")]

    assert re.match(r"# %% \[markdown\]\n# # \d\. [A-Z].*\?\n", text)
    assert places == sorted(places)


@every_notebook()
def test_it_asserts_relations_and_defines_nothing_reusable(source):
    tree = ast.parse(source.read_text("utf-8"))

    assert sum(isinstance(node, ast.Assert) for node in ast.walk(tree)) >= 3
    assert [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)] == []


@every_notebook()
def test_the_page_of_notebooks_shows_it(source):
    page = (PLACE / "README.md").read_text("utf-8")

    assert f"({source.stem}.ipynb)" in page
    assert f"(pictures/{source.name[0]}-" in page


@every_notebook()
def test_the_briefs_show_it_at_the_steps_that_the_page_names(source):
    page = (PLACE / "README.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if f"({source.stem}.ipynb)" in line)
    steps = re.findall(r"\d\.\d+", row.rpartition("| step")[2])

    assert steps
    for step in steps:
        brief = next(EXERCISES.glob(f"0{step[0]}-*/README.md")).read_text("utf-8")
        section = re.split(r"\n##+ ", brief.partition(f"\n### {step} ")[2])[0]
        assert f"(../../notebooks/{source.stem}.ipynb)" in section


@every_notebook()
def test_its_pictures_lie_beside_it(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    drawn = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]

    assert len(drawn) >= 2
    assert len(list(render.PICTURES.glob(f"{source.name[0]}-*.png"))) == len(drawn)


@every_notebook()
def test_its_pictures_are_shown_at_half_of_their_points(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    pictures = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]

    for output in pictures:
        with Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))) as picture:
            across, up = picture.size
        assert output.metadata["image/png"] == {"width": across // 2, "height": up // 2}


@every_notebook()
def test_no_picture_holds_a_marker_by_chance(source):
    stored = source.with_suffix(".ipynb").read_text("utf-8")

    assert [word for word in render.MARKERS if word in stored] == []


@pytest.mark.timeout(LONG)
@pytest.mark.parametrize(
    "source", [one for one in render.sources() if one.name[0] in RUN_HERE], ids=lambda source: source.stem
)
def test_it_runs_and_leaves_nothing_behind(source, monkeypatch, nothing_left):
    monkeypatch.setenv("NOTEBOOK_REDUCED", "1")

    for tries_left in reversed(range(TRIES)):
        try:
            render.run(source)
        except CellExecutionError:
            if not tries_left:
                raise
        else:
            break


def test_a_notebook_that_fails_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "1-new.py").write_text("# %%\nassert 1 > 2\n")
    monkeypatch.setattr(render, "PLACE", tmp_path)

    status = render.main(["1", "--reduced"])

    assert status == 1
    assert "1-new.py failed:" in capsys.readouterr().err


def test_an_unknown_number_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        render.main(["9"])

    assert ended.value.code == 2
    assert "there is no notebook 9" in capsys.readouterr().err
