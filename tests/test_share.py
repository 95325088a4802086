"""Long runs in parts."""

import pytest

from tests import matrix, share


def test_every_try_falls_into_one_share():
    cases = [case for case in matrix.all_cases() if case.stage == "01"]
    shares = [share.Share.read(f"{number}/3") for number in (1, 2, 3)]

    tries = [[share.tries_of(case, repeat=True, share=part) for case in cases] for part in shares]

    assert [sum(of_case) for of_case in zip(*tries, strict=True)] == [share.tries_for(case) for case in cases]
    assert min(map(sum, tries)) > 150
    assert [share.tries_of(case, repeat=False) for case in cases] == [1] * len(cases)


@pytest.mark.parametrize("word", ["0/3", "4/3", "3", "a/b", "1/3/5", ""])
def test_what_is_no_share_is_refused(word):
    with pytest.raises(ValueError, match=r"."):
        share.Share.read(word)
