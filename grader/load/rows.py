"""Compares the requests that a service answered under load with the rows in its database."""

from __future__ import annotations

from grader.errors import NotChecked
from grader.load.measurement import Measured
from grader.load.workloads import READ
from grader.service.database import Rows
from grader.service.server import Service


def before(service: Service) -> Rows | None:
    """Count the rows before the load; None where the kit can't look into the database."""
    try:
        return service.database.rows()
    except NotChecked:
        return None


def written(service: Service, counted: Rows, measured: Measured, *, exactly: bool) -> tuple[int, bool]:
    """Return how many rows a service wrote in a run, and whether that agrees with the requests that it answered.

    A request that failed may have left a row all the same. So where each request has one row (`exactly`), some table
    must have grown by a number from the answered requests to all requests. Otherwise it may have grown by more.
    """
    samples = [sample for sample in measured.record.samples if sample.name != READ.name]
    answered = sum(sample.answered for sample in samples)
    highest = len(samples) + len(measured.record.unanswered)
    growth = service.database.growth(counted, answered)
    agreeing = [rows for rows in growth.values() if answered <= rows and (rows <= highest or not exactly)]
    return (agreeing[0], True) if agreeing else (max(growth.values(), default=0), False)
