import pytest

from grader.text.difference import beside, excerpt, listed, look_alike

LONG = "0123456789" * 60


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("same", "same", "'same'"),
        ("  kept ", "kept", "'··kept·' (· is a blank)"),
        ("two  blanks", "two blanks", "'two··blanks' (· is a blank)"),
        ("a\tb", "a b", "'a\\tb' (· is a blank)"),
        ("a\r\nb", "a\nb", "'a\\r\\nb' (· is a blank)"),
        ("é", "e\u0301", "'é' (character 1 is U+00E9)"),
        ("e\u0301", "é", "'e\u0301' (character 1 is U+0065)"),
        ("1 or 2", "１ or 2", "'1 or 2' (character 1 is U+0031)"),
        ("tent\u200b", "tent", "'tent\\u200b' (character 5 is U+200B)"),
        ("tent", "tent\ufe0f", "'tent' (character 5 is missing)"),
        ("STOP", "語語", "'STOP'"),
        ("a\u00a0b", "a b", "'a\\xa0b' (· is a blank)"),
        (LONG + " x", LONG + "x", f"…'{LONG[575:]}·x' (602 characters) (· is a blank)"),
    ],
)
def test_a_text_is_shown_so_that_the_difference_can_be_seen(one, other, said):
    assert excerpt(one, other) == said


PAIRS = [
    ("a  b", "a b"),
    ("é", "e\u0301"),
    (7, "7"),
    (LONG, LONG + LONG),
    (LONG + "a" + LONG, LONG + "b" + LONG),
    ("\u0430", "a"),
    ("'", "’"),
    ({"text": LONG, "id": 7}, {"text": LONG, "id": "7"}),
    ({"text": LONG + "a"}, {"text": LONG + "b"}),
    ({"a": {"b": LONG + "a"}}, {"a": {"b": LONG + "b"}}),
    ({"a": None}, {}),
    ({"a": [LONG, 1]}, {"a": [LONG, 2]}),
    ([LONG], [LONG, LONG]),
    ({f"m{n}": n for n in range(90)}, {f"m{n}": n + 1 for n in range(90)}),
    (LONG, LONG.encode()),
    (10**300, 10**300 + 1),
    (1e300, 10**300),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_that_differ_never_look_alike_and_are_short(one, other):
    here, there = beside(one, other), beside(other, one)

    assert not look_alike(here, there)
    assert max(len(here), len(there)) < 400


@pytest.mark.parametrize(
    ("one", "other"),
    [(["7"], [7]), (["a b"], ["a  b"]), ([LONG], [LONG + "!"]), ([LONG + "a"], [LONG + "b"]), (["é"], ["e\u0301"])],
)
def test_lists_that_differ_never_look_alike(one, other):
    here, there = listed(one, other), listed(other, one)

    assert not look_alike(here, there)
    assert max(len(here), len(there)) < 400
