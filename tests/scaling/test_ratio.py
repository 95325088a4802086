"""A ratio beside a limit: the decision rule says on which side it lies, and noise is unclear."""

import pytest

from grader.errors import Unclear
from grader.load.comparison import Comparison, Half, Pair, Verdict
from grader.scaling.ratio import Ratio


def ratio(verdict, b=3.0, pairs=8, reason=""):
    found = Comparison(2, verdict, tuple(Pair(Half(1.0), Half(b)) for _ in range(pairs)), reason=reason)
    return Ratio(found, "with few", "with many", request="curl")


def test_a_verdict_decides():
    assert ratio(Verdict.BELOW) <= 2
    assert not ratio(Verdict.ABOVE) <= 2


def test_it_says_what_was_measured():
    assert ratio(Verdict.ABOVE).expected_text("<=", 2) == "with many, at most 2 times the wait with few"
    assert ratio(Verdict.ABOVE).actual_text() == (
        "3.0 times the wait: 1 ms with few, 3 ms with many (in 8 pairs 3.0 to 3.0 times)"
    )
    assert "1 ms with few, 250 ms with many" in ratio(Verdict.ABOVE, b=250.0).actual_text()


def test_noise_is_unclear_and_says_why():
    with pytest.raises(Unclear, match=r"^Others were busy\. So far: 3\.0 times the wait"):
        assert ratio(Verdict.UNCLEAR, reason="Others were busy.") <= 2
    with pytest.raises(Unclear, match=r"^Others were busy\.$"):
        assert ratio(Verdict.UNCLEAR, pairs=0, reason="Others were busy.") <= 2


def test_another_limit_than_the_measured_one_is_a_fault_of_the_check():
    with pytest.raises(AssertionError, match="another limit"):
        assert ratio(Verdict.BELOW) <= 3


def test_one_pair_has_no_spread():
    assert (
        ratio(Verdict.ABOVE, pairs=1).actual_text() == "3.0 times the wait: 1 ms with few, 3 ms with many (in one pair)"
    )
