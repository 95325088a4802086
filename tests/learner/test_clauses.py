import re

import pytest

from grader.errors import UsageError
from grader.learner import clauses
from tests.command import kit
from tests.real_course import COURSE

CONTRACT = (COURSE.exercises / clauses.FILE).read_text()


@pytest.mark.parametrize("word", [f"K{number}" for number in range(1, 11)])
def test_a_clause_is_found_whole_and_nothing_of_the_next(word):
    found = clauses.find(COURSE, word.lower())

    assert found.text.startswith(f"### {word}: ")
    assert found.text in CONTRACT
    assert re.findall(r"(?m)^#+ ", found.text) == ["### "]
    assert CONTRACT.splitlines()[found.line - 1] == found.text.splitlines()[0]


@pytest.mark.parametrize("word", ["1", "01", "stage 1", "Stage 1"])
def test_a_stage_is_found(word):
    assert clauses.find(COURSE, word).text.startswith("## Stage 1: ")


@pytest.mark.parametrize("step", [step.id for step in COURSE.steps])
def test_what_is_promised_for_a_step_is_part_of_its_stage(step):
    stage = clauses.find(COURSE, step.partition(".")[0]).text

    found = clauses.find(COURSE, step).text

    assert re.search(rf"(?<![\d.]){re.escape(step)}\b", found)
    assert all(line in stage for line in found.splitlines())
    assert len(found) < 0.7 * len(stage)


def test_a_step_gets_its_own_rows_only():
    found = clauses.find(COURSE, "2.3").text

    assert "| `limit` | 20 |" in found
    assert "`since`" not in found


@pytest.mark.parametrize("step", [step.id for step in COURSE.steps])
def test_what_a_paragraph_announces_is_shown_with_it(step):
    blocks = clauses.find(COURSE, step).text.split("\n\n")

    announcing = [place for place, block in enumerate(blocks) if block.endswith(":")]
    assert all(place + 1 < len(blocks) and not blocks[place + 1].startswith("#") for place in announcing)


@pytest.mark.parametrize("step", ["4.7", "4.10"])
def test_whoever_names_a_cause_sees_the_table_of_causes(step):
    found = clauses.find(COURSE, step).text

    assert "| `cpu_app` | `writes_per_s_memory` over" in found
    assert "`generator` is the limit where" in found


def test_the_tag_of_a_step_is_shown_without_the_migration():
    found = clauses.find(COURSE, "2.5").text

    assert "`kit check` sets that tag" in found
    assert "150 messages" not in found
    assert "| (a) |" in clauses.find(COURSE, "2.7").text


@pytest.mark.parametrize("word", ["K11", "9", "1.99", "x"])
def test_what_there_is_not_is_said(word):
    with pytest.raises(UsageError):
        clauses.find(COURSE, word)


def test_every_clause_that_a_check_cites_can_be_shown():
    cited = {
        clause for step in COURSE.steps for clause in re.findall(r'clause="(.+?)"', COURSE.check_file(step).read_text())
    }

    assert all(clauses.find(COURSE, clause).text for clause in cited)


def test_the_command_shows_a_part_and_where_it_stands(tmp_path):
    done = kit("contract", "K6", cwd=tmp_path)

    assert done.status == 0
    assert "Nothing that a client sends produces a 5xx" in done.text
    assert re.search(r"CONTRACT\.md, line \d+", done.text)
    assert "K10: the client" in kit("contract", cwd=tmp_path).text


def test_the_path_stays_in_one_line_where_the_window_is_narrow(tmp_path):
    lines = kit("contract", "K6", cwd=tmp_path, COLUMNS="30").stdout.splitlines()

    assert any(re.fullmatch(r"  /.*/CONTRACT\.md, line \d+", line) for line in lines)


def test_lines_to_copy_stay_as_they_are(tmp_path):
    lines = kit("contract", "K1", cwd=tmp_path).stdout.splitlines()

    line = 'reads  = "locust -f loadtest/reads.py --headless -u {users} -r {users} -t {seconds}s -H {url}"'
    assert f"      {line}" in lines
