"""Step 4.1: three load tests that put real load on a service."""

import pytest

from grader.check import check


@pytest.mark.parametrize("workload", ["reads", "writes", "mixed"])
@check("4.1", clause="K1")
def test_there_is_a_command_for_each_load_test(load_commands, workload):
    """`service.toml` says under `[load]` how each of the three load tests is run."""
    assert workload in load_commands
