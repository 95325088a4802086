"""Step 4.6: a cache that is right and pays, or none."""

from grader.check import check


@check("4.6", clause="K9")
def test_a_read_after_a_write_shows_it(hunt):
    """With `CACHE=on`, every read that begins after a write was answered shows it, whatever way the message came in."""
    assert hunt("in turn") == ()


@check("4.6", clause="K9")
def test_a_read_beside_a_write_puts_nothing_old_back(hunt):
    """A read that began before a write doesn't bring the old page back, whatever way the message came in."""
    assert hunt("races") == ()


@check("4.6", clause="K9")
def test_a_read_while_a_write_waits_puts_nothing_old_back(hunt):
    """A read while a write waits for the database doesn't bring the old page back after the write."""
    assert hunt("held") == ()


@check("4.6", clause="K9")
def test_a_burst_of_writes_is_shown_at_once(hunt):
    """Of eight messages sent at the same moment while others read, each is shown to whoever reads after its answer."""
    assert hunt("bursts") == ()


@check("4.6", clause="stage 4")
def test_each_question_gets_its_own_answer(mixed_up):
    """With `CACHE=on`, pages with another `limit`, `since` or `cursor` are kept apart."""
    assert mixed_up == ()


@check("4.6", clause="stage 4", timed=True)
def test_the_memory_stays_steady(growth_per_read):
    """The memory of the service stays steady while 20,000 reads ask for as many different `since`."""
    assert growth_per_read <= 0.12


@check("4.6", clause="stage 4", timed=True)
def test_the_cache_pays_or_is_left_out(cache_gain):
    """A page of 100 takes 1.4 times as long with `CACHE=off`, or `answers.toml` says what the cache gains, if any."""
    assert cache_gain.unfounded == ()
