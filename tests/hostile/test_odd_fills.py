"""A service that leaves pipes, links and sparse files among the data which the kit fills and copies."""

import pytest

from grader.errors import NotChecked
from grader.load import bench as benches
from grader.load.bench import bench
from tests.scaling.chats import chat

pytestmark = pytest.mark.timeout(90)

LEAVES_A_PIPE = "os.path.lexists(PATH + '.odd') or os.mkfifo(PATH + '.odd')\n"
LEAVES_MUCH = "open(PATH + '.odd', 'wb').truncate(10**12)\n"
LEAVES_LINKS = """
for name, target in (("zeros", "/dev/zero"), ("up", ".."), ("down", ".")):
    place = os.path.join(os.path.dirname(PATH), name)
    os.path.lexists(place) or os.symlink(target, place)
"""


def leaving(folder, what):
    project = chat(folder, "")
    server = folder / "server.py"
    server.write_text(server.read_text().replace("kept = {}\n", f"{what}\nkept = {{}}\n"))
    return project


@pytest.mark.parametrize(
    ("what", "why"), [(LEAVES_A_PIPE, "odd is no file that can be copied"), (LEAVES_MUCH, "they are too large")]
)
def test_data_that_cannot_be_copied_are_one_sentence(tmp_path, nothing_left, monkeypatch, what, why):
    monkeypatch.setattr(benches, "SENT", 50)

    with bench(leaving(tmp_path / "project", what)) as ready, pytest.raises(NotChecked, match=why) as caught:
        ready.filled(100)

    assert caught.value.because == "project"


def test_links_among_data_are_copied_as_links(tmp_path, nothing_left, monkeypatch):
    monkeypatch.setattr(benches, "SENT", 50)

    with bench(leaving(tmp_path / "project", LEAVES_LINKS)) as ready:
        place = ready.filled(100)
        links = {path.name: str(path.readlink()) for path in place.iterdir() if path.is_symlink()}

    assert links == {"zeros": "/dev/zero", "up": "..", "down": "."}
