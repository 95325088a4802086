"""The ceilings of Locust's users: measured until a claim is confirmed, as it stands or in the ratio of two machines."""

import pytest

from grader.scaling import ceilings


@pytest.fixture
def measured(monkeypatch):
    """Measure with runs that reach these rates. Return the result, and how many runs it took."""

    def run(rates, likely):
        taken = []

        def runs(_name, _programs):
            for rate in rates:
                taken.append(rate)
                yield rate

        monkeypatch.setattr(ceilings, "require", lambda: None)
        monkeypatch.setattr(ceilings, "runs", runs)
        return ceilings.measured_for("http_user", likely, None), len(taken)

    return run


def test_the_first_run_that_confirms_a_claim_is_enough(measured):
    assert measured([900.0, 1000.0, 1100.0], {1142.0}) == (900.0, 1)


def test_a_claim_of_a_slower_machine_is_confirmed_at_once(measured):
    assert measured([2416.0, 2400.0, 2450.0], {1142.0, 1777.0}) == (2416.0, 1)


def test_what_nothing_confirms_is_the_median_of_three(measured):
    assert measured([3000.0, 9000.0, 5000.0], {1000.0}) == (5000.0, 3)
