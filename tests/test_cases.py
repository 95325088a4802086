"""The cases themselves are in order, and the kit rejects one that isn't."""

import pytest

from grader.errors import CourseError
from tests import cases, matrix

LISTED = {
    "mistakes": {f"W1-{n:02}" for n in (1, 2, 3, 5, 6, 7, 9, 12, 13, 14, 17, 18)}
    | {f"W2-{n:02}" for n in (1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19, 20, 23, 25, 26, 27)}
    | {f"W2-{n:02}" for n in (29, 31, 32, 34, 37, 39, 40, 41, 43, 44)}
    | {f"W3-{n:02}" for n in (1, 2, 4, 5, 6, 9, 10, 11, 12, 14, 15, 16, 18, 19, 21, 22, 24, 25, 26, 28, 30, 31)},
    "variants": {f"U1-{n:02}" for n in (1, 2, 4, 5, 7, 8, 9)}
    | {f"U2-{n:02}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 10, 13, 15, 16, 17)}
    | {f"U3-{n:02}" for n in (1, 2, 3, 4, 6, 7, 9, 10)},
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('wrong = "It is wrong."\nsolution = "01-scaffolding"\n', "must name the step that fails"),
        ('unusual = "It is odd."\nsolution = "01-scaffolding"\nstep = "1.2"\n', "must name the step that fails"),
        ('solution = "01-scaffolding"\nstep = "1.2"\n', "either what is wrong or what is unusual"),
        ('wrong = "W."\nsolution = "01-scaffolding"\nstep = "9.9"\n', 'No stage "9"'),
        ('wrong = "W."\nsolution = "01-scaffolding"\nstep = "1.2"\nmay_fail = { "1.77" = "?" }\n', 'No step "1.77"'),
        ('wrong = "W."\nsolution = "01-scaffolding"\nstep = "1.2"\nsteps = []\n', 'unknown key "steps"'),
        ('wrong = "W."\nstep = "1.2"\n', "neither a solution to edit nor a project"),
        ("wrong = ", "cannot be read"),
    ],
)
def test_a_case_that_says_too_little_is_rejected(tmp_path, text, sentence):
    (tmp_path / "case.toml").write_text(text)

    with pytest.raises(CourseError, match=sentence):
        cases.read(tmp_path)


@pytest.mark.parametrize("old", ["no such text", "e"])
def test_an_edit_that_does_not_fit_once_names_the_case(tmp_path, scratch, old):
    (tmp_path / "case.toml").write_text(
        'wrong = "W."\nsolution = "01-scaffolding"\nstep = "1.2"\n'
        f'[[edits]]\nfile = "service.toml"\nold = "{old}"\nnew = "x"\n'
    )

    with pytest.raises(CourseError, match=rf"{tmp_path.name}: .* times in service.toml, not once"):
        cases.build(cases.read(tmp_path), scratch.fresh("project"))


@pytest.mark.parametrize("kind", ["mistakes", "variants"])
def test_every_listed_case_is_there(kind):
    found = {one for case in cases.read_all(matrix.HERE / kind) for one in case.ids}

    assert LISTED[kind] <= found


def test_the_names_of_cases_are_unique_and_begin_with_their_stage():
    names = [case.name for case in matrix.all_cases()]

    assert len(names) == len(set(names))
    assert all(name[:2] in ("1-", "2-", "3-") for name in names)


def test_sentences_are_sentences():
    assert [case.name for case in matrix.all_cases() if not case.sentence.endswith(".")] == []
