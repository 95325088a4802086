"""What is said of each clause of a rate limit, and of what a cache gains, from answers and pairs that are made up."""

from functools import partial

import pytest

from grader.errors import Failed, NotChecked, Unclear
from grader.http_client.exchange import as_bytes
from grader.http_client.kept import Answer
from grader.load.comparison import Comparison, Half, Pair, Verdict
from grader.scaling import cache_gain
from grader.scaling.cache_gain import Gain
from grader.scaling.distinct_reads import Growing, GrowthPerRead
from grader.scaling.limited import Limited
from grader.scaling.rate_limit import Findings
from grader.scaling.senders import Posted, Sender

LINE = "curl -i http://127.0.0.1:5000/messages"
EXCHANGE = as_bytes(b"POST /messages HTTP/1.1\r\n\r\n", LINE)
BUSY = b'{"error": "busy"}'


def answer(code=201, sent=0.0, *, retry="1", body=BUSY, kind="application/json"):
    head = f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\n" + (f"Retry-After: {retry}\r\n" if retry else "") + "\r\n"
    return Answer(code, head.encode(), body, EXCHANGE, sent, sent + 0.001)


def sender(*codes, every=0.1, **more):
    made = Sender(1)
    made.posted = [Posted(f"text {n}", answer(code, n * every, **more)) for n, code in enumerate(codes)]
    return made


def limited(flooder=(), even=(), forger=(), neighbour=(), **more):
    found = Findings(14.5, sender(*flooder), sender(*forger), sender(*even), **more)
    found.neighbour = sender(*neighbour) if neighbour is not None else None
    return Limited(found)


def test_the_most_of_a_window_is_told_with_what_was_sent():
    found = limited(flooder=[201] * 30 + [429] * 20)

    assert found.most_in_a_window("flooder") == 30
    assert found.most_in_a_window("flooder").expected_text("<=", 40) == (
        "at most 40 messages of one client accepted in any 5 s"
    )
    assert found.most_in_a_window("flooder").actual_text() == (
        "30 messages of one client accepted in any 5 s (50 were sent in 14 s)"
    )
    assert limited(forger=[201] * 50).most_in_a_window("forger") == 50


def test_the_share_of_a_flood_is_told():
    found = Limited(Findings(14.5, sender(*[201, 429, 429, 429] * 50, every=0.07), sender(), sender()))

    assert found.share_of_limit == pytest.approx(50 / 58)
    assert found.share_of_limit.actual_text() == "0.86 times as many as the limit says (50 accepted in 14.5 s)"
    assert found.share_of_limit.expected_text(">=", 0.7) == "at least 0.7 times as many as the limit says"


def test_a_flood_that_was_too_slow_is_unclear():
    with pytest.raises(Unclear, match=r"^The kit could send 3 messages only in 14 s\.$"):
        assert limited(flooder=[201] * 3).share_of_limit


def test_those_who_must_not_be_refused_are_named_with_the_place_of_the_message():
    assert limited(even=[201, 201, 429]).refused_even_sender == ("429 for message 3",)
    assert limited(neighbour=[201, 503]).refused_neighbour == ("503 for message 2",)
    assert limited(even=[200, 201], neighbour=[201]).refused_neighbour == ()
    assert limited(steady=sender(201, 429)).refused_steady_sender == ("429 for message 2",)


def test_a_machine_with_one_address_cannot_be_two_clients():
    with pytest.raises(NotChecked, match="one loopback address only"):
        assert limited(neighbour=None).refused_neighbour


def test_refused_reads_and_webhooks_are_listed():
    found = limited(reads=[answer(200), answer(429)], webhooks=[("a text message", answer(429))])

    assert found.refused_reads == ("429 for GET /messages",)
    assert found.refused_webhooks == ("429 for a text message",)


def test_statuses_bodies_and_headers_of_refusals_are_looked_at():
    found = limited(flooder=[201, 429, 503])
    assert found.statuses == {429, 503}
    assert found.statuses.actual_text().startswith("1 × 429, 1 × 503; one of them: 503 X, application/json")

    found = Limited(Findings(1, sender(429, retry="", body=b"no", kind="text/html"), sender(), sender()))
    assert found.faulty_bodies == ("the content type text/html",)
    assert found.faulty_headers == ("no Retry-After",)


def test_who_waited_and_was_refused_again_is_told():
    refusal, again = sender(429, 429).posted

    found = limited(flooder=[429], waited=[(refusal, 1.1, again)])
    assert found.refused_again == ("429 1.1 s after a refusal with Retry-After: 1",)


def test_nobody_waits_for_ever():
    with pytest.raises(NotChecked, match=r"^Retry-After: 3600 is longer than the 12 s that the kit waits\.$"):
        assert limited(too_long=[answer(429, retry="3600")]).refused_again
    with pytest.raises(NotChecked, match=r"^No message was refused"):
        assert limited(flooder=[201]).refused_again


