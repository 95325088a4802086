"""The resources of one run of the kit, its programs, ports and folder, and their release at the end of the run."""

from __future__ import annotations

import threading
from pathlib import Path

from grader.system.ports import Port
from grader.system.process import Programs
from grader.system.scratch import Scratch


class Resources:
    """The programs, the ports and the folder of one run. Two runs in one process share none of them.

    With `memory`, the folder lies on a memory file system if the machine has one with enough space.
    """

    def __init__(self, *, memory: bool = True) -> None:
        self._scratch = Scratch(memory=memory)
        self._ports: list[Port] = []
        self.programs = Programs(self._scratch.record)
        self.ending = threading.Event()
        """Set when the run ends: then nothing in the background waits any longer."""

    @property
    def folder(self) -> Path:
        """The run's own folder, which `close` removes."""
        return self._scratch.folder

    def fresh(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet, inside the run's own folder."""
        return self._scratch.fresh(name)

    def fresh_for_programs(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet, for programs: it lies where they may run."""
        return self._scratch.fresh_for_programs(name)

    def fresh_on_disk(self, name: str) -> Path:
        """Return the path of a folder that doesn't exist yet, on a disk, for programs or for what is large."""
        return self._scratch.fresh_on_disk(name)

    def port(self) -> Port:
        """Reserve a free port."""
        port = Port()
        self._ports.append(port)
        return port

    def close(self) -> None:
        """Kill the programs, give the ports back and remove the folder. A second call does nothing."""
        self.ending.set()
        self.programs.kill()
        self.abandon()

    def abandon(self) -> None:
        """Give the ports back and remove the folder, after the caller has ended every program in another way."""
        for port in self._ports:
            port.release()
        self._scratch.close()
