"""`kit worksheet`: what it says at each stage of predicting and measuring, and in which order it lets one go."""

import io
import re
import signal
import subprocess
import sys

import pytest
from rich.console import Console

from grader.learner.worksheet_lines import HALF, WorksheetLines, bar
from grader.scaling import worksheet
from tests.command import environment, kit
from tests.load import services
from tests.repository import commit, repository


@pytest.fixture
def chat(tmp_path):
    return repository(tmp_path / "chat", **{"service.toml": '[server]\ncommand = "python server.py"\n'})


def predict(chat, value="2.0"):
    path = chat / "worksheet.toml"
    text = re.sub(r"predicted = .*", f"predicted = {value}", path.read_text())
    path.write_text(text.replace('reason = ""', 'reason = "A guess."'))


def test_first_comes_the_form_then_the_lock_then_a_commit_then_the_measurement(chat):
    assert "The questions are in worksheet.toml." in kit("worksheet", cwd=chat).text
    assert "[read_ms] 1. One client reads pages" in kit("worksheet", cwd=chat).text

    early = kit("worksheet", "lock", cwd=chat)
    assert early.status == 2
    assert (
        "Not predicted yet, with a number above 0 and a reason: read_ms, reads_ratio_8, limit_ratio and 14"
        in early.text
    )
    unlocked = kit("worksheet", "measure", cwd=chat)
    assert (unlocked.status, "Type first: kit worksheet lock" in unlocked.text) == (2, True)

    predict(chat)
    assert "your predictions are complete; seal them" in kit("worksheet", cwd=chat).text
    assert "Your predictions are locked." in kit("worksheet", "lock", cwd=chat).text
    uncommitted = kit("worksheet", "measure", cwd=chat)
    assert (uncommitted.status, "Commit the locked predictions first: git add worksheet.toml" in uncommitted.text) == (
        2,
        True,
    )
    assert "kit worksheet measure" in kit("worksheet", cwd=chat).text


def test_a_prediction_that_changed_after_the_lock_is_locked_again(chat):
    kit("worksheet", cwd=chat)
    predict(chat)
    kit("worksheet", "lock", cwd=chat)
    commit(chat, {"worksheet.toml": (chat / "worksheet.toml").read_text()})
    predict(chat, "3.0")

    assert "or have changed since" in kit("worksheet", "measure", cwd=chat).text
    assert kit("worksheet", "lock", cwd=chat).status == 0
    assert "Commit the locked predictions first" in kit("worksheet", "measure", cwd=chat).text


def test_after_the_measurement_the_lock_stays_and_the_predictions_are_compared(chat):
    kit("worksheet", cwd=chat)
    predict(chat)
    sheet = worksheet.read(chat)
    sheet.tables["read_ms"]["measured"] = 8.0
    worksheet.write(worksheet.Worksheet(chat, {**sheet.tables, "measured": {"commit": "ab12cd3"}}))

    refused = kit("worksheet", "lock", cwd=chat)
    assert (refused.status, "was measured already, so its predictions stay" in refused.text) == (2, True)
    shown = kit("worksheet", cwd=chat).text
    assert re.search(r"read_ms 2 8 │█{4} 4 × more", shown)
    assert "Write a reflection about your worst predictions: read_ms." in shown


BRIEFLY = """
from grader.scaling import experiments
experiments.SECONDS, experiments.PAIRS, experiments.CURVE = 0.2, 1, (1, 2)
from grader.__main__ import main
main()
"""


@pytest.mark.timeout(120)
def test_what_was_measured_until_ctrl_c_is_kept(tmp_path, nothing_left):
    chat = repository(tmp_path / "chat")
    services.write(chat)
    kit("worksheet", cwd=chat)
    predict(chat)
    kit("worksheet", "lock", cwd=chat)
    commit(chat, {})

    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(
        [sys.executable, "-c", BRIEFLY, "worksheet", "measure"], cwd=chat, env=environment(), **streams
    ) as run:
        said = []
        while not any(line.split()[:1] == ["megabytes_per_s"] for line in said) and (line := run.stdout.readline()):
            said.append(line)
        run.send_signal(signal.SIGINT)
        said += run.stdout.readlines()
    assert run.returncode == 130, said
    text = " ".join(" ".join(said).split())
    assert re.search(r"Stopped: the [1-9] answers until now are in worksheet.toml\.", text)
    assert "Traceback" not in text
    sheet = worksheet.read(chat)
    assert sheet.figure("read_ms", "measured") > 0
    assert "servers" in sheet.unmeasured
    assert sheet.not_locked_before == ()


def test_a_worksheet_that_is_no_toml_is_one_sentence(chat):
    (chat / "worksheet.toml").write_text("[read_ms\n")

    done = kit("worksheet", cwd=chat)

    assert done.status == 2
    assert "worksheet.toml is not valid TOML: " in done.text


def test_a_word_that_needs_the_form_writes_it_and_says_so(chat):
    done = kit("worksheet", "lock", cwd=chat)

    assert done.status == 2
    assert (chat / "worksheet.toml").exists()


@pytest.mark.parametrize(
    ("miss", "drawn"), [(None, ""), (0.0, "│"), (1.0, "│██"), (-1.5, "███│"), (9.0, "│" + "█" * HALF)]
)
def test_a_bar_shows_how_far_a_prediction_was_off(miss, drawn):
    assert bar(miss).strip() == drawn


def test_the_throughput_is_shown_beside_its_bounds_and_the_law():
    page = io.StringIO()
    lines = WorksheetLines()
    lines._out = Console(file=page, width=100)

    lines.throughput([(1, 43.0), (2, 85.0), (4, 171.0), (8, 342.0), (16, 417.0), (32, 413.0)], 0.0231, 0.0024)
    lines.throughput([(1, 43.0)], 0.0231, 0.0024)
    lines.throughput([(1, 311.0), (2, 140.0), (4, 165.0), (8, 328.0), (16, 824.0), (32, 322.0)], 0.003, 0.001)
    lines.noise(0.1)
    lines.noise(1.5)

    said = " ".join(page.getvalue().split())
    assert "min(N/R, 1/D) 43 87 173 346 417 417" in said
    assert "R = 23.1 ms, D = 2.4 ms of one processor." in said
    assert "The fitted law: σ = " in said
    assert "The law has three unknowns" in said
    assert "The scalability law doesn't describe these points" in said
    assert "Other programs used up to 1.5 cores meanwhile" in said
    assert "0.1 cores" not in said
