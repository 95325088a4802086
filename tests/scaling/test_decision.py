"""What limits a workload: the claim is read strictly, judged by the table, and beside the kit's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from grader.errors import Failed, Unclear
from grader.scaling import decision
from grader.scaling.conditions import Conditions
from grader.scaling.decision import Judgement
from grader.scaling.evidence import Evidence

MACHINE = {"cores": 2, "ceiling": 2000.0, "other": 0.1}
QUIET = Conditions(2, 2000.0, 0.1)
BUSY = Conditions(2, 2000.0, 1.4)
COMMIT = {"writes_per_s_disk": 61.0, "writes_per_s_memory": 780.0}


def answers(limiting: str, metrics: Mapping[str, float]) -> Evidence:
    evidence = [{"metric": name, "value": value} for name, value in metrics.items()]
    return Evidence("answers.toml", {"machine": MACHINE, "writes": {"limiting": limiting, "evidence": evidence}})


def judged(
    limiting: str, metrics: Mapping[str, float], own: Mapping[str, float] | None = None, here: Conditions = QUIET
) -> Judgement:
    def measure() -> tuple[Mapping[str, float], Conditions]:
        assert own is not None, "nothing had to be measured"
        return own, here

    return Judgement(decision.read(answers(limiting, metrics), "writes"), measure, lambda: False)


def test_numbers_that_the_kit_finds_too():
    found = judged("commit", COMMIT, {"writes_per_s_disk": 80.0, "writes_per_s_memory": 600.0})

    assert (found.wrong_numbers, found.contradictions, found.rivals) == ((), (), ())


def test_a_wrong_number_is_shown_beside_the_kits_own():
    found = judged("commit", COMMIT, {"writes_per_s_disk": 400.0, "writes_per_s_memory": 780.0})

    assert found.wrong_numbers == ("writes_per_s_disk: claimed 61.00, here 400.00",)


def test_a_wrong_number_in_noise_is_unclear():
    with pytest.raises(Unclear, match="can't be compared: other programs used"):
        _ = judged("commit", COMMIT, {"writes_per_s_disk": 400.0, "writes_per_s_memory": 780.0}, BUSY).wrong_numbers


def test_a_number_from_a_busy_machine_is_measured_anew_with_the_machine():
    quieter = Conditions(2, 4000.0, 0.1)

    with pytest.raises(Unclear, match=r": measure it anew, and copy \[machine\] from capacity\.toml once more\.$"):
        _ = judged("commit", COMMIT, {"writes_per_s_disk": 400.0, "writes_per_s_memory": 780.0}, quieter).wrong_numbers


def test_a_rate_from_a_slower_machine_is_right_in_the_ratio_of_their_speeds():
    faster = Conditions(2, 4000.0, 0.1)

    found = judged("commit", COMMIT, {"writes_per_s_disk": 122.0, "writes_per_s_memory": 800.0}, faster)

    assert found.wrong_numbers == ()


OWN = {"writes_per_s_disk": 105.0, "writes_per_s_memory": 780.0}
"""The first number is 1.72 times what is claimed."""


def test_where_two_machines_that_count_as_alike_may_explain_a_number_it_is_unclear():
    with pytest.raises(Unclear, match=r"here 105\.00\. Two machines may differ by that: measure it anew"):
        _ = judged("commit", COMMIT, OWN, Conditions(2, 1750.0, 0.1)).wrong_numbers


@pytest.mark.parametrize(("disk", "ceiling"), [(105.0, 1900.0), (140.0, 1750.0)])
def test_on_one_machine_or_too_far_off_a_number_is_wrong(disk, ceiling):
    found = judged("commit", COMMIT, OWN | {"writes_per_s_disk": disk}, Conditions(2, ceiling, 0.1))

    assert len(found.wrong_numbers) == 1


def test_the_highest_of_some_ceilings_decides_as_noise_only_lowers_one():
    ceilings = iter([2200.0, 2100.0, 2150.0])
    here = Conditions(2, 1900.0, 0.1, again=lambda: next(ceilings))

    assert judged("commit", COMMIT, OWN, here).wrong_numbers == ()


def test_a_ratio_is_the_same_on_each_machine():
    faster = Conditions(2, 4000.0, 0.1)
    claim, own = {"rate_ratio_clients_8": 2.0, "p50_ratio_rows_16": 1.0}, {"rate_ratio_clients_8": 4.0}

    with pytest.raises(Unclear, match=r"rate_ratio_clients_8: claimed 2\.00, here 4\.00"):
        _ = judged("cpu_app", claim, own | {"p50_ratio_rows_16": 1.0}, faster).wrong_numbers


def test_a_metric_that_the_service_does_not_show():
    metrics = COMMIT | {"db_ms_share_locked": 0.9}

    assert judged("commit", metrics, COMMIT).wrong_numbers == ("db_ms_share_locked, which your service doesn't show",)


def test_numbers_that_speak_against_the_limit_need_no_measurement():
    found = judged("cpu_app", COMMIT).contradictions

    assert found == ("writes_per_s_memory / writes_per_s_disk = 12.79 doesn't fit cpu_app",)


def test_the_kits_own_numbers_may_speak_against_it():
    claimed = {"writes_per_s_disk": 500.0, "writes_per_s_memory": 800.0}
    found = judged("commit", claimed, {"writes_per_s_disk": 700.0, "writes_per_s_memory": 750.0})

    assert found.wrong_numbers == ()
    assert found.contradictions == (
        "the kit measured writes_per_s_memory / writes_per_s_disk = 1.07, which doesn't fit commit",
    )


def test_numbers_that_fit_others_say_what_would_tell():
    found = judged("cpu_app", {"writes_per_s_disk": 500.0, "writes_per_s_memory": 520.0}).rivals

    assert found == (
        "they fit cpu_db, too",
        "they fit lock, too",
        "they fit network, too",
        "what would tell: p50_ratio_rows_16, service_cores_clients_8",
    )


def test_the_generator_is_the_limit_only_where_the_search_says_so():
    found = judged("generator", COMMIT).contradictions

    assert found == ("in the kit's own search, the generator is not the limit",)


CASES: dict[str, tuple[Any, Any, str]] = {
    "an unknown limit": ("rain", COMMIT, "limiting = "),
    "an unknown metric": ("commit", COMMIT | {"speed": 3.0}, 'there is no metric "speed"'),
    "one metric": ("commit", {"writes_per_s_disk": 61.0}, "evidence: 1 metrics"),
    "a zero": ("commit", COMMIT | {"p50_ratio_rows_16": 0.0}, "p50_ratio_rows_16 is 0"),
}


@pytest.mark.parametrize(("limiting", "metrics", "said"), CASES.values(), ids=CASES)
def test_what_is_missing_or_unknown_gets_a_sentence(limiting, metrics, said):
    with pytest.raises(Failed, match=said):
        decision.read(answers(limiting, metrics), "writes")
