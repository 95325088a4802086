"""Step 4.9: more requests than the service can carry."""

from grader.check import check


@check("4.9", clause="stage 4", timed=True)
def test_good_answers_go_on(overloaded):
    """Under twice its capacity, a service still answers at least half of it within the objective."""
    assert overloaded.kept >= 50


@check("4.9", clause="stage 4", timed=True)
def test_what_is_accepted_is_answered_soon(overloaded):
    """Of 100 answers that aren't refusals, 95 come within five times the objective's limit."""
    assert overloaded.slowness <= 5


@check("4.9", clause="stage 4", timed=True)
def test_nothing_is_refused_too_early(overloaded):
    """Below half of what it can do, a service refuses nothing."""
    assert overloaded.refused_early <= 2


@check("4.9", clause="K6")
def test_senders_that_stop_half_way_keep_no_place(refused_after_half_messages):
    """After 160 messages whose senders stopped half way, sixteen at a time, a message is accepted again."""
    assert refused_after_half_messages(160) == ()


@check("4.9", clause="stage 4")
def test_refusals_say_when_to_come_back(overloaded):
    """Whatever isn't answered well is refused with 503 or 429 and `Retry-After`."""
    assert overloaded.odd_refusals == ()


@check("4.9", clause="stage 4", timed=True)
def test_the_memory_is_bounded(overloaded):
    """The memory of a service stops growing while the flood goes on."""
    assert overloaded.memory_growth <= 0


@check("4.9", clause="stage 4", timed=True)
def test_the_service_recovers(overloaded):
    """At most 10 s after the flood, a service keeps its objective again."""
    assert overloaded.recovery <= 10
