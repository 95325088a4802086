"""Records the first ten minutes anew: `make recording`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.recording import drawing, session

RECORDING = Path(__file__).with_name("first-ten-minutes.svg")
TITLE = "The first ten minutes with kit"

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        scenes = session.play(Path(folder))
    RECORDING.write_text(drawing.draw(scenes, TITLE), "utf-8")
    print("\n".join(session.text_of(scenes)))
    print(f"\nRecorded in {RECORDING.name}; look at it in a browser.")
