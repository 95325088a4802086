"""The cases themselves are in order, and the kit rejects one that isn't."""

import pytest

from grader import course
from grader.errors import CourseError
from tests import cases, matrix

LISTED = {
    "mistakes": {f"W1-{n:02}" for n in (1, 2, 3, 5, 6, 7, 9, 12, 13, 14, 17, 18)}
    | {f"W2-{n:02}" for n in (1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19, 20, 23, 25, 26, 27)}
    | {f"W2-{n:02}" for n in (29, 31, 32, 34, 37, 39, 40, 41, 43, 44)}
    | {f"W3-{n:02}" for n in (1, 2, 4, 5, 6, 9, 10, 11, 12, 14, 15, 16, 18, 19, 21, 22, 24, 25, 26, 28, 30, 31)}
    | {f"W4-{n:02}" for n in (1, 2, 3, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 19, 20, 21, 23, 24, 25, 28, 29)},
    "variants": {f"U1-{n:02}" for n in (1, 2, 4, 5, 7, 8, 9)}
    | {f"U2-{n:02}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 10, 13, 15, 16, 17)}
    | {f"U3-{n:02}" for n in (1, 2, 3, 4, 6, 7, 9, 10)}
    | {f"U4-{n:02}" for n in (1, 3, 4, 5, 10, 11, 12)},
}


MISTAKE = 'wrong = "It is wrong."\nsolution = "01-scaffolding"\n'
VARIANT = 'unusual = "It is odd."\nsolution = "01-scaffolding"\n'


@pytest.fixture
def a_case(tmp_path):
    """Write the file of a case, such as `1.4/name.toml`, and return it."""

    def write(place, text):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return write


@pytest.mark.parametrize(
    ("place", "text", "sentence"),
    [
        ("9.9/it.toml", MISTAKE, '9.9/it.toml: No stage "9"'),
        ("1.77/it.toml", MISTAKE, '1.77/it.toml: No step "1.77"'),
        ("01/it.toml", MISTAKE, '01/it.toml: No step "01"'),
        ("1.2/it.toml", VARIANT, '1.2/it.toml: .* "1.2" is no stage'),
        ("1/it.toml", VARIANT, '1/it.toml: .* "1" is no stage'),
        ("1.2/it.toml", 'solution = "01-scaffolding"\n', "either what is wrong or what is unusual"),
        ("1.2/it.toml", MISTAKE + 'unusual = "It is odd."\n', "either what is wrong or what is unusual"),
        ("1.2/it.toml", MISTAKE + 'may_fail = { "1.77" = "?" }\n', 'No step "1.77"'),
        ("1.2/it.toml", MISTAKE + 'step = "1.2"\n', '1.2/it.toml: .* unknown key "step"'),
        ("01/it/case.toml", VARIANT + "steps = []\n", '01/it/case.toml: .* unknown key "steps"'),
        ("1.2/it.toml", 'wrong = "W."\n', "neither a solution to edit nor a project"),
        ("01/it/case.toml", 'unusual = "U."\n', "neither a solution to edit nor a project"),
        ("1.2/it.toml", "wrong = ", "1.2/it.toml cannot be read"),
    ],
)
def test_a_case_that_is_not_in_order_is_rejected(a_case, place, text, sentence):
    with pytest.raises(CourseError, match=sentence):
        cases.read(a_case(place, text))


@pytest.mark.parametrize(
    ("place", "text", "found"),
    [
        ("1.10/it.toml", MISTAKE, ("1.10/it", "1.10", "01")),
        ("2.3/it/case.toml", MISTAKE, ("2.3/it", "2.3", "02")),
        ("02/it.toml", VARIANT, ("02/it", None, "02")),
        ("03/it/case.toml", VARIANT, ("03/it", None, "03")),
    ],
)
def test_the_folder_of_a_case_says_its_name_its_step_and_its_stage(a_case, place, text, found):
    case = cases.read(a_case(place, text))

    assert (case.name, case.step, case.stage) == found


def test_what_a_learner_reads_is_recorded_beside_the_file_of_the_case(a_case):
    assert cases.read(file := a_case("1.4/it.toml", MISTAKE)).said == file.parent / "it.said.txt"


def test_cases_are_read_by_step_and_then_by_name(a_case, tmp_path):
    for place in ("1.10/a.toml", "1.2/b/case.toml", "1.2/a.toml", "1.2/c.toml"):
        a_case(place, MISTAKE)

    assert [case.name for case in cases.read_all(tmp_path)] == ["1.2/a", "1.2/b", "1.2/c", "1.10/a"]


def test_an_edit_without_old_text_writes_a_whole_file(a_case, resources):
    edits = "".join(f'[[edits]]\nfile = "{file}"\nold = ""\nnew = "x"\n' for file in ("service.toml", "new/one.py"))

    place = cases.build(cases.read(a_case("1.2/it.toml", MISTAKE + edits)), resources.fresh("project"))

    assert [(place / file).read_text() for file in ("service.toml", "new/one.py")] == ["x", "x"]


@pytest.mark.parametrize("old", ["no such text", "e"])
def test_an_edit_that_does_not_fit_once_names_the_case(a_case, resources, old):
    edit = f'[[edits]]\nfile = "service.toml"\nold = "{old}"\nnew = "x"\n'

    with pytest.raises(CourseError, match=r"1\.2/it: .* times in service.toml, not once"):
        cases.build(cases.read(a_case("1.2/it.toml", MISTAKE + edit)), resources.fresh("project"))


@pytest.mark.parametrize("kind", ["mistakes", "variants"])
def test_every_listed_case_is_there(kind):
    found = {one for case in cases.read_all(matrix.HERE / kind) for one in case.ids}

    assert LISTED[kind] <= found


def test_the_edits_of_every_case_fit_its_solution():
    for case in (one for one in matrix.all_cases() if one.solution):
        texts = {}
        for edit in case.edits:
            if edit.old and edit.file not in texts:
                texts[edit.file] = (course.ROOT / "solutions" / case.solution / edit.file).read_text()
            texts[edit.file] = cases.edited(case, edit, texts[edit.file]) if edit.old else edit.new


def test_the_names_of_cases_are_unique():
    names = [case.name for case in matrix.all_cases()]

    assert len(names) == len(set(names))


def test_no_recorded_text_is_left_without_its_mistake():
    recorded = set(matrix.MISTAKES.rglob("*.said.txt"))

    assert recorded <= {case.said for case in matrix.all_cases() if case.step and not case.varies}


def test_sentences_are_sentences():
    assert [case.name for case in matrix.all_cases() if not case.sentence.endswith(".")] == []
