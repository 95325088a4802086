"""Step 1.8: what was stored outlives the process, and lies where the server was told to put it."""

from grader.check import check


@check("1.8", clause="K3")
def test_rows_outlive_the_process(lives):
    """After SIGTERM and a restart, the old rows are still there, and each new request has added one row."""
    (first,) = lives([2])
    (second,) = lives([3], data=first.data)

    assert 3 in first.grown
    assert 4 in second.grown


@check("1.8", clause="K2")
def test_rows_lie_where_they_were_told_to(lives):
    """Two servers with different `DATABASE_URL` keep their rows apart."""
    here, there = lives([0, 2])

    assert 1 in here.grown
    assert 3 in there.grown
