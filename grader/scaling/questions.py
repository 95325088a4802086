"""The questions of the worksheet: what a learner predicts about a service, and the kit then measures."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """One number to predict: the name of its table in `worksheet.toml`, the question, and the unit."""

    name: str
    text: str
    unit: str


QUESTIONS = (
    Question("read_ms", "1. One client reads pages of 20 messages. How long does half of its reads take?", "ms"),
    Question("reads_ratio_8", "2. Eight clients read. How many times the answers of one client do they get?", "times"),
    Question("limit_ratio", "3. A page of 100 messages takes how many times as long as a page of 20?", "times"),
    Question("rows_ratio", "4. With 8,000 messages, a read takes how many times as long as with 1,000?", "times"),
    Question("commit_ms", "5a. How long does one commit take, here on the disk?", "ms"),
    Question("writes_per_s", "5b. So how many messages a second can one client send?", "a second"),
    Question(
        "writes_ratio_8", "6. Eight clients write. How many times the messages of one client do they send?", "times"
    ),
    Question("database_share", "7. Which part of a read does the service spend in the database?", "%"),
    Question("without_database", "8a. If the database took no time, how many times as fast would a read be?", "times"),
    Question("cache_gain", "8b. A page of 100 takes how many times as long with CACHE=off as with CACHE=on?", "times"),
    Question("message_bytes", "9a. How many bytes does one message add to an answer?", "bytes"),
    Question(
        "megabytes_per_s", "9b. How many megabytes a second does the service send when eight clients read?", "MB/s"
    ),
    Question("memory_mb", "10. By how much does the memory of the service grow while 10,000 messages are read?", "MB"),
    Question(
        "half_p95_ms", "11a. At half of its capacity for reads, within which time do 95 of 100 answers come?", "ms"
    ),
    Question("nearly_p95_ms", "11b. And at 95 % of its capacity?", "ms"),
    Question(
        "mails_per_s", "12a. A company gets 250,000 mails a year. How many is that in an average second?", "a second"
    ),
    Question(
        "servers",
        "12b. How many services like yours would store a hundred times as many, if all went well?",
        "services",
    ),
)
BY_NAME = {question.name: question for question in QUESTIONS}
MAILS_A_YEAR = 250_000
PEAK = 100
CURVE = (1, 2, 4, 8, 16, 32)
"""How many clients read, for the picture of the throughput."""
