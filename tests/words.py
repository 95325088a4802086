"""The words in which checks speak, read from the fixtures themselves; `--write` puts them into CHECKS.md."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import grader.fixtures
from grader import check
from grader.assertions import expected
from grader.assertions.observed import Observed
from grader.testdata import payloads, rare_requests, webhook_payloads
from tests import members
from tests.real_course import COURSE

PAGE = COURSE.exercises / "CHECKS.md"
SECTION = re.compile(r"(<!-- written: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
FIXTURE = "FixtureFunctionDefinition"


@dataclass(frozen=True)
class Word:
    """One fixture: its name, its function, and where it stands."""

    name: str
    function: Callable[..., Any]
    place: tuple[str, int]

    @cached_property
    def sentence(self) -> str:
        return " ".join((inspect.getdoc(self.function) or "").split())

    @property
    def gives(self) -> Any:
        """The type of what a check gets, without the iterator around it."""
        found = members.hint(self.function)
        return typing.get_args(found)[0] if typing.get_origin(found) is Iterator else found


def of_module(module: ModuleType) -> list[Word]:
    """List the fixtures of a module, in the order in which they stand there."""
    found = []
    for name, value in vars(module).items():
        if type(value).__name__ == FIXTURE and value._get_wrapped_function().__module__ == module.__name__:
            function = value._get_wrapped_function()
            found.append(Word(name, function, (module.__name__, function.__code__.co_firstlineno)))
    return sorted(found, key=lambda word: word.place)


@cache
def of_the_kit() -> tuple[Word, ...]:
    """List every fixture of the kit."""
    names = [found.name for found in pkgutil.walk_packages(grader.fixtures.__path__, "grader.fixtures.")]
    return tuple(word for name in names for word in of_module(importlib.import_module(name)))


def of_stage(folder: Path) -> tuple[Word, ...]:
    """List the fixtures of the conftest.py that may lie beside the checks of a stage."""
    path = folder / "checks" / "conftest.py"
    if not path.exists():
        return ()
    spec = importlib.util.spec_from_file_location(f"conftest_of_{folder.name.replace('-', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return tuple(of_module(module))


def _nodes(folder: Path) -> Iterator[ast.AST]:
    for path in sorted(folder.glob("checks/test_*.py")):
        yield from ast.walk(ast.parse(path.read_text("utf-8")))


@cache
def taken() -> dict[str, frozenset[str]]:
    """Name the words that the checks of each stage take."""
    return {
        stage.id: frozenset(node.arg for node in _nodes(stage.folder) if isinstance(node, ast.arg))
        for stage in COURSE.stages
    }


@cache
def asked() -> frozenset[str]:
    """Name the members that checks ask for."""
    nodes = [node for stage in COURSE.stages for node in _nodes(stage.folder)]
    return frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute))


def first_stage(word: Word) -> str:
    """Name the first stage in which a check takes this word; empty where none does."""
    return next((stage for stage, names in taken().items() if word.name in names), "")


def written(section: str) -> str:
    """Write one section of the page."""
    kind, _, stage = section.partition("_")
    match kind:
        case "words":
            return _words(stage)
        case "members":
            return "\n".join(_members(one) for one in _handed_out() if not issubclass(one, Observed))
        case "values":
            kinds = sorted((one for one in _handed_out() if issubclass(one, Observed)), key=lambda one: one.__name__)
            return _table(("value", "what it is"), [(f"`{one.__name__}`", members.sentence(one)) for one in kinds])
        case "expected":
            rows = [(f"`{name}`", f"{getattr(expected, name)}", doc) for name, doc in documented(expected).items()]
            return _table(("name", "what a learner reads", "what it is"), rows)
        case "data":
            modules = (payloads, rare_requests, webhook_payloads)
            rows = [(f"`{name}`", doc) for module in modules for name, doc in documented(module).items()]
            return _table(("name", "what it is"), rows)
    raise KeyError(section)


def _words(stage: str) -> str:
    """Write the words that are first taken in a stage; with none, those that no check takes."""
    own = of_stage(COURSE.find_stage(stage).folder) if stage else ()
    found = [word for word in (*of_the_kit(), *own) if first_stage(word) == stage]
    rows = [(f"`{one.name}`", described(one.gives), one.sentence) for one in found]
    return _table(("word", "what a check gets", "what it does"), rows)


def _handed_out() -> list[type]:
    """List the classes of what words give, and of what their members give."""
    return members.classes([word.gives for word in of_the_kit() if first_stage(word)], asked())


def _members(kind: type) -> str:
    found = members.members(kind, asked())
    rows = [(f"`{one.call}`", described(one.gives), one.sentence) for one in found]
    table = "\n" + _table(("what you write", "what it gives", "what it does"), rows) if rows else ""
    return f"**{members.heading(kind)}.** {members.sentence(kind)}\n{table}"


def documented(module: ModuleType) -> dict[str, str]:
    """Give the constants of a module that a check may import, each with the sentence behind it."""
    body = ast.parse(Path(module.__file__ or "").read_text("utf-8")).body
    found = {}
    for node, behind in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and isinstance(name := node.targets[0], ast.Name) and name.id in check.__all__:
            is_text = isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant)
            found[name.id] = " ".join(str(behind.value.value).split()) if is_text else ""
    return found


def described(kind: Any) -> str:
    """Say in a few words what a type hint means to the author of a check."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Callable:
        return f"a function; a call gives {described(arguments[-1])}"
    if origin is AbstractContextManager:
        given = "" if arguments[0] in (None, type(None)) else f", `as` {_name(arguments[0])}"
        return f"a block for `with`{given}"
    return _name(kind)


def _name(kind: Any) -> str:
    return "nothing" if kind in (None, type(None)) else f"`{_plain(kind)}`"


def _plain(kind: Any) -> str:
    arguments = [_plain(one) for one in typing.get_args(kind)]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return " or ".join(arguments)
    if arguments:
        return f"{typing.get_origin(kind).__name__}[{', '.join(arguments)}]"
    return {Ellipsis: "...", type(None): "None"}.get(kind, getattr(kind, "__name__", str(kind)))


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in [heads, ("---",) * len(heads), *escaped])


def page() -> str:
    """Write the page anew: its sections from the code, everything else as it stands there."""
    text = PAGE.read_text("utf-8")
    return SECTION.sub(lambda found: f"{found[1]}\n{written(found[2])}\n{found[3]}", text)


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        print(page())
