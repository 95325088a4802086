"""The benchmarks of load: their tables say what their records hold. What they measure is too slow to be tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import closed_loop, repeatability, scaling, stall
from benchmarks.records import Records
from grader.course import ROOT
from grader.errors import Failed
from grader.load.reference import ReferenceServer

MODULES = ("generator", "stall", "repeatability", "decision", "pinning")


def printed(module: str, records: list[dict[str, object]], place: Path, *words: str) -> str:
    data = place / "data.jsonl"
    data.write_text("".join(json.dumps(record) + "\n" for record in records))
    argv = [sys.executable, "-m", f"benchmarks.{module}", "report", "--data", str(data), *words]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("module", MODULES)
def test_an_unknown_part_is_said(module: str) -> None:
    argv = [sys.executable, "-m", f"benchmarks.{module}", "no-such-part"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.endswith("error: there is no part no-such-part\n")


@pytest.mark.parametrize("module", MODULES)
def test_each_is_in_the_readme(module: str) -> None:
    assert f"`{module}`" in (ROOT / "benchmarks" / "README.md").read_text()


def half(rate: float, other: float = 0.1) -> dict[str, float]:
    return {"requests/s": rate, "median latency": 1000 / rate, "processor time": 500 / rate, "other": other}


def test_the_decision_rule_is_right_about_clear_pairs(tmp_path: Path) -> None:
    same = {"case": "none", "condition": "quiet"}
    twice = {"case": "2", "condition": "quiet"}
    pairs = [{"kind": "pair", "a": half(200 + at), "b": half(201 - at), **same} for at in range(8)]
    pairs += [{"kind": "pair", "a": half(200 + at), "b": half(101 - at), **twice} for at in range(8)]
    verdicts = [
        {"kind": "verdict", "figure": "requests/s", "verdict": said, **case}
        for case, said in ((same, "above"), (same, "below"), (same, "unclear"), (twice, "below"), (twice, "below"))
    ]

    rows = [
        line.split(" | ") for line in printed("decision", [*pairs, *verdicts], tmp_path).splitlines() if "; " in line
    ]
    cells = {row[0].strip("| "): row[1] for row in rows if row[0].startswith("| ")}
    assert cells["none"].startswith("1/1/1; 100/0/0 %; ")
    assert cells["2"].startswith("2/0/0; 100/0/0 %; (100/0/0 %); 0.48 [")


def test_pairs_on_a_machine_that_is_too_busy_are_unclear(tmp_path: Path) -> None:
    pairs = [{"kind": "pair", "a": half(200, 1.5), "b": half(100, 1.5), "case": "2", "condition": "busy"}] * 8

    assert "0/0/0; 0/100/0 %; (100/0/0 %)" in printed("decision", pairs, tmp_path, "--condition", "busy")


def test_a_generator_that_says_nothing_when_it_is_the_limit_shows(tmp_path: Path) -> None:
    run = {"kind": "bound open", "share": 1.5, "rate": 1000, "sent": 600.0, "p99": 50.0, "bound": False}

    row = "| 1.5 | 0.60 | 2.00 | 0 of 1 | - | - | 0 of 0 |"
    assert row in printed("generator", [run | {"condition": "quiet"}], tmp_path)


def test_triples_of_intervals_that_lie_apart_do_not_agree(tmp_path: Path) -> None:
    ends = ((100, 119), (119, 141), (100, 119), (200, 238))
    found = [
        {"kind": "search", "case": "known", "condition": "quiet", "held": a, "broke": b, "seconds": 30, "other": 0.1}
        for a, b in ends
    ]

    assert "| 1 of 4 | 1.68 |" in printed("repeatability", found, tmp_path)
    assert repeatability._overlap(found[0], found[1])
    assert not repeatability._overlap(found[0], found[3])


def test_the_picture_of_a_stall_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stall, "PICTURE", tmp_path / "stall.svg")
    records = Records(None)
    for model, p99 in (("closed", 70.0), ("open", 950.0)):
        for server in ("steady", "stalling"):
            percentiles = [20.0, 21.0, p99 if server == "stalling" else 22.0]
            records.add("stall", server=server, model=model, percentiles=percentiles, points=[(0.5, 20.0), (4.0, p99)])
    stall.report(records, None)  # type: ignore[arg-type]

    picture = ET.parse(tmp_path / "stall.svg")
    texts = [element.text for element in picture.iter() if element.text]
    assert "p99 950 ms" in texts
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}circle"))) == 4


def test_the_benchmark_of_scaling_is_in_the_readme() -> None:
    assert "`python -m benchmarks.scaling`" in (ROOT / "benchmarks" / "README.md").read_text()


def test_the_table_of_scaling_holds_the_median_of_the_ratios_of_all_rounds() -> None:
    def batches(*figures: float) -> list[closed_loop.Batch]:
        return [closed_loop.Batch(rate=figure, cpu_ms=figure, writes=figure) for figure in figures]

    found = {
        (name, row.workload, row.users): batches(1.0, 2.0, 3.0) if name == scaling.STAGE_4 else batches(4.0, 4.0, 4.0)
        for row in scaling.ROWS
        for name in scaling.SERVICES
    }

    table = scaling.lines(found)

    assert "| processor time per read, stage 4 over stage 3 | 0.50 | 0.25-0.75 | at most 0.20 |" in table
    assert "| FastAPI, writes, 16 connections | 4.000 | 4 |" in table


@pytest.mark.parametrize("workload", [closed_loop.READS, closed_loop.WRITES, closed_loop.MIXED])
def test_the_closed_loop_counts_answers_and_what_the_server_used(workload: str) -> None:
    with ReferenceServer("--seconds", "0.01") as server:
        batch = closed_loop.run(int(server.url.rpartition(":")[2]), server.pid, workload, users=2, seconds=0.5)

    assert 10 < batch.rate < 210
    assert batch.cpu_ms > 0


def test_the_closed_loop_fails_where_nobody_answers() -> None:
    with ReferenceServer() as server:
        port, pid = int(server.url.rpartition(":")[2]), server.pid

    with pytest.raises(Failed, match="A request of the benchmark failed: ConnectionRefusedError"):
        closed_loop.run(port, pid, closed_loop.READS, users=1, seconds=0.5)
