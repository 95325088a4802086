"""No verdict hangs on which checks ran before: a step alone, a stage in its order and a stage shuffled judge alike.

`python -m tests.orders` compares whole stages, and any case.
"""

import pytest

from tests import orders
from tests.real_course import COURSE

LONG = 240


def steps(*ids):
    return [COURSE.find_step(one) for one in ids]


@pytest.mark.timeout(LONG)
@pytest.mark.parametrize(
    ("project", "asked"),
    [("02-data-model", steps("2.2", "2.3", "2.9", "2.11")), ("03-integrations", steps("3.2", "3.7", "3.10"))],
    ids=["stage-2", "stage-3"],
)
def test_a_right_project_passes_in_any_order(project, asked):
    found = orders.on_project(project, lambda folder: orders.in_one_run(folder, asked, shuffled=True))

    assert {check: outcome for check, outcome in found.items() if outcome not in ("pass", "not_checked")} == {}
    assert len(found) > 50


@pytest.mark.timeout(LONG)
def test_a_wrong_project_fails_the_same_checks_in_any_order():
    asked = steps("2.1", "2.2", "2.4")

    found = orders.on_project(
        "2.1/texts-are-unique", lambda folder: orders.differences(folder, asked, alone=steps("2.2"))
    )

    assert found == []
