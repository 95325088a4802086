"""SIGTERM reaches a main thread that waits, also where the signal interrupted another thread."""

import subprocess
import sys

PROGRAM = """
import os, signal, threading, time
from grader.system import insisting
def leave():
    print("left", flush=True)
    os._exit(7)
insisting.on_sigterm(leave)
other = threading.Thread(target=time.sleep, args=(100,), daemon=True)
other.start()
def send():
    time.sleep(0.2)
    signal.pthread_kill(other.ident, signal.SIGTERM)
threading.Thread(target=send, daemon=True).start()
time.sleep(100)
"""


def test_a_signal_that_interrupts_nothing_is_not_missed():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (7, "left\n", "")
