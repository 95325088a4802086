"""`kit notebook`: one of the notebooks, opened in a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

from grader.errors import MachineError, UsageError
from grader.learner import course_folder
from grader.place import IS_INSTALLED, ROOT, how_to_add

FOLDER = "notebooks"


@click.command(short_help="Open a notebook that shows where the time goes.")
@click.argument("number", required=False)
def notebook(number: str | None) -> None:
    """Open one of the notebooks in Jupyter, in your browser. Without a number, kit lists them.

    A notebook measures small services live. You can also read them without running anything: see notebooks/README.md.
    In a folder that kit init has made, kit opens the notebook that lies there.

    \b
    Example:  kit notebook 1
    """
    place = _place()
    known = {path.name[0]: path for path in sorted(place.glob("[0-9]-*.ipynb"))}
    if number is None:
        for name, path in known.items():
            click.echo(f"  kit notebook {name}   {_question(path.with_suffix('.py').read_text('utf-8'))}")
        return
    if number not in known:
        raise UsageError(f'No notebook "{number}". There are {", ".join(known)}; see: kit notebook')
    if importlib.util.find_spec("jupyterlab") is None:
        raise MachineError(f"Jupyter is not installed in the kit. To install it, {how_to_add('notebooks')}")
    if IS_INSTALLED and place.is_relative_to(ROOT):
        raise UsageError("A notebook needs a folder of yours. Type: kit init ~/course && cd ~/course && kit notebook 1")
    command = [sys.executable, "-m", "jupyterlab", known[number].name]
    if os.geteuid() == 0:
        command.append("--allow-root")  # in a container, most people are root, and Jupyter refuses them
    os.chdir(place)
    os.execv(command[0], command)  # noqa: S606 - so whoever ends kit ends Jupyter


def _place() -> Path:
    """Return the folder of the notebooks: the learner's own where there is one, else the kit's."""
    around = course_folder.around(Path.cwd())
    own = around / FOLDER if around else None
    return own if own and own.is_dir() else ROOT / FOLDER


def _question(source: str) -> str:
    """Return the title of a notebook, without its number."""
    title = source.split("\n")[1]
    return title.removeprefix("# # ").partition(". ")[2]
