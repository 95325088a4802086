"""Runs the notebooks and writes what came: `python -m notebooks.render`, with numbers for some of them.

The source of a notebook is a Python file in jupytext's percent format, such as `1-one-number.py`. Beside it lies the
notebook with its outputs, for those who only read, and in `pictures/` each of its pictures. The notebook holds a digest
of its source, by which `stale` tells whether somebody has changed the one without the other.
"""

from __future__ import annotations

import argparse
import ast
import base64
import hashlib
import io
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

PLACE = Path(__file__).resolve().parent
PICTURES = PLACE / "pictures"
LONGEST = 600
"""Seconds that one cell may take before the run is given up."""
KEPT = ("name", "output_type", "text", "data", "ename", "evalue", "traceback")
MARKERS = ("TODO", "FIXME")
"""Words that people search for. A picture written as letters must not hold them by chance."""
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def sources() -> list[Path]:
    """List the sources of all notebooks, in order."""
    return sorted(PLACE.glob("[0-9]-*.py"))


def run(source: Path) -> nbformat.NotebookNode:
    """Run a notebook from its first cell to its last in a new process, and return it with its outputs.

    Raises an exception of `nbclient` where a cell fails, takes too long, or ends the process.
    """
    notebook = jupytext.read(source)
    place = {"metadata": {"path": PLACE}}
    # Without this word, each kernel warns that it talks without a cipher; it listens only on loopback.
    quiet = ["--log-level=ERROR"]
    NotebookClient(notebook, timeout=LONGEST, kernel_name="python3", resources=place, extra_arguments=quiet).execute()
    return clean(notebook, source)


def clean(notebook: nbformat.NotebookNode, source: Path) -> nbformat.NotebookNode:
    """Take away what differs from run to run and tells nobody anything, and add the digest of the source."""
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [_clean_output(output) for output in cell.outputs]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "source": digest(source),
    }
    return notebook


def digest(source: Path) -> str:
    """Return a digest of a notebook's source."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def stale() -> list[str]:
    """Name what is wrong with the notebooks that are stored beside their sources, a sentence for each."""
    found = []
    for source in sources():
        stored = source.with_suffix(".ipynb")
        if not stored.exists():
            found.append(f"{stored.name} is missing.")
            continue
        notebook = nbformat.read(stored, as_version=4)
        if notebook.metadata.get("source") != digest(source):
            found.append(
                f"{stored.name} is older than {source.name}. To renew it, type: make notebooks N={source.name[0]}"
            )
        if any(cell.get("execution_count") for cell in notebook.cells):
            found.append(f"{stored.name} holds the numbers of runs.")
    return found


def write(notebook: nbformat.NotebookNode, source: Path) -> None:
    """Store a notebook beside its source, and its pictures in `pictures/`."""
    nbformat.write(notebook, source.with_suffix(".ipynb"))
    number = source.name[0]
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob(f"{number}-*.png"):
        old.unlink()
    drawn = [output.data["image/png"] for output in _outputs(notebook) if "image/png" in output.get("data", {})]
    for place, picture in enumerate(drawn, 1):
        (PICTURES / f"{number}-{place}.png").write_bytes(base64.b64decode(picture))


def take_texts(source: Path) -> bool:
    """Take the texts of a source into the stored notebook, without running it; return False where its code differs.

    The amounts of the reduced mode count as texts: the stored outputs are those of the full one.
    """
    stored = source.with_suffix(".ipynb")
    notebook, new = nbformat.read(stored, as_version=4), jupytext.read(source)
    if [_code(cell) for cell in notebook.cells] != [_code(cell) for cell in new.cells]:
        return False
    for cell, its_new in zip(notebook.cells, new.cells, strict=True):
        cell.source = its_new.source
    notebook.metadata["source"] = digest(source)
    nbformat.write(notebook, stored)
    return True


def main(words: Sequence[str] | None = None) -> int:
    """Run the notebooks that the command line names. Return 0, or 1 where one of them fails."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.render", description="Run notebooks and store them.")
    parser.add_argument("numbers", nargs="*", metavar="N", help="which notebooks; all unless given")
    parser.add_argument("--reduced", action="store_true", help="measure less, and store nothing")
    parser.add_argument("--texts", action="store_true", help="take over texts that changed, and run nothing")
    options = parser.parse_args(words)
    chosen = [source for source in sources() if not options.numbers or source.name[0] in options.numbers]
    if not chosen:
        parser.error(f"there is no notebook {' or '.join(options.numbers)}")
    if options.texts:
        changed = [source.name for source in chosen if not take_texts(source)]
        for name in changed:
            print(f"{name} has new code, so it has to run: make notebooks N={name[0]}", file=sys.stderr)
        return 1 if changed else 0
    os.environ["NOTEBOOK_REDUCED"] = "1" if options.reduced else "0"
    failed = [source for source in chosen if not _render(source, stored=not options.reduced)]
    return 1 if failed else 0


def _render(source: Path, *, stored: bool) -> bool:
    """Run a notebook and say how it went; return whether it did."""
    began = time.monotonic()
    try:
        notebook = run(source)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{source.name} failed: {error}", file=sys.stderr)
        return False
    if stored:
        write(notebook, source)
    print(f"{source.name}: {time.monotonic() - began:.0f} s", flush=True)
    return True


def without_markers(picture: str) -> str:
    """Return a PNG picture, written as base64, that shows the same and holds no marker."""
    for level in (None, *range(9, 0, -1)):
        if level is not None:
            again = io.BytesIO()
            with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
                image.save(again, "PNG", compress_level=level)
            picture = base64.b64encode(again.getvalue()).decode()
        if not any(word in picture for word in MARKERS):
            break
    return picture


class _Full(ast.NodeTransformer):
    """Puts the first amount in the place of `pick(full, reduced)`."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        is_pick = isinstance(node.func, ast.Name) and node.func.id == "pick" and node.args
        return node.args[0] if is_pick else node


def _code(cell: Any) -> str:
    """Return what the code of a cell does in full; of a text, only that it is one."""
    return ast.dump(_Full().visit(ast.parse(cell.source))) if cell.cell_type == "code" else "a text"


def _outputs(notebook: nbformat.NotebookNode) -> list[Any]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def _sizes(metadata: Any) -> dict[str, dict[str, int]]:
    """Keep at which size a picture is shown: it has twice as many points each way, for sharp screens."""
    shown = metadata.get("image/png", {})
    return (
        {"image/png": {name: shown[name] for name in ("width", "height")}} if {"width", "height"} <= set(shown) else {}
    )


def _clean_output(output: Any) -> nbformat.NotebookNode:
    kept = {key: output[key] for key in KEPT if key in output}
    if output.output_type in {"execute_result", "display_data"}:
        kept |= {"metadata": _sizes(output.get("metadata", {}))}
    if output.output_type == "execute_result":
        kept |= {"execution_count": None}
    if "image/png" in kept.get("data", {}):
        kept["data"] = kept["data"] | {"image/png": without_markers(kept["data"]["image/png"])}
    if "text/plain" in kept.get("data", {}):
        kept["data"] = kept["data"] | {"text/plain": ADDRESS.sub("", kept["data"]["text/plain"])}
    cleaned: nbformat.NotebookNode = nbformat.from_dict(kept)
    return cleaned


if __name__ == "__main__":
    raise SystemExit(main())
