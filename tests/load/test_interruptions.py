"""`kit load`, `kit capacity` and `kit intervene` when the service, the machine or a person breaks them off."""

from __future__ import annotations

import contextlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.load.capacity_file import FILE
from tests.command import KIT, Done, environment, kit
from tests.load import services

pytestmark = pytest.mark.timeout(170)

SMALL = 1024 * 1024


@contextlib.contextmanager
def typed(folder: Path, *words: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Type a command, and end it if a test fails before it does."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([KIT, *words], cwd=folder, env=environment(**more), **streams) as run:  # type: ignore[call-overload]
        try:
            yield run
        finally:
            run.kill()


def after_ctrl_c(run: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> Done:
    run.send_signal(number)
    stdout, stderr = run.communicate(timeout=30)
    return Done(run.returncode, stdout, stderr)


def scratch_left(place: Path) -> list[str]:
    return sorted(entry.name for entry in place.iterdir())


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        ("dies", "kit: Your server ended during the load (exit code 3). It printed: "),
        ("stalls", "Still unanswered 5 s after the end: 8."),
        ("refuses", " failed"),
    ],
)
def test_a_load_in_which_the_service_breaks_is_shown_and_has_not_passed(habit: str, said: str, tmp_path: Path) -> None:
    services.write(tmp_path, habit, since=400)

    done = kit("load", "reads", "--seconds", "2", cwd=tmp_path)

    assert done.status == 1
    assert said in done.text
    assert services.nothing_left(tmp_path)


def test_a_service_that_stalls_in_the_warm_up_is_one_sentence(tmp_path: Path) -> None:
    services.write(tmp_path, "stalls", since=215)

    done = kit("load", "reads", "--seconds", "1", cwd=tmp_path)

    assert done.status == 1
    assert "nothing was sent in the measured part" in done.text
    assert "The service stopped answering in the warm-up, and each user waited, so there was" in done.text
    assert "0 of 0" not in done.text


def test_a_load_that_goes_well_has_passed(tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("load", "mixed", "--seconds", "1", "--users", "2", cwd=tmp_path)

    assert (done.status, done.stderr) == (0, "")
    assert " 0 of " in done.text


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        ("dies", "your server ended (exit code 3), so the search ends here. It printed: "),
        ("stalls", "your server stopped answering for good, so the search ends here."),
    ],
)
def test_a_search_in_which_the_service_breaks_keeps_what_it_learned(habit: str, said: str, tmp_path: Path) -> None:
    # It can read 450 times a second. The warm-up and the first rate take 2,300 requests, the second one 2,000 more.
    services.write(tmp_path, habit, since=3_300, pause=0.002)
    (tmp_path / "slo.toml").write_text("[reads]\np95_ms = 5000\n")

    done = kit("capacity", "reads", cwd=tmp_path)

    assert done.status == 1, done.text
    assert said in done.text
    assert "interrupted, so this is partial" in done.text
    written = tomllib.loads((tmp_path / FILE).read_text())["reads"]
    assert written["interrupted"] is True
    assert written["broke_because"] == "failures"
    assert services.nothing_left(tmp_path)


def test_a_service_that_breaks_while_it_is_filled_is_one_sentence(tmp_path: Path) -> None:
    services.write(tmp_path, "dies", since=100)

    done = kit("capacity", "reads", cwd=tmp_path)

    assert done.status == 1
    assert "kit: Your server ended during the load (exit code 3)." in done.text
    assert not (tmp_path / FILE).exists()


def test_a_service_without_messages_is_told_so_at_once(tmp_path: Path) -> None:
    services.write(tmp_path, "has none")

    done = kit("load", "reads", cwd=tmp_path)

    assert done.status == 1
    assert "Your server answers POST /messages with status 404: it takes no messages yet (step 2.1)." in done.text


def test_a_rate_that_the_generator_cannot_reach_says_at_least(tmp_path: Path) -> None:
    services.write_null(tmp_path)

    done = kit("load", "reads", "--rate", "20000", "--seconds", "1", cwd=tmp_path)

    assert "answered at least" in done.text
    if " 20000 of 20000 never sent" in done.text:  # on a machine that is busy otherwise
        assert "nothing of the measured part was sent: offer much less." in done.text
        assert done.status == 4
    else:
        assert "The generator was the limit, so the service can do at least this." in done.text
        text = " ".join(done.text.split())
        assert float(re.search(r"answered at least (\d+) requests/s", text)[1]) < 20000
        # What was sent, the generator may have been too busy to hear the answers to.
        assert done.status == (4 if re.search(r"(\d+) of \1 failed", text) else 0)


def test_a_rate_far_above_everything_is_one_sentence(tmp_path: Path) -> None:
    services.write(tmp_path)

    done = kit("load", "reads", "--rate", "20000", "--seconds", "1", cwd=tmp_path)

    text = " ".join(done.text.split())
    never = int(re.search(r"(\d+) of 20000 never sent", text)[1])
    assert never > 0
    if never == 20000:  # a machine sends nothing of the measured part in time, or a little
        assert "nothing of the measured part was sent: offer much less." in text
        assert done.status in {1, 4}  # by which of the two, the service or the generator, was the limit
    else:
        assert "no answer in time" in text
        assert done.status == 1 or "The generator was the limit, so the service can do at least this." in text


