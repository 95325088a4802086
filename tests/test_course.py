import pytest

from grader import course
from grader.errors import CourseError, UsageError

STEP = """
[[steps]]
id = "{id}"
title = "Step {id}"
needs = {needs}
bonus = {bonus}
hints = ["look", "look again"]
"""


@pytest.fixture
def exercises(tmp_path, monkeypatch):
    """An empty course; `lay` fills it."""
    monkeypatch.setattr(course, "EXERCISES", tmp_path)
    course.stages.cache_clear()
    yield tmp_path
    course.stages.cache_clear()


@pytest.fixture
def lay(exercises):
    """Write the steps.toml of a stage: `lay("02-two", {"2.1": ["1.1"]})`."""

    def write(stage, steps, title="A title"):
        (exercises / stage).mkdir()
        text = f'title = "{title}"\n'
        for name, needs in steps.items():
            text += STEP.format(id=name, needs=needs, bonus="false")
        (exercises / stage / "steps.toml").write_text(text)

    return write


@pytest.fixture
def two_stages(lay):
    lay("01-one", {"1.1": [], "1.2": [], "1.3": ["1.2"], "1.10": ["1.1", "1.3"]})
    lay("02-two", {"2.1": ["1.2"], "2.2": ["2.1"], "2.3": ["2.2"]})


def ids(steps):
    return [step.id for step in steps]


# the real course


def test_the_real_course_can_be_read():
    first = course.stages()[0]

    assert (first.id, first.folder.name, first.title) == ("01", "01-scaffolding", "Scaffolding")
    assert ids(first.steps) == [f"1.{number}" for number in range(1, 11)]


@pytest.mark.parametrize("step", course.all_steps(), ids=lambda step: step.id)
def test_each_step_has_two_to_four_hints_and_a_file_of_checks(step):
    assert 2 <= len(step.hints) <= 4
    assert course.stage_of(step).check_file(step).is_file()


# naming


@pytest.mark.parametrize("word", ["1", "01", "01-one"])
def test_a_stage_has_three_names(two_stages, word):
    assert course.find_stage(word).folder.name == "01-one"
    assert ids(course.find(word)) == ["1.1", "1.2", "1.3", "1.10"]


@pytest.mark.parametrize("word", ["1.3", "1.10", "2.1"])
def test_a_step_has_one_name(two_stages, word):
    assert course.find_step(word).id == word
    assert ids(course.find(word)) == [word]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("3", 'No stage "3". There are 01 to 02; see: kit'),
        ("05", 'No stage "05". There are 01 to 02; see: kit'),
        ("0", 'No stage "0". There are 01 to 02; see: kit'),
        ("001", 'No stage "001". There are 01 to 02; see: kit'),
        ("", 'No stage "". There are 01 to 02; see: kit'),
        ("one", 'No stage "one". There are 01 to 02; see: kit'),
        ("01-on", 'No stage "01-on". There are 01 to 02; see: kit'),
        ("1.", 'No stage "1.". There are 01 to 02; see: kit'),
        (".1", 'No stage ".1". There are 01 to 02; see: kit'),
        ("1.3.1", 'No stage "1.3.1". There are 01 to 02; see: kit'),
        ("1.3 ", 'No stage "1.3 ". There are 01 to 02; see: kit'),
        ("-1", 'No stage "-1". There are 01 to 02; see: kit'),
        ("9.1", 'No stage "9". There are 01 to 02; see: kit'),
        ("1.4", 'No step "1.4". Stage 01 has 1.1 to 1.10; see: kit'),
        ("1.03", 'No step "1.03". Stage 01 has 1.1 to 1.10; see: kit'),
        ("2.0", 'No step "2.0". Stage 02 has 2.1 to 2.3; see: kit'),
    ],
)
def test_what_does_not_exist_is_one_sentence(two_stages, word, sentence):
    with pytest.raises(UsageError) as caught:
        course.find(word)

    assert str(caught.value) == sentence


def test_a_course_of_one_stage_says_so(lay):
    lay("01-one", {"1.1": []})

    with pytest.raises(UsageError, match=r'^No stage "2"\. There is only 01; see: kit$'):
        course.find("2.1")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("1", ["01"]),
        ("02", ["02"]),
        ("01-one", ["01"]),
        ("1-2", ["01", "02"]),
        ("2-2", ["02"]),
        ("01-02", ["01", "02"]),
    ],
)
def test_stages_are_named_alone_or_as_a_range(two_stages, words, found):
    assert [stage.id for stage in course.stages_between(words)] == found


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("2-1", '"2-1" is no range of stages; write 1-2 or one stage.'),
        ("1-4", 'No stage "4". There are 01 to 02; see: kit'),
        ("1-", 'No stage "1-". There are 01 to 02; see: kit'),
        ("1,2", 'No stage "1,2". There are 01 to 02; see: kit'),
        ("", 'No stage "". There are 01 to 02; see: kit'),
    ],
)
def test_what_is_no_range_is_one_sentence(two_stages, words, sentence):
    with pytest.raises(UsageError) as caught:
        course.stages_between(words)

    assert str(caught.value) == sentence


