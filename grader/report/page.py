"""Pages in HTML that need nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from grader.report.load_pictures import explained, workloads
from grader.report.load_words import neighbours
from grader.report.table import Row, reasons
from grader.report.terminal import MARKS

if TYPE_CHECKING:
    from markupsafe import Markup

USERS = 8


def page(report: Mapping[str, Any], *, above: str = "") -> str:
    """Write a report, as `report.json` has it, as a page. `above` is the page of all projects, where there is one.

    Whatever comes from the project is escaped. The page's own policy forbids scripts and requests.
    """
    marks = {outcome.value: mark for outcome, (mark, _) in MARKS.items()}
    return _rendered("report.html", report=report, marks=marks, above=above, **_load(report["load"]))


def measurement(title: str, subtitle: str, loads: Sequence[Mapping[str, Any]]) -> str:
    """Write what one command has measured under load as a page. `loads` are like the members of `load` in a report."""
    return _rendered("measurement.html", title=title, subtitle=subtitle, **_load(loads))


def of_class(rows: Sequence[Row], stages: Sequence[str]) -> str:
    """Write the table of several projects as a page, with a link to the page of each."""
    found = [_of_project(row, stages) for row in rows]
    return _rendered("class.html", rows=found, stages=stages, reasons=reasons(rows))


def _of_project(row: Row, stages: Sequence[str]) -> dict[str, Any]:
    points = dict(row.stages)
    figures = [row.points, row.max_points, row.bonus_points, *(points.get(stage) for stage in stages)]
    return {
        "name": row.name,
        "page": quote(row.page),
        "figures": ["" if figure is None else str(figure) for figure in figures],
        "result": row.result_in_full,
        "problem": row.first_problem,
    }


def _load(loads: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"workloads": workloads(loads), "explained": explained(loads), "noise": neighbours(loads), "users": USERS}


def with_code(sentence: str) -> Markup:
    """Write a sentence for a page, in which `code` stands out and has no backticks."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in sentence.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def _rendered(name: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("grader.report", "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["with_code"] = with_code
    return environment.get_template(name).render(nonce=secrets.token_urlsafe(12), **values)
