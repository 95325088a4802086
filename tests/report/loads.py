"""Members of `load` as a report has them, for tests: a service that takes 200 requests per second, and odd ones."""

from __future__ import annotations

from typing import Any

from grader.results.results import Outcome


def probe(offered: float | None, p95: float | None, **more: Any) -> dict[str, Any]:
    latency = {"p50_ms": p95 and p95 / 3, "p95_ms": p95, "p99_ms": p95 and p95 * 1.5}
    rate = offered or 246.0
    return {
        "users": None if offered else 8,
        "offered": offered,
        "achieved": rate,
        **latency,
        "failed": 0,
        "failures": {},
        "cpu_service": 0.5,
        "cpu_generator": 0.1,
        "other": 0.05,
        "planned": int(rate * 4),
        "sent": int(rate * 4),
        "most_under_way": 9,
        "generator_bound": False,
        "throughput": min(rate, 230.0),
        "because": "latency" if (p95 or 1e9) > 100 else None,
        "p95_ms_by_kind": {},
        **more,
    }


def closed(workload: str = "reads", **more: Any) -> dict[str, Any]:
    """Return a run of 8 users for five seconds."""
    parts = [{"second": n / 2, "achieved": 240.0, "failed": 0, "p50_ms": 30.0, "p95_ms": 40.0 + n} for n in range(10)]
    return _load(workload, "closed", [probe(None, 41.0, because=None)]) | {"timeline": parts, **more}


def search(workload: str = "reads", **more: Any) -> dict[str, Any]:
    """Return a search that found 200 to 238 requests per second."""
    probes = [probe(rate, p95) for rate, p95 in ((100.0, 8.0), (200.0, 20.0), (400.0, 900.0), (238.0, 310.0))]
    found = {"held": 200.0, "broke": 238.0, "because": "latency", "done": True}
    objective = {"slo": "p95<=100ms, fail<=1%", "limits_ms": {"reads": 100.0}}
    return _load(workload, "open", probes) | objective | {"capacity": found, **more}


def mixed(**more: Any) -> dict[str, Any]:
    """Return a search in which each kind of request has a limit of its own."""
    kinds = [{"reads": p95 / 2, "writes": p95} for p95 in (8.0, 20.0, 900.0, 310.0)]
    load = search("mixed", slo="reads p95<=100ms, writes p95<=200ms, fail<=1%", **more)
    probes = [one | {"p95_ms_by_kind": kind} for one, kind in zip(load["probes"], kinds, strict=True)]
    return load | {"probes": probes, "limits_ms": {"reads": 100.0, "writes": 200.0}}


def generator_bound() -> dict[str, Any]:
    """Return a search that ended because the generator could offer no more."""
    probes = [probe(1000.0, 8.0), probe(2000.0, 500.0, generator_bound=True)]
    found = {"held": 1000.0, "broke": None, "because": "generator", "done": True}
    return search(generator_bound=True, ceiling=2300.0) | {"probes": probes, "capacity": found}


def never_kept() -> dict[str, Any]:
    """Return a search in which no rate kept the objective, and some got no answer."""
    probes = [probe(25.0, 900.0), probe(0.781, None, throughput=0.0, achieved=0.0, failed=3, because="failures")]
    probes[1]["failures"] = {"status 503": 2, "cut off": 1}
    found = {"held": 0.0, "broke": 0.781, "because": "failures", "done": True}
    return search() | {"probes": probes, "capacity": found}


def _load(workload: str, model: str, probes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "workload": workload,
        "model": model,
        "generator_bound": False,
        "ceiling": 2300.0,
        "other": 0.05,
        "probes": probes,
        "answered": 3301,
        "failed": 0,
        "note": None,
        "rows_written": None,
        "outcome": Outcome.PASS,
        "slo": None,
        "limits_ms": None,
        "capacity": None,
        "timeline": [],
    }


FRONT_PAGE = closed("root", ceiling=None, rows_written=3100, outcome=Outcome.FAIL, note="The service ended under load.")
SITUATIONS: dict[str, list[dict[str, Any]]] = {
    "all": [closed("root", ceiling=None, rows_written=3301), closed(), search(), closed("mixed"), mixed()],
    "broken": [FRONT_PAGE],
    "generator": [closed(generator_bound=True), generator_bound()],
    "never": [closed(other=1.4), never_kept() | {"other": 1.4}],
    "ended-early": [
        closed(),
        search(capacity={"held": 200.0, "broke": None, "because": None, "done": False}, note="The time was over."),
        _load("writes", "closed", []) | {"outcome": Outcome.FAIL, "note": "Not measured: 3 of 200 were accepted."},
    ],
}
