"""Programs that write the figures of a load themselves: the kit believes none of them."""

import json
import os
import sys
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.load.generator import Generator, Job
from grader.load.mailbox import Mailbox
from grader.load.reference import ReferenceServer
from grader.load.workloads import READ
from grader.system.seal import Forged, new_key

FAST = {"samples": [], "unanswered": [], "planned": 0, "most_under_way": 0, "locust_requests": 0, "locust_failures": 0}


def test_a_result_of_somebody_else_is_a_fault_of_the_machine(nothing_left):
    with ReferenceServer() as server, Generator() as generator:
        generator.begin(Job(server.url, (READ,), 0.5, users=1))
        (generator._folder / "result-1.json").write_text(json.dumps(FAST))

        with pytest.raises(MachineError, match="that the load generator didn't write"):
            generator.finish()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of others so")
def test_the_key_stands_in_no_file_and_no_environment(nothing_left):
    with Generator() as generator:
        key = generator._box._key
        environment = Path(f"/proc/{generator.pid}/environ").read_bytes()
        written = [path.read_text() for path in generator._folder.rglob("*") if path.is_file()]

    assert key.encode() not in environment
    assert not any(key in text for text in written)
    assert key not in os.environ.values()


def test_a_file_that_was_signed_is_taken_once(tmp_path):
    ours, its = Mailbox(tmp_path, key := new_key()), Mailbox(tmp_path, key)

    ours.put("job-1.json", "one\ntwo \u00e4")
    taken = its.take("job-1.json") if its.has("job-1.json") else ""

    assert taken == "one\ntwo \u00e4"
    assert not ours.has("job-1.json")


@pytest.mark.parametrize("text", ["", "{}", "0" * 64 + " {}", "\x00"], ids=["empty", "plain", "wrong", "binary"])
def test_a_file_without_the_right_signature_is_forged(tmp_path, text):
    box = Mailbox(tmp_path, new_key())
    (tmp_path / "result-1.json").write_text(text)

    with pytest.raises(Forged):
        box.take("result-1.json")


def test_a_signed_file_under_another_name_is_forged(tmp_path):
    box = Mailbox(tmp_path, new_key())
    box.put("result-1.json", "{}")
    (tmp_path / "result-1.json").rename(tmp_path / "result-2.json")

    with pytest.raises(Forged):
        box.take("result-2.json")
