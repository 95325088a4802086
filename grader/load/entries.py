"""The members of `load` in a report: one for each workload and each kind of load, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from grader.load.capacity import Capacity, Judged
from grader.load.measurement import Measured, Probe, note_on
from grader.load.slo import KINDS, Slo
from grader.load.timeline import timeline
from grader.results.results import Outcome


def of_run(
    workload: str,
    measured: Measured,
    *,
    outcome: Outcome,
    ceiling: float | None = None,
    rows_written: int | None = None,
    notes: Iterable[str] = (),
) -> dict[str, Any]:
    """Describe one run, of users who wait for their answers or at one offered rate.

    `ceiling` is what the generator can do here, in requests per second, where that was measured.
    """
    probe = measured.probe
    return {
        **_head(workload, "closed" if probe.offered is None else "open", outcome, [probe], ceiling),
        "probes": [_probe(probe)],
        "answered": measured.answered,
        "failed": measured.failed,
        "note": _joined([note_on(measured) or "", *notes]),
        "rows_written": rows_written,
        "timeline": [part._asdict() for part in timeline(measured)],
    }


def of_search(
    workload: str,
    found: Capacity,
    slo: Slo,
    *,
    outcome: Outcome,
    ceiling: float | None = None,
    notes: Iterable[str] = (),
) -> dict[str, Any]:
    """Describe a search for the capacity under an objective, with all that was tried."""
    probes = [judged.probe for judged in found.probes]
    failed = sum(probe.failed for probe in probes)
    return {
        **_head(workload, "open", outcome, probes, ceiling),
        "generator_bound": found.because == "generator",
        "probes": [_judged(judged) for judged in found.probes],
        "answered": sum(max(0, probe.planned - probe.failed) for probe in probes),
        "failed": failed,
        "note": _joined(notes),
        "slo": slo.in_words(workload),
        "limits_ms": limits(slo, workload),
        "capacity": {name: getattr(found, name) for name in ("held", "broke", "because", "done")},
    }


def of_nothing(workload: str, outcome: Outcome, note: str) -> dict[str, Any]:
    """Describe a load that came to nothing, and why."""
    return {
        **_head(workload, "closed", outcome, [], None),
        "probes": [],
        "answered": 0,
        "failed": 0,
        "note": note,
    }


def limits(slo: Slo, workload: str) -> dict[str, float]:
    """Return the limits of the latency for a workload in milliseconds: 95 of 100 answers must come within them."""
    return {kind: slo.p95_ms[name] for kind, name in KINDS.items() if workload in (kind, "mixed")}


def _head(workload: str, model: str, outcome: Outcome, probes: list[Probe], ceiling: float | None) -> dict[str, Any]:
    return {
        "workload": workload,
        "model": model,
        "generator_bound": any(probe.generator_bound for probe in probes),
        "ceiling": None if ceiling is None else round(ceiling, 1),
        "other": round(max((probe.other for probe in probes), default=0.0), 3) if probes else None,
        "rows_written": None,
        "outcome": outcome,
        "slo": None,
        "limits_ms": None,
        "capacity": None,
        "timeline": [],
    }


def _judged(judged: Judged) -> dict[str, Any]:
    names = {name: kind for kind, name in KINDS.items()}
    by_kind: Mapping[str, float] = {names[name]: p95 for name, p95 in judged.p95_ms.items() if name in names}
    return _probe(judged.probe) | {"because": judged.because, "p95_ms_by_kind": dict(by_kind)}


def _probe(probe: Probe) -> dict[str, Any]:
    return asdict(probe) | {"because": None, "p95_ms_by_kind": {}}


def _joined(notes: Iterable[str]) -> str | None:
    return " ".join(note for note in notes if note) or None
