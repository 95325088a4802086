"""The page about checks: it is fresh and complete, and its examples are so."""

import re

import pytest

from grader import check, course
from grader.assertions import expected
from grader.session import runner
from grader.testdata import payloads, rare_requests, webhook_payloads
from tests import members, words
from tests.projects import a_check
from tests.real_course import COURSE

SENTENCES = re.compile(r"[A-Z`].*[.]")
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"^    (asked|expected|came) +(.+)$", re.MULTILINE)
STEP = "2.3"


@pytest.fixture(scope="module")
def page():
    return words.PAGE.read_text("utf-8")


@pytest.fixture
def asked(tmp_path, as_a_project):
    """Run the example's check on the solution of stage 2, in which one text may be replaced."""

    def run(example, old="", new=""):
        exercises = tmp_path / "exercises"
        stage = COURSE.stage_of(COURSE.find_step(STEP))
        home = exercises / stage.folder.name
        (home / "checks").mkdir(parents=True, exist_ok=True)
        (home / "steps.toml").write_text(
            f'title = "T"\nfixtures = ["chat"]\n[[steps]]\nid = "{STEP}"\ntitle = "T"\n'
            "needs = []\nbonus = false\nhints = []\n"
        )
        (home / "checks" / "test_2_03_limit.py").write_text(f"from grader.check import check\n\n{example}")
        project = as_a_project(stage.solution)
        text = (project / "server" / "query.py").read_text()
        assert old in text
        (project / "server" / "query.py").write_text(text.replace(old, new))
        own = course.load(exercises)
        return runner.run(own, project, own.steps)

    return run


def test_the_page_is_fresh(page):
    assert words.page() == page, "run: python -m tests.words --write"


def test_every_word_says_what_it_gives():
    every = [word for folder in COURSE.stages for word in words.of_stage(folder.folder)] + [*words.of_the_kit()]

    assert [word.name for word in every if not SENTENCES.fullmatch(word.sentence)] == []
    assert [word.name for word in words.of_the_kit() if word.gives is None] == []


def test_a_word_that_is_a_function_says_how_it_is_called():
    functions = [word for word in words.of_the_kit() if words.described(word.gives).startswith("a function")]

    assert len(functions) > 5
    assert [word.name for word in functions if f"{word.name}(" not in word.sentence] == []


def test_every_word_is_on_the_page(page):
    assert [word.name for word in words.of_the_kit() if f"| `{word.name}` | " not in page] == []


def test_what_words_give_says_what_it_is():
    kinds = members.classes([word.gives for word in words.of_the_kit() if words.first_stage(word)], words.asked())
    found = [(kind.__name__, one) for kind in kinds for one in members.members(kind, words.asked())]

    assert [kind.__name__ for kind in kinds if not members.sentence(kind)] == []
    assert [(kind, one.name) for kind, one in found if one.value is not None and not one.sentence] == []


def test_everything_that_a_check_can_import_is_on_the_page(page):
    data = [words.documented(module) for module in (payloads, rare_requests, webhook_payloads)]
    constants = words.documented(expected) | data[0] | data[1] | data[2]

    assert {*constants, "check", "ids", "words"} == set(check.__all__)
    assert [name for name, sentence in constants.items() if not SENTENCES.fullmatch(sentence)] == []
    assert [name for name in ("@check(", "ids(", "words(", *constants) if f"`{name}" not in page] == []


def test_the_example_passes_on_the_solution(page, asked):
    (step,) = asked(PYTHON.findall(page)[0]).stages[0].steps

    assert step.outcome == "pass"


def test_the_example_fails_as_the_page_shows(page, asked):
    shown = dict(SHOWN.findall(page))

    found = asked(PYTHON.findall(page)[0], "[0-9]{1,3}", "[1-9][0-9]{0,2}").problem

    assert shown == {"asked": found.request, "expected": found.expected, "came": found.actual}
    assert f"  {STEP}  {found.sentence.replace('`', '')}" in page
    assert f"    clause    {found.clause} of the contract" in page


def test_a_conftest_as_on_the_page_gives_a_word(page, asked, tmp_path):
    (tmp_path / "exercises" / "02-data-model" / "checks").mkdir(parents=True)
    conftest = tmp_path / "exercises" / "02-data-model" / "checks" / "conftest.py"
    conftest.write_text(PYTHON.findall(page)[1])

    (step,) = asked(a_check(STEP, "talkative_chat", "assert talkative_chat.page().count == 4")).stages[0].steps

    assert (step.problem.expected, step.problem.actual) == ("4 messages", "3 messages")
    assert [word.name for word in words.of_stage(conftest.parent.parent)] == ["talkative_chat"]