def gain(
    tmp_path, ratio, *, default="on", claimed=1.4, pairs=8, verdict=Verdict.UNCLEAR, closer=None, reason="It was noisy."
):
    (tmp_path / "answers.toml").write_text(f'[cache]\ndefault = "{default}"\ngain = {claimed}\n')
    measured = tuple(Pair(Half(1.0), Half(ratio)) for _ in range(pairs))
    found = Comparison(1.4, verdict, measured, reason=reason)
    return Gain(found, Comparison(1.2, closer or verdict, measured), tmp_path, LINE)


def test_a_cache_that_pays_is_well_founded(tmp_path):
    assert gain(tmp_path, 2.0, verdict=Verdict.ABOVE).unfounded == ()


def test_a_cache_that_pays_and_is_denied_is_not(tmp_path):
    (found,) = gain(tmp_path, 2.0, default="none", verdict=Verdict.ABOVE).unfounded

    assert found == (
        "a gain of 2.00 (a reader waits 2 ms with CACHE=off, 1 ms with CACHE=on), "
        "and answers.toml says that there is no cache"
    )


@pytest.mark.parametrize(("default", "claimed"), [("none", 1.0), ("off", 1.2), ("off", 0.8)])
def test_a_cache_that_does_not_pay_is_left_out_with_its_gain(tmp_path, default, claimed):
    assert gain(tmp_path, 1.0, default=default, claimed=claimed, verdict=Verdict.BELOW).unfounded == ()


@pytest.mark.parametrize(
    ("default", "claimed", "said"),
    [
        ("on", 1.0, ", and answers.toml says that it is on by default"),
        ("off", 2.0, ", and answers.toml says a gain of 2"),
        ("none", 1.5, ", and answers.toml says a gain of 1.5"),
    ],
)
def test_what_the_answers_say_against_the_figures_is_told(tmp_path, default, claimed, said):
    (found,) = gain(tmp_path, 1.0, default=default, claimed=claimed, verdict=Verdict.BELOW).unfounded

    assert found.endswith(said)


def test_between_the_two_limits_it_is_unclear(tmp_path):
    with pytest.raises(Unclear, match=r"^CACHE=on has a gain of 1\.25 .* From 1\.4 on, a cache pays, and below 1\.2"):
        assert gain(tmp_path, 1.25, verdict=Verdict.BELOW, closer=Verdict.UNCLEAR, reason="").unfounded
    with pytest.raises(Unclear, match=r"^It was noisy\.$"):
        assert gain(tmp_path, 1.25, pairs=0).unfounded


def test_pairs_that_do_not_tell_whether_a_cache_is_worth_nothing_are_measured_again(monkeypatch):
    asked = []

    def compare(_a, _b, threshold, ratios):
        asked.append(threshold)
        pairs = tuple(Pair(Half(1.0), Half(ratio)) for ratio in ratios)
        return Comparison(threshold, Verdict.BELOW, pairs)

    monkeypatch.setattr(cache_gain, "compare_waits", partial(compare, ratios=[1.0] * 8))
    assert cache_gain.compare_gains(None, None)[1].verdict is Verdict.BELOW
    assert asked == [1.4]

    asked.clear()
    monkeypatch.setattr(cache_gain, "compare_waits", partial(compare, ratios=[1.0] * 6 + [1.3] * 2))
    assert cache_gain.compare_gains(None, None)[1].threshold == 1.2
    assert asked == [1.4, 1.2]


def test_a_gain_beside_others_says_that_they_are_why_it_is_unclear(tmp_path):
    with pytest.raises(Unclear, match=r"^It was noisy\. So far, CACHE=on has a gain of 4\.21 "):
        assert gain(tmp_path, 4.21, pairs=3).unfounded


def test_without_answers_a_cache_is_unfounded(tmp_path):
    found = gain(tmp_path, 1.0, verdict=Verdict.BELOW)
    (tmp_path / "answers.toml").unlink()

    with pytest.raises(Failed, match=r"There is no answers\.toml"):
        assert found.unfounded


def test_memory_that_grows_with_each_read_is_told():
    steady = GrowthPerRead(Growing((40.0, 44.0, 44.1, 44.1, 44.2), 4000), request=LINE)
    growing = GrowthPerRead(Growing((40.0, 44.0, 48.0, 52.0, 56.0), 4000), request=LINE)

    assert steady < 0.03
    assert growing > 1
    assert growing.actual_text() == "40 MB after 1,000 reads, 56 MB after 4,000 more"
    assert growing.expected_text("<=", 0.12).startswith("memory that stays steady")
