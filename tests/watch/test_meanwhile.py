"""Whether what changes while the kit checks leads to one more round, and when it never shall again."""

from grader.watch.meanwhile import IN_A_ROW, Meanwhile

LOG = frozenset({"server.txt"})


def test_without_a_change_no_round_is_needed():
    assert Meanwhile().needs_a_round() == (False, "")


def test_a_save_needs_one_round_more_and_that_round_none():
    meanwhile = Meanwhile()
    meanwhile.add(frozenset({"app.py"}))

    assert meanwhile.needs_a_round() == (True, "")
    meanwhile.forget()
    assert meanwhile.needs_a_round() == (False, "")


def test_what_is_written_in_each_round_ends_to_count_and_that_is_said():
    meanwhile, found = Meanwhile(), []
    for _ in range(IN_A_ROW + 1):
        meanwhile.forget()
        meanwhile.add(LOG)
        found.append(meanwhile.needs_a_round())

    assert [again for again, _ in found] == [True] * IN_A_ROW + [False]
    assert found[-1][1].startswith("During each check, something writes server.txt.")
    meanwhile.forget()
    meanwhile.add(LOG | {"app.py"})
    assert meanwhile.needs_a_round() == (True, "")


def test_a_save_between_the_rounds_begins_the_count_anew():
    meanwhile = Meanwhile()
    for _ in range(IN_A_ROW * 2):
        meanwhile.begin_anew()
        meanwhile.add(LOG)
        assert meanwhile.needs_a_round() == (True, "")
