"""Recognises the stack traces that programs print when they die, in the languages that learners use.

A form is taken only if no sentence for people looks like it: a time, a file with a line, or a URL with a port is none.
"""

from __future__ import annotations

import re

from grader.text.values import shorten

LOOKED_AT = 64 * 1024
"""Characters at either end of a text in which a stack trace is looked for."""
LONGEST_LINE = 1000
"""Characters of a line that are looked at."""
COLOURS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""The codes with which programs colour what they print for a terminal."""
SCRIPT = r"(?:[^()]*\.(?:[cm]?[jt]sx?|vue|svelte|wasm)|node:[\w/.-]+|internal/[\w/.-]+|\[eval\d*\]|bun:[\w/.-]+)"

FORMS = re.compile(
    rf"""(?x)
    ^(?:[ ]+[|+][ ]+)?(?:Exception[ ]Group[ ])?Traceback[ ]\(most[ ]recent[ ]call[ ]last\)        # Python, Nim
    | ^[ |]*[ ]File[ ]".+",[ ]line[ ]\d+(?:,[ ]in[ ].+)?$                                      # Python
    | ^Fatal[ ]Python[ ]error:
    | ^[ \t]+at[ ].*[\w$>\])]\((?:[^()\s]+\.(?:java|kts?|scala|groovy|clj[cs]?)(?::\d+)?)\)       # Java, Kotlin, Scala
    | ^[ \t]+at[ ].*[\w$>\])]\((?:SourceFile:\d+|Native(?:[ ]Method)?|Unknown[ ]Source)\)
    | ^Exception[ ]in[ ]thread[ ]"
    | ^Caused[ ]by:[ ](?:[a-z]\w*\.)+[A-Z]
    | ^Uncaught[ ]Kotlin[ ]exception:
    | ^(?:Execution|Syntax|Unexpected)[ ]error[ ].*\bat[ ].*\(.*:-?\d+(?::-?\d+)?\)\.?$         # Clojure
    | ^[ \t]+at[ ][\w$.<>`|\[\],]+\.[\w$<>`|\[\],.]+\((?:|[A-Z&][^()]*[ ]&?\w+)\)(?:[ ]in[ ].+:line[ ]\d+)?$   # C#, F#
    | ^Unhandled[ ]exception\.[ ](?:[A-Z]\w*\.)*\w+(?:[ ]\(0x[0-9A-F]+\))?:                      # C#
    | ^[ \t]+at[ ](?:async[ ])?(?:file://)?{SCRIPT}:\d+:\d+(?:[ ]\{{)?$                                    # JavaScript
    | ^[ \t]+at[ ].+[ ]\((?:file://)?(?:{SCRIPT}|[^()\s]*/[^()\s:/]+):\d+:\d+\)(?:[ ]\{{)?$
    | ^[ \t]+at[ ].+[ ]\((?:<anonymous>|native|index[ ]\d+)\)(?:[ ]\{{)?$
    | ^node:[\w/]+:\d+$ | ^Node\.js[ ]v\d+\.\d+\.\d+$ | ^error:[ ]Uncaught[ ]
    | ^thread[ ]'.*'[ ](?:\(\d+\)[ ])?panicked[ ]at[ ] | ^stack[ ]backtrace:$                    # Rust
    | ^goroutine[ ]\d+(?:[ ][^\[\]]*)?[ ]\[[^\[\]]+\]:                                          # Go
    | ^(?:[ \t]*from[ ])?[^\s:]\S*:\d+:in[ ][`'][^'`]+'                                         # Ruby
    | [ \t]called[ ]at[ ]\S+[ ]line[ ]\d+                                                      # Perl
    | ^(?:PHP[ ])?Stack[ ]trace:$ | ^(?:PHP[ ])?Fatal[ ]error:[ ]+Uncaught[ ]                     # PHP
    | ^(?:PHP[ ]+)?\#\d+[ ](?:\{{main\}}|\S+\(\d+\):[ ]|\[internal[ ]function\])
    | ^\*\*[ ]\((?!Mix\))(?:[A-Z]\w*(?:\.[A-Z]\w*)*|exit|throw|EXIT[ ].*)\)[ ]                    # Elixir
    | ^[ ]{{4}}(?:\([\w.-]+[ ][\w.+-]+\)[ ])?[\w./-]+\.(?:exs?|erl):\d+:[ ]\S
    | ^escript:[ ]exception[ ](?:error|exit|throw): | ^Crash[ ]dump[ ]is[ ]being[ ]written       # Erlang
    | ^=(?:CRASH|ERROR|SUPERVISOR)[ ]REPORT=== | ^\**[ ]*exception[ ](?:error|exit|throw):[ ]
    | ^[ ]+in[ ](?:function|call[ ]from)[ ]+\S+/\d+ | ^(?:\{{")?init[ ]terminating[ ]in[ ]do_boot
    | ^\#\d+[ ]{{2,}}.+[ ]\((?:file|dart|package|org-dartlang-\w+):.+\)$                           # Dart
    | \.swift:\d+:[ ](?:Fatal[ ]error|Assertion[ ]failed|Precondition[ ]failed)                 # Swift
    | ^Fatal[ ]error:[ ]Error[ ]raised[ ]at[ ]top[ ]level | Backtracing[ ]from[ ]0x | ^Current[ ]stack[ ]trace:$
    | ^Thread[ ]\d+.*[ ]crashed:$
    | ^stack[ ]traceback:$                                                                   # Lua
    | ^CallStack[ ]\(from[ ]HasCallStack\): | ^HasCallStack[ ]backtrace:                         # Haskell
    | ,[ ]called[ ]at[ ]\S+:\d+:\d+[ ]in[ ]
    | ^[ \t]+from[ ]\S+\.cr:\d+(?::\d+)?[ ]in[ ]'                                              # Crystal
    | ^Unhandled[ ]exception(?:[ ]in[ ]\w+)?:[ ].*\([A-Z]\w*(?:::\w+)*\)$
    | ^Fatal[ ]error:[ ]exception[ ]                                                          # OCaml
    | ^(?:Raised|Re-raised|Called)[ ](?:at|from|by)[ ].*file[ ]".*",[ ]line[ ]\d+
    | ^Stacktrace:$ | ^thread[ ]\d+[ ]panic:[ ] | \.zig:\d+:\d+:[ ]0x[0-9a-f]+[ ]in[ ]             # Julia, Zig
    | ^terminate[ ]called[ ](?:after|without) | core[ ]dumped                                  # C++, C
    """
)


def without_colours(text: str) -> str:
    """Remove the codes that colour a text on a terminal."""
    return COLOURS.sub("", text) if "\x1b" in text else text


def stack_traces(text: str) -> list[str]:
    """List the lines that look like a stack trace, each once."""
    ends = text if len(text) <= 2 * LOOKED_AT else f"{text[:LOOKED_AT]}\n{text[-LOOKED_AT:]}"
    lines = dict.fromkeys(line.rstrip() for line in without_colours(ends).splitlines() if line.strip())
    return [shorten(line.strip().encode(errors="replace")) for line in lines if FORMS.search(line[:LONGEST_LINE])]
