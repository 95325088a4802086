"""`kit notebook`: one of the notebooks, opened in a browser."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import click

from grader.course import ROOT
from grader.errors import MachineError, UsageError
from grader.results.results import ExitStatus

PLACE = ROOT / "notebooks"


@click.command(short_help="Open a notebook that shows where the time goes.")
@click.argument("number", required=False)
def notebook(number: str | None) -> int:
    """Open one of the notebooks in Jupyter, in your browser. Without a number, kit lists them.

    A notebook measures small services live. You can also read them without running anything: see notebooks/README.md
    in the kit's folder.

    \b
    Example:  kit notebook 1
    """
    known = {path.name[0]: path for path in sorted(PLACE.glob("[0-9]-*.ipynb"))}
    if number is None:
        for name, path in known.items():
            click.echo(f"  kit notebook {name}   {_question(path.with_suffix('.py').read_text('utf-8'))}")
        return ExitStatus.PASSED
    if number not in known:
        raise UsageError(f'No notebook "{number}". There are {", ".join(known)}; see: kit notebook')
    if importlib.util.find_spec("jupyterlab") is None:
        raise MachineError(f"Jupyter is not installed in the kit. To install it, type: make -C {ROOT} lab")
    command = [sys.executable, "-m", "jupyterlab", known[number].name]
    return subprocess.run(command, cwd=PLACE, check=False).returncode


def _question(source: str) -> str:
    """Return the title of a notebook, without its number."""
    title = source.split("\n")[1]
    return title.removeprefix("# # ").partition(". ")[2]
