"""In which language a service runs, and which tool of that language shows where its time goes."""

from __future__ import annotations

import re
from collections.abc import Iterable

PYTHON = re.compile(r"(python|pypy)[\d.]*t?")
TOOLS = {
    "node": ("Node", "start it as `node --cpu-prof`, and open the .cpuprofile file in the DevTools of a browser"),
    "bun": ("Bun", "start it as `bun --cpu-prof`, and open the .cpuprofile file in the DevTools of a browser"),
    "deno": ("Deno", "start it as `deno run --inspect`, and record a profile in the DevTools of a browser"),
    "ruby": ("Ruby", "the gem stackprof records it, and `stackprof FILE` prints the functions"),
    "java": ("Java", "`jcmd PID JFR.start duration=10s filename=FILE` records it, and JDK Mission Control shows it"),
    "php": ("PHP", "the extension Excimer samples it"),
    "perl": ("Perl", "`perl -d:NYTProf` records it, and `nytprofhtml` shows it"),
    "dotnet": (".NET", "`dotnet-trace collect --process-id PID` records it"),
    "beam.smp": ("Erlang or Elixir", "`eprof` and `mix profile.eprof` count its calls"),
}
COMPILED = "for Go there are net/http/pprof and `go tool pprof`; for C, C++ and Rust, `perf record -g --pid PID`"


def is_python(programs: Iterable[str]) -> bool:
    """Tell whether one of the programs, by their names, is Python."""
    return any(PYTHON.fullmatch(name) for name in programs)


def advice(programs: Iterable[str]) -> str:
    """Say which tool shows where the time of a service goes, by the names of its programs."""
    for name in programs:
        for program, (language, tool) in TOOLS.items():
            if name == program or (program != "beam.smp" and re.fullmatch(rf"{program}[\d.]*", name)):
                return f"This service runs in {language}: {tool}."
    names = ", ".join(sorted(set(programs))) or "nothing that kit knows"
    return f"This service doesn't run in Python, but as {names}: {COMPILED}."
