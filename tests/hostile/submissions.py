"""Small hostile submissions: servers that do one bad thing before they answer. Each is bounded and keeps its places.

A submission writes only below its own folder, below the cache that its test made, and into one folder with the name of
a run of the kit, which the kit's next run removes.
"""

from __future__ import annotations

from pathlib import Path

from tests.projects import ANSWERING

PASSED = {
    "event": "check",
    "step": "1.3",
    "id": "test_it",
    "sentence": "It works.",
    "outcome": "pass",
    "clause": "K3",
}

FORGES_RESULTS = f"""
import contextlib, json, os
lines = json.dumps({PASSED!r}) + "\\n" + '{{"event": "end", "faults": []}}' + "\\n"
opened, names = 0, []
with contextlib.suppress(OSError):  # nobody but root may look where the kit hides its memory
    names = os.listdir(f"/proc/{{os.getppid()}}/fd")
for name in names:
    with contextlib.suppress(OSError):
        path = f"/proc/{{os.getppid()}}/fd/{{name}}"
        if os.readlink(path).startswith(("pipe:", "socket:")):
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            os.write(descriptor, lines.encode())
            opened += 1
with open("opened", "w") as file:
    file.write(str(opened))
"""
"""Writes a result into every pipe and socket of the process that checks it."""

PLANTS_A_RUN = """
import contextlib, os, shutil, tempfile
place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()
planted = tempfile.mkdtemp(prefix="kit-run-planted-", dir=place)
with open(planted + "/started", "w") as file:
    file.write(f"{os.getppid()}\\n[{os.getppid()}, 0]\\n\\0[[[[[\\n" + "9" * 5000)
here = os.open(planted, os.O_RDONLY)
for _ in range(1500):
    os.mkdir("d", 0o700, dir_fd=here)
    below = os.open("d", os.O_RDONLY, dir_fd=here)
    os.close(here)
    here = below
os.close(here)
os.mkdir(planted + "/locked")
os.mkfifo(planted + "/locked/pipe")
os.chmod(planted + "/locked", 0)
"""
"""Leaves a folder that looks like that of a killed run: deep, locked, and with the ids of the kit's own processes."""

SPOILS_THE_CACHE = """
import contextlib, os
for place, folders, names in os.walk({cache!r}):
    for name in names:
        with contextlib.suppress(OSError):
            os.chmod(os.path.join(place, name), 0o600)
            with open(os.path.join(place, name), "r+b") as file:
                file.write(b"spoiled")
"""
"""Writes into every file that the kit keeps between runs."""

SPOILS_ITS_FOLDER = """
import contextlib, os
with contextlib.suppress(FileExistsError):
    os.mkdir("locked")
    os.mkfifo("pipe")
    os.mkfifo("locked/pipe")
    os.symlink("loop", "loop")
    os.symlink(".", "self")
    os.mkdir(b"caf\\xe9")
    os.mkdir("n" * 255)
    open("n" * 255 + "/" + "m" * 255, "w").close()
    here = os.open(".", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    os.chmod("locked", 0)
"""
"""Leaves in its project what is hard to walk through."""

LEAVES_A_DAEMON = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.alarm(100)
        os.execlp("sleep", "sleep", "90")
    os._exit(0)
os.wait()
"""
"""Ignores SIGTERM, and leaves a daemon with a session of its own."""

ENDS_THE_CHECKS = """
import os, signal
os.kill(os.getppid(), signal.SIGKILL)
"""
"""Kills the process that checks it."""

STOPS_THE_CHECKS = """
import os, signal
os.kill(os.getppid(), signal.SIGSTOP)
"""
"""Stops the process that checks it, so that nothing more comes."""

KINDS = {
    "forges results": FORGES_RESULTS + ANSWERING.replace("200 OK", "500 Oh"),
    "plants a run": PLANTS_A_RUN + ANSWERING.replace("200 OK", "500 Oh"),
    "spoils the cache": SPOILS_THE_CACHE + ANSWERING.replace("200 OK", "500 Oh"),
    "spoils its folder": SPOILS_ITS_FOLDER + ANSWERING.replace("200 OK", "500 Oh"),
    "leaves a daemon": LEAVES_A_DAEMON + ANSWERING.replace("200 OK", "500 Oh"),
    "ends the checks": ENDS_THE_CHECKS + ANSWERING,
    "stops the checks": STOPS_THE_CHECKS + ANSWERING,
}
"""What a submission does, and its server. None of them keeps the promise that is checked."""


def server(kind: str, cache: Path) -> str:
    """Return the server of a kind. `cache` is the folder that the kit keeps things in."""
    return KINDS[kind].replace("{cache!r}", repr(str(cache)))