# order and needs


def test_stages_and_steps_keep_the_order_of_the_course(lay):
    lay("02-two", {"2.1": []})
    lay("10-ten", {"10.1": []})
    lay("01-one", {"1.2": [], "1.1": [], "1.10": []})

    assert ids(course.all_steps()) == ["1.2", "1.1", "1.10", "2.1", "10.1"]
    assert course.find_stage("10").id == "10"


def test_needs_are_followed_to_their_end_and_across_stages(two_stages):
    wanted = course.with_needs([course.find_step("2.3"), course.find_step("1.3"), course.find_step("2.3")])

    assert ids(wanted) == ["1.2", "1.3", "2.1", "2.2", "2.3"]
    assert course.with_needs([]) == ()


def test_steps_are_split_by_stage_in_course_order(two_stages):
    steps = [course.find_step(word) for word in ("2.1", "1.3", "1.1")]

    parts = [(stage.id, ids(of_stage)) for stage, of_stage in course.split(steps)]

    assert parts == [("01", ["1.3", "1.1"]), ("02", ["2.1"])]
    assert course.split([]) == []


# the kit's own files


def test_no_exercises_at_all_is_a_fault_of_the_installation(exercises):
    with pytest.raises(CourseError, match=r"There is no stage in .*: was the kit installed without its exercises\?"):
        course.stages()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"title = ",
        b"\xff",
        b'title = "x"\n',
        b'title = "x"\nsteps = []\n',
        b'title = "x"\nsteps = 5\n',
        b'title = "x"\nsteps = ["1.1"]\n',
        b'[[steps]]\nid = "1.1"\n',
        STEP.format(id="1.1", needs="[]", bonus="false").encode(),
        b'title = "x"\n[[steps]]\nid = "1.1"\ntitle = "x"\nneeds = []\nbonus = false\n',
        ('title = "x"\n' + STEP.format(id="1.1", needs='"1.0"', bonus="false")).encode(),
        ('title = "x"\n' + STEP.format(id="1.1", needs="[]", bonus='"no"')).encode(),
        ('title = "x"\n' + STEP.format(id="1.1", needs="[]", bonus="false").replace('"1.1"', "1.1")).encode(),
    ],
)
def test_a_broken_list_of_steps_names_its_file(exercises, content):
    (exercises / "01-one").mkdir()
    (exercises / "01-one" / "steps.toml").write_bytes(content)

    with pytest.raises(CourseError, match=r"^01-one/steps.toml (cannot be read: .+|lists no steps)\.$"):
        course.stages()


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ({"1.1": ["1.2"], "1.2": []}, "Step 1.1 needs 1.2, which is not an earlier step."),
        ({"1.1": ["1.1"]}, "Step 1.1 needs 1.1, which is not an earlier step."),
        ({"1.1": [], "1.2": ["1.1", "0.9"]}, "Step 1.2 needs 0.9, which is not an earlier step."),
        ({"2.1": []}, "01-one/steps.toml cannot have a step 2.1 here."),
    ],
)
def test_steps_that_contradict_each_other_are_a_fault(lay, steps, sentence):
    lay("01-one", steps)

    with pytest.raises(CourseError) as caught:
        course.stages()

    assert str(caught.value) == sentence


def test_a_step_exists_once(exercises, lay):
    lay("01-one", {"1.1": []})
    with (exercises / "01-one" / "steps.toml").open("a") as file:
        file.write(STEP.format(id="1.1", needs="[]", bonus="false"))

    with pytest.raises(CourseError, match=r"^01-one/steps.toml cannot have a step 1.1 here\.$"):
        course.stages()


def test_a_step_has_exactly_one_file_of_checks(exercises, two_stages):
    stage, step = course.find_stage("1"), course.find_step("1.10")
    checks = exercises / "01-one" / "checks"
    checks.mkdir()

    with pytest.raises(CourseError, match=r"^Step 1.10 must have one file of checks; found 0\.$"):
        stage.check_file(step)
    (checks / "test_1_10_clone.py").touch()
    (checks / "test_1_1_clone.py").touch()
    (checks / "test_11_10_clone.py").touch()
    assert stage.check_file(step).name == "test_1_10_clone.py"
    (checks / "test_1_10_other.py").touch()
    with pytest.raises(CourseError, match=r"^Step 1.10 must have one file of checks; found 2\.$"):
        stage.check_file(step)
