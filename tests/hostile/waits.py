"""Finds calls that may wait without end: for a process, a thread, a socket, or a file that is a pipe or a device.

It reads the syntax tree alone. So it can't tell whose file or process a call is about; `reviewed_waits.toml` says it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = {"run", "call", "check_call", "check_output"}
"""What `subprocess` starts and waits for."""
ENDS = {"wait", "communicate", "join", "get", "result", "acquire", "wait_for"}
"""Wait for as long as it takes, unless they are told how long."""
STREAMS = {"recv", "recvfrom", "recv_into", "accept", "read", "readline", "readlines", "readinto"}
FILES = {
    *("open", "fdopen", "read_text", "read_bytes", "write_text", "write_bytes"),
    *("copy", "copy2", "copyfile", "copytree", "file_digest"),
}
ALWAYS = 100
ENDLESS = {
    "select.select": 4,
    "socket.create_connection": 2,
    "http.client.HTTPConnection": 3,
    "urllib.request.urlopen": 3,
    **dict.fromkeys(("sqlite3.connect", "os.waitpid", "os.wait", "os.system", "os.popen", "shutil.move"), ALWAYS),
}
"""Other calls by their whole names: with so many arguments, or with `timeout`, they have an end."""
LOCKS = {"flock", "lockf"}
HARMLESS_FLAGS = {"O_NONBLOCK", "O_DIRECTORY", "O_EXCL", "O_PATH", "LOCK_NB", "LOCK_UN"}
"""With one of them, `os.open` doesn't wait for the other end of a pipe, and a lock for its holder."""
HAS_NO_FILE = {"os.fdopen", "gzip.open", "webbrowser.open", "webbrowser.get"}
"""Take what is open already, or no file at all."""


def unlimited(source: str, module: str) -> Iterator[str]:
    """Yield `module:function call` for each call of a module that may wait without end."""
    tree = ast.parse(source)
    own = set(_own_names(tree))
    yield from _below(tree, f"{module}:", own, limited=_waits_with_limit(tree))


def in_package(place: Path) -> Iterator[str]:
    """Yield what `unlimited` finds in the modules below a folder."""
    for path in sorted(place.rglob("*.py")):
        module = ".".join(path.relative_to(place).with_suffix("").parts)
        yield from unlimited(path.read_text("utf-8"), module)


def _below(node: ast.AST, where: str, own: set[str], *, limited: bool) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inside = where + ("" if where.endswith(":") else ".") + child.name
            limits = _waits_with_limit(child) if not isinstance(child, ast.ClassDef) else limited
            yield from _below(child, inside, own, limited=limits)
            continue
        if isinstance(child, ast.Call) and (word := _may_wait(child, own, limited)):
            yield f"{where} {word}"
        yield from _below(child, where, own, limited=limited)


def _own_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the kit's own modules and classes: what `read` and `open` mean there is found there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "grader":
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ClassDef):
            yield node.name


def _may_wait(call: ast.Call, own: set[str], limited: bool) -> str:
    """Return the word of a call that may wait without end; empty where it has an end."""
    name = ast.unparse(call.func)
    before, _, word = name.rpartition(".")
    if before in own or name in own or name in HAS_NO_FILE or _has_limit(call):
        return ""
    if before == "subprocess":
        found = word in PROGRAMS or (word == "Popen" and not limited)
    elif name in ENDLESS:
        found = len(call.args) < ENDLESS[name]
    elif word in ENDS or word in STREAMS:
        return word if before and (word in STREAMS or _is_endless(word, call)) else ""
    else:
        return word if word in FILES | LOCKS and not _is_harmless(name, call) else ""
    return name if found else ""


def _is_endless(word: str, call: ast.Call) -> bool:
    if word == "get":  # a queue's; with an argument, it is a dictionary's
        return not call.args and not call.keywords
    return word == "communicate" or not call.args or _is_none(call.args[0])


def _is_harmless(name: str, call: ast.Call) -> bool:
    """Tell whether opening a file can't wait: it must be new, or the flags say it."""
    if call.args and ast.unparse(call.args[0]) == "os.devnull":
        return True
    if name == "os.open" or name.rpartition(".")[2] in LOCKS:
        return any(isinstance(node, ast.Attribute) and node.attr in HARMLESS_FLAGS for node in ast.walk(call))
    modes = {arg.value for arg in call.args[:2] if isinstance(arg, ast.Constant)}
    return bool(modes & {"x", "xb"}) or (name.rpartition(".")[2] == "copy" and name != "shutil.copy")


def _has_limit(call: ast.Call) -> bool:
    return any(one.arg == "timeout" and not _is_none(one.value) for one in call.keywords)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _waits_with_limit(node: ast.AST) -> bool:
    """Tell whether a function waits with a limit for something, as it must after `Popen`."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    waits = [one for one in calls if one.func.attr in {"wait", "communicate"}]  # type: ignore[attr-defined]
    return bool(waits) and all(_has_limit(one) or (one.args and not _is_none(one.args[0])) for one in waits)
