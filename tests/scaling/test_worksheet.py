"""The worksheet: the form, the lock, and what shows that the predictions came first."""

import tomllib
import xml.etree.ElementTree as ET

import pytest

from grader.errors import Failed
from grader.scaling import worksheet
from grader.scaling.questions import QUESTIONS
from grader.scaling.worksheet import Worksheet
from grader.scaling.worksheet_picture import factor, picture
from tests.repository import commit, git, repository

NAMES = [one.name for one in QUESTIONS]


def sheet_in(folder, answers=None, **more):
    """A worksheet that predicts 2.0 everywhere, and in which the kit measured these answers."""
    tables = {name: {"predicted": 2.0, "reason": "So I think."} for name in NAMES}
    for name, value in (answers or {}).items():
        tables[name]["measured"] = value
    return Worksheet(folder, tables | more)


def locked(sheet):
    return Worksheet(sheet.folder, {**sheet.tables, "lock": {"hash": sheet.digest(), "date": "2026-01-02"}})


def text_of(sheet):
    return worksheet.write(sheet).read_text("utf-8")


@pytest.fixture
def predicted(tmp_path):
    """Give a repository with a worksheet that was predicted, locked and committed; and the commit."""
    folder = repository(tmp_path / "chat", **{"service.toml": ""})
    commit(folder, {"worksheet.toml": text_of(locked(sheet_in(folder)))})
    return folder, git(folder, "rev-parse", "--short", "HEAD").strip()


def measured_at(folder, revision, values=None, **more):
    values = dict.fromkeys(NAMES, 4.0) if values is None else values
    found = sheet_in(folder, values, measured={"commit": revision}, **more)
    return locked(found)


def test_the_form_has_every_question_open(tmp_path):
    worksheet.write(worksheet.form(tmp_path))

    sheet = worksheet.read(tmp_path)
    assert [*sheet.unpredicted] == NAMES
    assert [*sheet.unmeasured] == NAMES
    assert all(
        tomllib.loads((tmp_path / "worksheet.toml").read_text())[one.name]["question"] == one.text for one in QUESTIONS
    )
    assert sheet.worst() == []


def test_twelve_things_are_asked():
    assert {one.text.partition(".")[0].rstrip("ab") for one in QUESTIONS} == {str(number) for number in range(1, 13)}


def test_what_is_written_comes_back(tmp_path):
    before = sheet_in(tmp_path, {"read_ms": 3.3333}, curve={"clients": [1, 2], "measured": [10.0, 20.55]})
    before.tables["read_ms"]["reflection"] = 'I forgot "JSON".\nAnd Ünïcode.'
    worksheet.write(before)

    sheet = worksheet.read(tmp_path)
    assert sheet.figure("read_ms", "measured") == 3.33
    assert sheet.text("read_ms", "reflection") == 'I forgot "JSON".\nAnd Ünïcode.'
    assert sheet.tables["curve"] == {"clients": [1, 2], "measured": [10.0, 20.6]}
    assert sheet.digest() == before.digest()


@pytest.mark.parametrize(
    "odd",
    [{"predicted": 0.0}, {"predicted": -1}, {"predicted": "2"}, {"predicted": True}, {"reason": "  "}, {"reason": 3}],
)
def test_a_prediction_is_a_number_above_0_with_a_reason(tmp_path, odd):
    sheet = sheet_in(tmp_path)
    sheet.tables["servers"].update(odd)

    assert sheet.unpredicted == ("servers",)


def test_what_the_kit_could_not_measure_is_no_fault_of_the_learner(tmp_path):
    sheet = sheet_in(tmp_path, dict.fromkeys(NAMES[1:], 3.0))
    assert sheet.unmeasured == (NAMES[0],)
    sheet.tables[NAMES[0]]["lacking"] = "The service doesn't show it."
    assert sheet.unmeasured == ()

    nothing = sheet_in(tmp_path)
    for name in NAMES:
        nothing.tables[name]["lacking"] = "Nothing was measured."
    assert [*nothing.unmeasured] == NAMES


