"""Step 4.8: a limit for the writes of each client."""

from grader.check import TOO_MANY, check


@check("4.8", clause="stage 4")
def test_without_a_limit_all_are_accepted(burst_against):
    """Without `RATE_LIMIT`, 64 messages of one client in a moment are all accepted."""
    assert burst_against("").refused == ()


@check("4.8", clause="stage 4")
def test_another_client_is_not_refused(limited):
    """While one client floods, another one's messages from another address are all accepted."""
    assert limited.refused_neighbour == ()


@check("4.8", clause="stage 4")
def test_reads_are_not_limited(limited):
    """Reads are answered, also those of the client that floods."""
    assert limited.refused_reads == ()


@check("4.8", clause="stage 4")
def test_webhooks_are_not_limited(limited):
    """Text messages and Slack commands are taken, also from the address that floods."""
    assert limited.refused_webhooks == ()


@check("4.8", clause="stage 4")
def test_a_window_holds_twice_the_limit_at_most(limited):
    """With `RATE_LIMIT=20/5`, at most 40 messages of one client are accepted in any 5 s."""
    assert limited.most_in_a_window("flooder") <= 40


@check("4.8", clause="stage 4")
def test_a_header_is_no_address(limited):
    """Of a client with other headers and another `author` each time, at most 40 messages are accepted in any 5 s."""
    assert limited.most_in_a_window("forger") <= 40


@check("4.8", clause="stage 4")
def test_the_limit_is_the_one_that_is_set(burst_against):
    """With `RATE_LIMIT=6/3`, at most 12 messages of one client are accepted in any 3 s."""
    assert burst_against("6/3").accepted <= 12


@check("4.8", clause="stage 4", timed=True)
def test_a_flood_gets_enough(limited):
    """In the long run, a flood has at least 0.7 times as many messages accepted as the limit says."""
    assert limited.share_of_limit >= 0.7


@check("4.8", clause="stage 4", timed=True)
def test_a_flood_does_not_get_too_much(limited):
    """In the long run, a flood has at most 1.5 times as many messages accepted as the limit says."""
    assert limited.share_of_limit <= 1.5


@check("4.8", clause="stage 4", timed=True)
def test_an_even_sender_is_never_refused(limited):
    """A client that sends evenly at 80 % of the limit, and reads three times in between, is never refused."""
    assert limited.refused_even_sender == ()


@check("4.8", clause="stage 4", timed=True)
def test_an_even_sender_is_not_refused_after_a_while(limited):
    """With `RATE_LIMIT=5/1`, a client that sends evenly at 80 % of the limit isn't refused after a while, either."""
    assert limited.refused_steady_sender == ()


@check("4.8", clause="stage 4")
def test_a_refusal_is_a_429_with_an_error(limited):
    """What is too much is refused with the status 429 and a JSON object that gives the reason."""
    assert limited.statuses <= TOO_MANY
    assert limited.faulty_bodies == ()


@check("4.8", clause="stage 4")
def test_a_refusal_says_when_to_come_back(limited):
    """A refusal has `Retry-After`, in whole seconds or as an HTTP date."""
    assert limited.faulty_headers == ()


@check("4.8", clause="stage 4", timed=True)
def test_who_waits_as_told_is_accepted(limited):
    """Whoever waits as long as `Retry-After` says has the next message accepted."""
    assert limited.refused_again == ()


@check("4.8", clause="stage 4")
def test_a_refused_message_is_not_stored(limited):
    """A message that was refused isn't stored, and one that was accepted is."""
    assert limited.stored_though_refused == ()
    assert limited.lost == ()
