import json
import os

import pytest

from grader.project import built_program, config
from tests.repository import git, repository

BINARY = b"\x7fELF\x02\x01\x01\x00\x00"


@pytest.fixture
def project(tmp_path):
    """Write a project with these files, of which the later ones are newer: `project(["./chat"], main_go=...)`."""

    def write(command, *names, ignored="", built=BINARY, client=()):
        commands = f"[server]\ncommand = {json.dumps(command)}\n[client]\ncommand = {json.dumps(client)}\n"
        folder = repository(tmp_path, **{"service.toml": commands, ".gitignore": ignored})
        for age, name in enumerate(reversed(names)):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(built if "." not in path.name or path.suffix == ".jar" else b"// code\n")
            os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "all")
        return config.read(folder)

    return write


OLDER = [
    (["./chat"], ["chat", "main.go"], "chat\n", "chat is older than main.go"),
    (["./chat"], ["chat", "main.go"], "", "chat is older than main.go"),
    (["target/release/chat"], ["target/release/chat", "src/main.rs"], "target/\n", "target/release/chat is older than"),
    (["node", "dist/server.js"], ["dist/server.js", "src/server.ts"], "dist\n", "dist/server.js is older than src/"),
    (["node", "dist/server.js"], ["dist/server.js", "src/server.ts"], "", "dist/server.js is older than src/server.ts"),
    (["java", "-jar", "build/chat.jar"], ["build/chat.jar", "src/A.java"], "build\n", "build/chat.jar is older than"),
]


@pytest.mark.parametrize(("command", "names", "ignored", "said"), OLDER)
def test_a_program_older_than_its_source_is_named(project, command, names, ignored, said):
    assert said in built_program.warning(project(command, *names, ignored=ignored))
    assert built_program.warning(project(command, *reversed(names), ignored=ignored)) == ""


def test_an_older_client_is_named_too(project):
    made = project(["./chat"], "talk", "main.go", "chat", ignored="chat\ntalk\n", client=["./talk", "-v"])

    assert built_program.warning(made) == "talk is older than main.go: build again, then check again."


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["python", "server.py"], ["server.py", "other.py", "tool.go"]),
        (["./run.sh"], ["run.sh", "main.go"]),
        (["go", "run", "."], ["main.go"]),
        (["node_modules/.bin/tsx", "server.ts"], ["node_modules/.bin/tsx", "server.ts"]),
        (["./chat", "README.md"], ["main.go", "chat", "README.md"]),
        (["./missing"], ["main.go"]),
        (["/bin/sh"], ["main.go"]),
        (["../chat"], ["main.go"]),
    ],
)
def test_nothing_else_is_said_to_be_old(project, command, names):
    assert built_program.warning(project(command, *names, ignored="node_modules\n")) == ""


def test_without_git_nothing_is_said(tmp_path):
    (tmp_path / "service.toml").write_text('[server]\ncommand = ["./chat"]\n')
    (tmp_path / "chat").write_bytes(BINARY)

    assert built_program.warning(config.read(tmp_path)) == ""
