"""Step 3.9: a command from Slack, by its signature and its age."""

import pytest

from grader.check import FORMS, NOT_A_DELIVERY, NOT_FROM_SLACK, RESPONSE_TYPES, check, words


@check("3.9", clause="stage 3")
def test_a_signed_command_is_answered(channel):
    """The server answers a signed command within 3 s, with 200 and JSON that has `text` and a `response_type`."""
    told = channel.type(words())

    assert told.text != ""
    assert told.response_type in RESPONSE_TYPES


@pytest.mark.parametrize("age", [200, -200], ids=["old", "ahead"])
@check("3.9", clause="stage 3")
def test_a_clock_may_differ_a_little(channel, age):
    """The server accepts a request whose timestamp is 200 s in the past or in the future."""
    assert channel.send(channel.body(words()), age=age).status == 200


@pytest.mark.parametrize("age", [600, -600, 7 * 86_400], ids=["old", "ahead", "ancient"])
@check("3.9", clause="stage 3")
def test_old_and_future_requests_are_refused(channel, age):
    """The server refuses a correctly signed request from 600 s in the past or the future, and stores nothing."""
    before = channel.chat.page()

    assert channel.send(channel.body(f"send {words()}"), age=age).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize(
    "stamp",
    ["yesterday", "1e99", "-1", "nan", "²", "9" * 14, "9" * 30],
    ids=["word", "1e99", "negative", "nan", "superscript", "far", "endless"],
)
@check("3.9", clause="K6")
def test_a_timestamp_that_is_no_time_is_refused(channel, stamp):
    """The server refuses a correctly signed request whose timestamp makes no sense, and stores nothing."""
    before = channel.chat.page()

    assert channel.send(channel.body(f"send {words()}"), stamp=stamp).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize("header", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
@check("3.9", clause="stage 3")
def test_both_headers_are_needed(channel, header):
    """The server refuses a request without signature or without timestamp, and stores nothing."""
    before = channel.chat.page()

    assert channel.send_without(header, channel.body(f"send {words()}")).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize(
    "signed",
    ["", "v0=", "v0=" + "0" * 64, "0" * 64, "v0=é"],
    ids=["empty", "no-digits", "wrong", "no-version", "not-ascii"],
)
@check("3.9", clause="stage 3")
def test_a_wrong_signature_is_refused(channel, signed):
    """The server refuses a request with a wrong signature, and stores nothing."""
    before = channel.chat.page()

    assert channel.send(channel.body(f"send {words()}"), signed=signed).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@check("3.9", clause="stage 3")
def test_a_signature_counts_to_its_end(channel):
    """The server refuses the first half of the right signature."""
    before = channel.chat.page()
    body = channel.body(f"send {words()}")

    assert channel.send(body, signed=channel.right_signature(body)[:35]).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize("version", ["", "v1=", "x=", "="], ids=["none", "another", "letter", "empty"])
@check("3.9", clause="stage 3")
def test_a_signature_has_its_version(channel, version):
    """The server refuses the right signature without `v0=` in front of it, or with another version."""
    before = channel.chat.page()
    body = channel.body(f"send {words()}")
    digits = channel.right_signature(body).removeprefix("v0=")

    assert channel.send(body, signed=f"{version}{digits}").status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@check("3.9", clause="K4")
def test_only_a_post_is_a_command(channel, method):
    """A signed command by `PUT`, `PATCH` or `DELETE` gets 405 or a refusal, and the server stores nothing."""
    before = channel.chat.page()

    assert channel.send(channel.body(f"send {words()}"), method=method).status in NOT_A_DELIVERY
    assert channel.chat.page().ids == before.ids


@check("3.9", clause="stage 3")
def test_a_second_try_has_to_be_signed_too(channel):
    """The server refuses a wrong signature even when `X-Slack-Retry-Num` says that the request comes again."""
    before = channel.chat.page()

    assert channel.send(channel.body(f"send {words()}"), secret=words(), retry=1).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@check("3.9", clause="stage 3")
def test_a_signature_belongs_to_one_body(channel):
    """The server refuses a signature that was made for another body or with another secret."""
    before = channel.chat.page()
    body = channel.body(f"send {words()}")

    assert channel.send(body, signed=channel.right_signature(channel.body("recent"))).status in NOT_FROM_SLACK
    assert channel.send(body, secret=words()).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@check("3.9", clause="stage 3")
def test_a_signature_belongs_to_one_moment(channel):
    """The server refuses a signature that was made for another timestamp."""
    body = channel.body(f"send {words()}")
    before = channel.chat.page()

    assert channel.send(body, signed=channel.right_signature(body), age=100).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
@check("3.9", clause="stage 3")
def test_bytes_are_signed_not_their_meaning(channel, body):
    """The server accepts a form that is written in an unusual way, and signed as it is written."""
    assert channel.send(body).status == 200


@check("3.9", clause="stage 3")
def test_without_a_secret_everything_is_refused(channel_without_secret):
    """Without a secret, or with an empty one, the server refuses every command, even a signed one."""
    body = channel_without_secret.body(f"send {words()}")
    before = channel_without_secret.chat.page()

    assert channel_without_secret.send(body).status in NOT_FROM_SLACK
    assert channel_without_secret.send_without("X-Slack-Signature", body).status in NOT_FROM_SLACK
    assert channel_without_secret.chat.page().ids == before.ids


@check("3.9", clause="stage 3")
def test_the_old_token_proves_nothing(channel):
    """The form field `token` proves nothing: even the secret in it doesn't replace a signature."""
    body = channel.body_with_token(channel.secret, f"send {words()}")
    before = channel.chat.page()

    assert channel.send_without("X-Slack-Signature", body).status in NOT_FROM_SLACK
    assert channel.chat.page().ids == before.ids


@check("3.9", clause="K6")
def test_many_forgeries_cost_nothing(channel, often):
    """After forty commands with a wrong signature, one after the other, the server still answers a good one."""
    body = channel.body(words())

    assert often(40, channel.send, body, signed="v0=" + "0" * 64).statuses <= NOT_FROM_SLACK
    assert channel.type(words()).text != ""
