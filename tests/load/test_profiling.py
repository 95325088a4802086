"""`kit profile` as a learner types it: on services that can be profiled, on some that can't, and on broken ones."""

from __future__ import annotations

import json
import os
import pstats
import re
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from grader.load import languages, py_spy
from tests.command import KIT, environment, kit
from tests.load import services

pytestmark = pytest.mark.timeout(120)


def top_five(printed: str) -> list[str]:
    found = re.search(r"^top_five = (\[.*?^\])", printed, re.DOTALL | re.MULTILINE)
    assert found
    return list(json.loads(re.sub(r",\s*\]", "]", found[1])))


def own_times(path: Path) -> list[str]:
    stats = pstats.Stats(str(path)).stats  # type: ignore[attr-defined]
    return [name for _, _, name in sorted(stats, key=lambda function: -stats[function][2])]


def test_the_dearest_function_comes_first_and_the_file_says_the_same(tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("profile", "reads", "--seconds", "2", cwd=tmp_path)

    assert (done.status, done.stderr) == (0, "")
    saved = own_times(tmp_path / "evidence" / "reads.prof")
    assert saved[0] == "<genexpr>"
    assert [name.strip("{}<>") for name in top_five(done.stdout)] == [name.strip("<>") for name in saved[:5]]
    assert "do_GET app.py:" in done.text
    assert "With cProfile, a request took" in done.text
    assert "A profile shows computing, not waiting." in done.text
    assert services.nothing_left(tmp_path)


def test_the_profile_goes_where_one_wants(tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("profile", "writes", "--seconds", "2", "--out", "else/where.prof", cwd=tmp_path)

    assert done.status == 0
    assert "Written to else/where.prof" in done.text
    assert own_times(tmp_path / "else" / "where.prof")
    assert not (tmp_path / "evidence").exists()


def dearest(folder: Path) -> set[str]:
    return {name.rpartition(".")[2] for name in own_times(folder / "evidence" / "reads.prof")[:3]}


@pytest.mark.skipif(py_spy.program() is None, reason="py-spy is not installed")
def test_a_python_that_takes_no_recorder_is_sampled(tmp_path: Path) -> None:
    services.write(tmp_path, python="python -I")

    # While other programs take the processors, the sampler may see the service only wait: then it looks again.
    for _ in range(3):
        done = kit("profile", "reads", "--seconds", "3", cwd=tmp_path)
        if done.status or (found := dearest(tmp_path) & {"dear", "<genexpr>"}):
            break

    assert "cProfile shows nothing here, as Python runs without the variable PYTHONPATH: look for -I or -E" in done.text
    assert done.status in {0, 4}, done.text  # some systems let no program look into another one
    if done.status == 0:
        assert found
        assert "With py-spy, a request took" in done.text


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_for_another_language_kit_names_its_tool(tmp_path: Path) -> None:
    services.write(tmp_path)
    (tmp_path / "app.js").write_text(
        "require('http').createServer((q, r) => { q.resume(); q.on('end', () => {"
        " r.writeHead(q.method == 'POST' ? 201 : 200); r.end('{}') }) }).listen(process.env.PORT, '127.0.0.1')"
    )
    (tmp_path / "service.toml").write_text('[server]\ncommand = "node app.js"\n')

    done = kit("profile", cwd=tmp_path)

    assert done.status == 4
    assert "Not checked: This service runs in Node: start it as `node --cpu-prof`" in done.text
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["ruby3.2"], "runs in Ruby"),
        (["beam.smp"], "runs in Erlang or Elixir"),
        (["chat-server"], "as chat-server: for Go"),
        ([], "as nothing that kit knows"),
    ],
)
def test_each_language_has_a_sentence(names: list[str], said: str) -> None:
    assert said in languages.advice(names)
    assert not languages.is_python(names)


def test_pythons_are_known_by_their_names() -> None:
    assert all(languages.is_python([name]) for name in ("python", "python3", "python3.13t", "pypy3.10"))


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        ("dies", "The server ended while it was profiled (exit code 3)"),
        ("stalls", "The server gave no good answer while it was profiled"),
        ("refuses", "The server gave no good answer while it was profiled"),
    ],
)
def test_a_service_that_breaks_under_load_is_one_sentence(habit: str, said: str, tmp_path: Path) -> None:
    services.write(tmp_path, habit, since=210)

    done = kit("profile", "reads", "--seconds", "2", cwd=tmp_path)

    assert done.status == 1
    assert said in done.text
    assert "Traceback" not in done.text
    assert services.nothing_left(tmp_path)


def test_a_folder_is_no_place_for_a_profile(tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("profile", "--out", ".", cwd=tmp_path)

    assert done.status == 2
    assert '"." is a folder; name a file, such as ./reads.prof' in done.text


def test_snakeviz_shows_the_profile_until_ctrl_c(tmp_path: Path) -> None:
    services.write(tmp_path)
    env = {
        name: value for name, value in environment().items() if name not in {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
    }
    command = [KIT, "profile", "--seconds", "2", "--open"]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        shown = next(
            found for line in run.stdout if (found := re.search(r"SnakeViz shows it until Ctrl-C: (\S+)", line))
        )
        page = urllib.request.urlopen(shown[1], timeout=20).read().decode()
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 0

    assert "do_GET" in page
    assert services.nothing_left(tmp_path / "evidence")
    assert not os.path.lexists(tmp_path / "evidence" / ".reads.prof.draft")


def test_ctrl_c_while_it_profiles_leaves_nothing(tmp_path: Path) -> None:
    services.write(tmp_path)
    with subprocess.Popen([KIT, "profile", "--seconds", "60"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        assert services.under_load(tmp_path)
        run.send_signal(signal.SIGINT)
        _, printed = run.communicate(timeout=20)

    assert (run.returncode, printed.lstrip()) == (130, "kit: stopped.\n")
    assert services.nothing_left(tmp_path)
    assert not (tmp_path / "evidence").exists()
