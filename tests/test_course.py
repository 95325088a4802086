import pytest

from grader import course
from grader.errors import CourseError, UsageError
from tests.real_course import COURSE

STEP = """
[[steps]]
id = "{id}"
title = "Step {id}"
needs = {needs}
bonus = {bonus}
hints = ["look", "look again"]
"""


@pytest.fixture
def exercises(tmp_path):
    """The folder of an empty course; `lay` fills it."""
    return tmp_path


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
def two_stages(exercises, lay):
    lay("01-one", {"1.1": [], "1.2": [], "1.3": ["1.2"], "1.10": ["1.1", "1.3"]})
    lay("02-two", {"2.1": ["1.2"], "2.2": ["2.1"], "2.3": ["2.2"]})
    return course.load(exercises)


def ids(steps):
    return [step.id for step in steps]


# the real course


def test_the_real_course_can_be_read():
    first = COURSE.stages[0]

    assert (first.id, first.folder.name, first.title) == ("01", "01-scaffolding", "Scaffolding")
    assert ids(first.steps) == [f"1.{number}" for number in range(1, 11)]


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_each_step_has_two_to_four_hints_and_a_file_of_checks(step):
    assert 2 <= len(step.hints) <= 4
    assert COURSE.check_file(step).is_file()


# naming


@pytest.mark.parametrize("word", ["1", "01", "01-one"])
def test_a_stage_has_three_names(two_stages, word):
    assert two_stages.find_stage(word).folder.name == "01-one"
    assert ids(two_stages.find(word)) == ["1.1", "1.2", "1.3", "1.10"]


@pytest.mark.parametrize("word", ["1.3", "1.10", "2.1"])
def test_a_step_has_one_name(two_stages, word):
    assert two_stages.find_step(word).id == word
    assert ids(two_stages.find(word)) == [word]


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
        two_stages.find(word)

    assert str(caught.value) == sentence


def test_a_course_of_one_stage_says_so(exercises, lay):
    lay("01-one", {"1.1": []})

    with pytest.raises(UsageError, match=r'^No stage "2"\. There is only 01; see: kit$'):
        course.load(exercises).find("2.1")


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
    assert [stage.id for stage in two_stages.stages_between(words)] == found


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
        two_stages.stages_between(words)

    assert str(caught.value) == sentence


# order and needs


def test_stages_and_steps_keep_the_order_of_the_course(exercises, lay):
    lay("02-two", {"2.1": []})
    lay("10-ten", {"10.1": []})
    lay("01-one", {"1.2": [], "1.1": [], "1.10": []})

    loaded = course.load(exercises)

    assert ids(loaded.steps) == ["1.2", "1.1", "1.10", "2.1", "10.1"]
    assert loaded.find_stage("10").id == "10"


def test_needs_are_followed_to_their_end_and_across_stages(two_stages):
    wanted = two_stages.with_needs(
        [two_stages.find_step("2.3"), two_stages.find_step("1.3"), two_stages.find_step("2.3")]
    )

    assert ids(wanted) == ["1.2", "1.3", "2.1", "2.2", "2.3"]
    assert two_stages.with_needs([]) == ()


def test_steps_are_split_by_stage_in_course_order(two_stages):
    steps = [two_stages.find_step(word) for word in ("2.1", "1.3", "1.1")]

    parts = [(stage.id, ids(of_stage)) for stage, of_stage in two_stages.split(steps)]

    assert parts == [("01", ["1.3", "1.1"]), ("02", ["2.1"])]
    assert two_stages.split([]) == []


# the kit's own files


def test_no_exercises_at_all_is_a_fault_of_the_installation(exercises):
    with pytest.raises(CourseError, match=r"There is no stage in .*: was the kit installed without its exercises\?"):
        course.load(exercises)


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
        course.load(exercises)


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ({"1.1": ["1.2"], "1.2": []}, "Step 1.1 needs 1.2, which is not an earlier step."),
        ({"1.1": ["1.1"]}, "Step 1.1 needs 1.1, which is not an earlier step."),
        ({"1.1": [], "1.2": ["1.1", "0.9"]}, "Step 1.2 needs 0.9, which is not an earlier step."),
        ({"2.1": []}, "01-one/steps.toml cannot have a step 2.1 here."),
    ],
)
def test_steps_that_contradict_each_other_are_a_fault(exercises, lay, steps, sentence):
    lay("01-one", steps)

    with pytest.raises(CourseError) as caught:
        course.load(exercises)

    assert str(caught.value) == sentence


def test_a_step_exists_once(exercises, lay):
    lay("01-one", {"1.1": []})
    with (exercises / "01-one" / "steps.toml").open("a") as file:
        file.write(STEP.format(id="1.1", needs="[]", bonus="false"))

    with pytest.raises(CourseError, match=r"^01-one/steps.toml cannot have a step 1.1 here\.$"):
        course.load(exercises)


def test_a_step_has_exactly_one_file_of_checks(exercises, two_stages):
    stage, step = two_stages.find_stage("1"), two_stages.find_step("1.10")
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


def test_two_courses_can_be_read_side_by_side(two_stages):
    assert ids(two_stages.steps)[:3] == ["1.1", "1.2", "1.3"]
    assert COURSE.find_stage("1").title == "Scaffolding"
    assert two_stages.find_stage("1").title == "A title"


def test_a_stage_migrates_from_earlier_steps_only(exercises, lay):
    lay("01-one", {"1.1": []})
    with (exercises / "01-one" / "steps.toml").open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write(f'earlier_states = ["1.7"]\n{text}')

    with pytest.raises(CourseError, match=r"^Stage 01 migrates from 1.7, which is not an earlier step\.$"):
        course.load(exercises)


def test_what_a_step_has_to_do_with_service_toml_is_one_of_three_words(exercises, lay):
    lay("01-one", {"1.1": []})
    with (exercises / "01-one" / "steps.toml").open("a") as file:
        file.write('service_file = "perhaps"\n')

    with pytest.raises(CourseError, match=r"^01-one/steps.toml cannot be read: "):
        course.load(exercises)


def test_the_states_that_later_stages_ask_for_are_in_course_order():
    assert COURSE.asked_for_later == ["2.5", "2.10"]
    assert COURSE.find_step("2.5").tag == "step-2.5"
