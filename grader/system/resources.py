"""What one run of the kit has started and reserved: programs, ports and a folder; the run's end ends it all."""

from __future__ import annotations

from pathlib import Path

from grader.system.ports import Port
from grader.system.process import Programs
from grader.system.scratch import Scratch


class Resources:
    """The programs, the ports and the folder of one run; two runs in one process know nothing of each other's.

    With `memory`, the folder lies on a memory file system where there is one with room.
    """

    def __init__(self, *, memory: bool = True) -> None:
        self._scratch = Scratch(memory=memory)
        self._ports: list[Port] = []
        self.programs = Programs(self._scratch.record)

    @property
    def folder(self) -> Path:
        """The run's own folder, which is gone when the run has ended."""
        return self._scratch.folder

    def fresh(self, name: str) -> Path:
        """Name a folder that doesn't exist yet, inside the run's own."""
        return self._scratch.fresh(name)

    def port(self) -> Port:
        """Reserve a free port."""
        port = Port()
        self._ports.append(port)
        return port

    def close(self) -> None:
        """End the programs, give the ports back and remove the folder; a second time does nothing."""
        self.programs.kill()
        self.abandon()

    def abandon(self) -> None:
        """Give the ports back and remove the folder, when every program was ended by other means."""
        for port in self._ports:
            port.release()
        self._scratch.close()
