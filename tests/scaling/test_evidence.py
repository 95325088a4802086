"""Evidence files: read strictly, and each mistake in them has one sentence."""

import pytest

from grader.errors import Failed
from grader.scaling import evidence
from grader.scaling.evidence import ANSWERS, CAPACITY, Evidence


def written(tmp_path, text, file=ANSWERS):
    (tmp_path / file).write_text(text)
    return evidence.read(tmp_path, file)


def complaint(ask):
    with pytest.raises(Failed) as caught:
        ask()
    return caught.value.actual, caught.value.expected


def test_what_stands_there_is_given():
    found = Evidence(
        ANSWERS,
        {
            "cache": {"default": "on", "gain": 1.4},
            "generator": {"bound": False, "http_user": 690},
            "profile": {"top_five": ["a", "b"]},
            "writes": {"evidence": [{"metric": "x", "value": 2}, {"metric": "y", "value": 0.5}]},
        },
    )

    assert found.number("cache", "gain") == 1.4
    assert found.number("generator", "http_user").actual_text() == "answers.toml, [generator] http_user = 690"
    assert found.word("cache", "default", ("on", "off")) == "on"
    assert found.word("cache", "default").actual_text() == "answers.toml, [cache] default = 'on'"
    assert found.flag("generator", "bound") is False
    assert found.texts("profile", "top_five") == ("a", "b")
    assert [(metric.name, metric.value) for metric in found.metrics("writes")] == [("x", 2.0), ("y", 0.5)]
    assert found.has("cache", "gain")
    assert not found.has("cache", "loss")
    assert not found.has("none", "gain")


@pytest.mark.parametrize(
    ("file", "wanted"),
    [(ANSWERS, "your answers, which `kit next` brings as a form"), (CAPACITY, "the file that `kit capacity` writes")],
)
def test_a_file_that_is_missing_is_named_with_where_it_comes_from(tmp_path, file, wanted):
    assert complaint(lambda: evidence.read(tmp_path, file)) == (f"There is no {file} in the project.", wanted)


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    (tmp_path / ANSWERS).mkdir()

    assert complaint(lambda: evidence.read(tmp_path, ANSWERS))[0] == "answers.toml cannot be read: is a directory."


@pytest.mark.parametrize("text", ["[cache\n", "a = 1\na = 2\n", "x = " + "[" * 5000])
def test_a_file_that_is_no_toml_says_where(tmp_path, text):
    assert complaint(lambda: written(tmp_path, text))[0].startswith("answers.toml is not valid TOML: ")


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    assert written(tmp_path, "\ufeff[cache]\ngain = 1\n").number("cache", "gain") == 1


@pytest.mark.parametrize("text", ["", "[cache]\n", "[cache]\n# gain = 1.0\n"])
def test_what_is_not_there_yet_is_asked_for(tmp_path, text):
    found = written(tmp_path, text)

    said = ("answers.toml says nothing about gain under [cache].", "gain = a number")
    assert complaint(lambda: found.number("cache", "gain")) == said


@pytest.mark.parametrize(("table", "command"), [("writes", "writes"), ("mixed", "mixed"), ("machine", "reads")])
def test_a_capacity_that_was_not_searched_for_yet_names_the_command(table, command):
    said = (f"capacity.toml has no table [{table}].", f"the table that `kit capacity {command}` writes")
    assert complaint(lambda: Evidence(CAPACITY, {"cores": 2}).number(table, "held")) == said


def test_a_table_that_is_none_is_named(tmp_path):
    found = written(tmp_path, 'cache = "on"\n')

    said = ("cache in answers.toml is no table.", "a line [cache], and gain below it")
    assert complaint(lambda: found.number("cache", "gain")) == said


@pytest.mark.parametrize("value", ['"1"', "true", "-1", "nan", "inf", "[1]", "1e300", "2026-01-02"])
def test_what_is_no_figure_is_refused(tmp_path, value):
    found = written(tmp_path, f"[cache]\ngain = {value}\n")

    actual, expected = complaint(lambda: found.number("cache", "gain"))
    assert actual.startswith("answers.toml, [cache] gain = ")
    assert expected == "a number that is 0 or more"


@pytest.mark.parametrize("value", ["1", '""', '"  "', '"maybe"', "[]"])
def test_a_word_is_one_of_those_that_there_are(tmp_path, value):
    found = written(tmp_path, f"[cache]\ndefault = {value}\n")

    assert complaint(lambda: found.word("cache", "default", ("on", "off")))[1] == "one of on, off"


@pytest.mark.parametrize("value", ["0", '"false"'])
def test_a_flag_is_true_or_false(tmp_path, value):
    found = written(tmp_path, f"[generator]\nbound = {value}\n")

    assert complaint(lambda: found.flag("generator", "bound"))[1] == "true or false"


@pytest.mark.parametrize("value", ['"a"', "[1]", '["a", " "]'])
def test_texts_are_a_list_without_empty_ones(tmp_path, value):
    found = written(tmp_path, f"[profile]\ntop_five = {value}\n")

    assert complaint(lambda: found.texts("profile", "top_five"))[1] == "a list of texts, none of them empty"


@pytest.mark.parametrize(
    "value", ["{}", "[1]", '[{metric = "x"}]', "[{metric = 1, value = 1}]", '[{metric = "x", value = "1"}]']
)
def test_metrics_have_a_name_and_a_figure(tmp_path, value):
    found = written(tmp_path, f"[writes]\nevidence = {value}\n")

    assert complaint(lambda: found.metrics("writes"))[1] == '[ {metric = "...", value = 0.0}, ... ]'