def test_the_worst_are_those_with_the_largest_factor_in_either_direction(tmp_path):
    sheet = sheet_in(tmp_path, {"read_ms": 0.5, "commit_ms": 4.0, "servers": 20.0, "cache_gain": 2.0})

    assert sheet.worst() == ["servers", "read_ms", "commit_ms"]
    assert sheet.miss("read_ms") == -2
    assert sheet.without_reflection == ("servers", "read_ms", "commit_ms")
    sheet.tables["servers"]["reflection"] = "A typing mistake."
    assert sheet.without_reflection == ("read_ms", "commit_ms")


def test_predictions_that_were_committed_before_are_believed(predicted):
    folder, revision = predicted

    assert measured_at(folder, revision).not_locked_before == ()


def test_predictions_that_changed_after_the_measurement_are_noticed(predicted):
    folder, revision = predicted
    sheet = measured_at(folder, revision)
    sheet.tables["read_ms"]["predicted"] = 4.0

    assert sheet.not_locked_before == ("a prediction or a reason has changed since it was locked",)
    said = f"in the commit {revision}, the locked predictions are others"
    assert locked(sheet).not_locked_before == (said,)


def test_a_commit_in_which_it_was_measured_already_shows_nothing(predicted):
    folder, revision = predicted
    commit(folder, {"worksheet.toml": text_of(measured_at(folder, revision))})
    later = git(folder, "rev-parse", "--short", "HEAD").strip()

    said = f"in the commit {later}, the worksheet was measured already"
    assert measured_at(folder, later).not_locked_before == (said,)


@pytest.mark.parametrize("revision", ["0000000", "--help", "nonsense", ""])
def test_a_commit_that_is_not_there_shows_nothing(predicted, revision):
    said = f"in the commit {revision}, there is no worksheet.toml that can be read"

    assert measured_at(predicted[0], revision).not_locked_before == (said,)


def test_without_a_lock_or_a_measurement_that_is_said(tmp_path):
    assert sheet_in(tmp_path).not_locked_before == ("the predictions were never locked",)
    assert locked(sheet_in(tmp_path)).not_locked_before == ("nothing was measured yet",)


def test_a_worksheet_that_is_missing_is_named_with_its_command(tmp_path):
    with pytest.raises(Failed) as caught:
        worksheet.read(tmp_path)

    said = (caught.value.actual, caught.value.expected)
    assert said == ("There is no worksheet.toml in the project.", "the form that `kit worksheet` writes")


def test_tables_that_are_none_are_taken_for_empty(tmp_path):
    sheet = Worksheet(tmp_path, {"read_ms": 3, "lock": "x", "measured": []})

    assert [*sheet.unpredicted] == NAMES
    assert not sheet.is_locked
    assert not sheet.is_measured


@pytest.mark.parametrize(
    ("miss", "said"),
    [(0.0, "as predicted"), (1.0, "2 × more"), (-2.0, "4 × less"), (11.3, "2,521 × more"), (0.05, "as predicted")],
)
def test_a_miss_is_said_as_a_factor(miss, said):
    assert factor(miss) == said


@pytest.mark.parametrize("curve", [[], [(1, 10.0)], [(1, 43.0), (2, 85.0), (4, 171.0), (8, 342.0), (16, 417.0)]])
def test_the_picture_is_well_formed_and_stays_within_its_frame(tmp_path, curve):
    sheet = sheet_in(tmp_path, dict.fromkeys(NAMES, 5000.0) | {"read_ms": 0.0001, "servers": 2.0})

    drawn = ET.fromstring(picture(sheet, curve, 0.023, 0.0024))

    width, height = (float(drawn.attrib[name]) for name in ("width", "height"))
    space = "{http://www.w3.org/2000/svg}"
    bars = [*drawn.iter(f"{space}rect")]
    assert len(bars) == len(QUESTIONS)
    assert all(
        0 <= float(bar.attrib["x"]) <= float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width for bar in bars
    )
    assert len([*drawn.iter(f"{space}circle")]) == len(curve)
    assert all(0 <= float(text.attrib["y"]) <= height for text in drawn.iter(f"{space}text"))
