"""Step 4.7: what limits the writes, and the promises that hold meanwhile."""

from grader.check import check


@check("4.7", clause="stage 4")
def test_the_numbers_fit_no_other_limit(judgement):
    """The numbers exclude every other limit of the writes."""
    assert judgement("writes").rivals == ()


@check("4.7", clause="stage 4", timed=True)
def test_many_writers_are_answered(many_writers):
    """Sixteen writers at once get their messages stored, at least a few each."""
    assert many_writers.enough >= 3


@check("4.7", clause="stage 4")
def test_no_writer_gets_an_error(many_writers):
    """Sixteen writers at once get no error: each message is answered with success, or refused with `Retry-After`."""
    assert many_writers.errors == ()


@check("4.7", clause="stage 4")
def test_every_acknowledged_message_is_listed(many_writers):
    """Every message that was acknowledged while sixteen writers sent is in the list afterwards, with its id."""
    assert many_writers.lost == ()


@check("4.7", clause="stage 4")
def test_nothing_else_is_stored(many_writers):
    """Every listed message was acknowledged, and none is there twice."""
    assert many_writers.surplus == ()


@check("4.7", clause="K9")
def test_the_order_holds_under_load(many_writers):
    """A message that was sent after the answer to another one had come stands above it."""
    assert many_writers.misplaced == ()


@check("4.7", clause="stage 4")
def test_the_database_agrees(many_writers):
    """The database has as many new rows as messages were acknowledged."""
    assert many_writers.rows == ()


@check("4.7", clause="K6")
def test_what_is_refused_under_a_long_lock_is_not_stored(written_while_held):
    """Of four messages sent while the database is locked for 8 s, those answered with an error aren't stored later."""
    assert written_while_held.surplus == ()


@check("4.7", clause="K6")
def test_what_is_accepted_under_a_long_lock_is_stored(written_while_held):
    """Of four messages sent while the database is locked for 8 s, those answered with success are in the list."""
    assert written_while_held.lost == ()


@check("4.7", clause="stage 4", timed=True)
def test_the_interval_is_right(capacity):
    """The interval for writes in `capacity.toml` and the kit's own lie at most a factor of 1.5 apart."""
    assert capacity("writes").distance <= 1.5


@check("4.7", clause="stage 4", timed=True)
def test_the_reason_is_right(capacity):
    """The objective for writes broke for the reason that `broke_because` names."""
    assert capacity("writes").unexplained == ()


@check("4.7", clause="stage 4")
def test_the_commit_is_known(unknown_commit):
    """The commit whose writes were measured is in the project's repository."""
    assert unknown_commit("writes") == ()


@check("4.7", clause="stage 4", timed=True)
def test_the_numbers_are_right(judgement):
    """The numbers that show what limits the writes are right within a factor of 1.6."""
    assert judgement("writes").wrong_numbers == ()


@check("4.7", clause="stage 4", timed=True)
def test_the_numbers_fit_the_limit(judgement):
    """None of the numbers speaks against the limit that `answers.toml` names for the writes."""
    assert judgement("writes").contradictions == ()
