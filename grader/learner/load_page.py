"""The page that `kit load` and `kit capacity` write with `--report`: the pictures and the table of one measurement."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.load import entries
from grader.load.capacity import Capacity
from grader.load.measurement import Measured
from grader.load.slo import Slo
from grader.report import destination, names, page
from grader.results.results import Outcome


class LoadPage:
    """A page in a folder, which is tried before anything is measured; raises UsageError when it can't be written."""

    def __init__(self, folder: Path, name: str, project: Path) -> None:
        self.path = folder / f"{name}.html"
        self._title = f"kit {name.replace('-', ' ')}"
        self._project = names.readable(names.absolute(project))
        destination.confirm_folder(folder, self.path.name)

    def of_run(self, workload: str, measured: Measured, *, stopped: bool = False) -> None:
        """Write the page of one run, which may have been `stopped`; raises MachineError when that is impossible."""
        outcome = Outcome.PASS if measured.probe.achieved and not measured.ended else Outcome.FAIL
        notes = ["The run was stopped, so these figures are partial."] if stopped else []
        self._write([entries.of_run(workload, measured, outcome=outcome, notes=notes)])

    def of_searches(self, found: Mapping[str, Capacity], slo: Slo, ceiling: float) -> None:
        """Write the page of what was searched; raises MachineError when that is impossible."""
        self._write(
            [
                entries.of_search(workload, capacity, slo, outcome=Outcome.PASS, ceiling=ceiling)
                for workload, capacity in found.items()
            ]
        )

    def _write(self, loads: list[dict[str, object]]) -> None:
        destination.write(self.path, page.measurement(self._title, self._project, loads))
