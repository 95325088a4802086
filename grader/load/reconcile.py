"""Compares the requests that a service answered under load with the rows in its database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from grader.load.measurement import Workload, measure
from grader.results.results import Outcome
from grader.service.server import Service

WARM_UP = {"quick": 1.0, "full": 2.0}
SECONDS = {"quick": 3.0, "full": 10.0}


@dataclass(frozen=True)
class Account(Workload):
    """A workload, the rows that the service wrote during it, and whether the two agree."""

    rows_written: int
    outcome: Outcome


def load_and_count(service: Service, level: str) -> Account:
    """Load `/` of a running service, and compare the rows that it wrote with the requests that it answered.

    `level` is `quick` or `full`. A request that failed may have left a row all the same. So the number of rows may lie
    anywhere from the answered requests to all requests.
    """
    before = service.database.rows()
    workload = measure(service.url, service.process.pid, warm_up=WARM_UP[level], seconds=SECONDS[level])
    growth = service.database.growth(before, workload.answered)
    allowed = range(workload.answered, workload.answered + workload.failed + 1)
    agreeing = [rows for rows in growth.values() if rows in allowed]
    rows = agreeing[0] if agreeing else max(growth.values(), default=0)
    outcome = Outcome.PASS if agreeing and workload.answered else Outcome.FAIL
    fields = {name: getattr(workload, name) for name in Workload.__dataclass_fields__}
    return Account(**fields, rows_written=rows, outcome=outcome)


def to_json(account: Account) -> dict[str, Any]:
    """Write an account as the member of `load` in a report."""
    return asdict(account)