@pytest.mark.parametrize(
    ("number", "more"), [(signal.SIGINT, ()), (signal.SIGTERM, ("--rate", "100")), (signal.SIGHUP, ())]
)
def test_ctrl_c_in_a_load_shows_partial_figures(number: signal.Signals, more: tuple[str, ...], tmp_path: Path) -> None:
    services.write(tmp_path)
    (tmp_path / "scratch").mkdir()

    with typed(tmp_path, "load", "reads", "--seconds", "60", *more, TMPDIR=str(tmp_path / "scratch")) as run:
        assert services.measured(tmp_path)
        done = after_ctrl_c(run, number)

    assert done.status == 130, done.text
    assert re.search(r"Stopped after [0-9.]+ s: these figures are partial\.", done.text)
    assert "p95" in done.text
    assert services.nothing_left(tmp_path)
    assert scratch_left(tmp_path / "scratch") == []


@pytest.mark.parametrize("wait", [0.3, 0.9])
def test_ctrl_c_before_a_load_has_begun_leaves_nothing(wait: float, tmp_path: Path) -> None:
    services.write(tmp_path)
    (tmp_path / "scratch").mkdir()

    with typed(tmp_path, "load", "reads", TMPDIR=str(tmp_path / "scratch")) as run:
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(wait)
        done = after_ctrl_c(run)

    assert done.status == 130, done.text
    assert "Traceback" not in done.text
    assert services.nothing_left(tmp_path)
    assert scratch_left(tmp_path / "scratch") == []


def test_ctrl_c_during_a_probe_keeps_what_was_learned(tmp_path: Path) -> None:
    services.write(tmp_path)

    with typed(tmp_path, "capacity", "reads", "writes") as run:
        assert run.stdout is not None
        seen = []
        while not any("/s" in line and ("held" in line or "broke" in line) for line in seen[-1:]):
            seen.append(next(run.stdout))
        done = after_ctrl_c(run)

    assert done.status == 130, done.text
    assert "The search was interrupted, so this is partial." in done.text
    assert f"Written to {FILE}." in done.text
    written = tomllib.loads((tmp_path / FILE).read_text())
    assert set(written) == {"machine", "reads"}
    assert written["reads"]["interrupted"] is True
    assert services.nothing_left(tmp_path)


def test_ctrl_c_in_an_intervention_shows_the_pairs_until_then(tmp_path: Path) -> None:
    services.write(tmp_path)

    with typed(tmp_path, "intervene", "limit") as run:
        assert run.stdout is not None
        next(line for line in run.stdout if "B/A" in line)
        done = after_ctrl_c(run)

    assert done.status == 130, done.text
    assert "Stopped after 1 pair: this is partial, and decides nothing." in done.text
    assert services.nothing_left(tmp_path)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of a mebibyte, where this user may."""
    folder.mkdir()
    mount = shutil.which("mount")
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may mount nothing")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_under_the_project_loses_nothing_that_is_printed(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        services.write(disk)
        before = "[reads]\nheld = 1.0\nsentence = 'mine'\n"
        (disk / FILE).write_text(before)
        with typed(disk, "capacity", "reads") as run:
            assert run.stdout is not None
            next(line for line in run.stdout if "held" in line or "broke" in line)
            with contextlib.suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
                while True:
                    ballast.write(bytes(512))
            done = after_ctrl_c(run)

        assert done.status == 3, done.text
        assert "Capacity: " in done.text
        assert f"kit: {FILE} cannot be written: no space left on device." in done.text
        assert (disk / FILE).read_text() == before


def test_a_full_disk_under_the_scratch_folder_is_one_sentence(tmp_path: Path) -> None:
    services.write(tmp_path / "project")
    with small_disk(tmp_path / "disk") as disk:
        (disk / "ballast").write_bytes(bytes(SMALL - 32 * 1024))
        done = kit("load", "reads", "--seconds", "10", "--users", "64", cwd=tmp_path / "project", TMPDIR=str(disk))

    assert done.status == 3, done.text
    assert "No space left on device" in done.text or "The disk is full" in done.text
    assert "Traceback" not in done.text


def test_a_file_that_may_not_grow_is_one_sentence(tmp_path: Path) -> None:
    services.write(tmp_path)
    done = subprocess.run(
        [KIT, "load", "reads", "--seconds", "1"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )

    assert done.returncode == 3, done.stderr
    assert "kit: The disk is full" in done.stderr


def test_without_a_free_port_it_is_the_machine(tmp_path: Path) -> None:
    services.write(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        program = (
            f"import sys; from grader.system import ports; ports.LOWEST, ports.HIGHEST = {number}, {number + 1};"
            "sys.argv = ['kit', 'load', 'reads']; from grader.__main__ import main; main()"
        )
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "kit: No free port was found on the loopback address.\n"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare")
def test_without_a_port_for_a_connection_it_is_the_machine(tmp_path: Path) -> None:
    services.write(tmp_path)
    prepare = "ip link set lo up && echo 40000 40003 > /proc/sys/net/ipv4/ip_local_port_range"
    if subprocess.run(["unshare", "-n", "sh", "-c", prepare], capture_output=True, check=False).returncode:
        pytest.skip("this user may make no network of its own, or there is no ip")
    command = ["unshare", "-n", "sh", "-c", f"{prepare} && exec {KIT} load reads --seconds 1 --users 16"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)

    assert done.returncode == 3, done.stdout + done.stderr
    assert "kit: This machine had no port left for another connection to the service" in done.stderr
