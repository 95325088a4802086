"""The server of notebook 6: its one worker, its queue, and the bounds of what clients get."""

import pytest

from grader.load.bench import bench
from grader.load.workloads import READ
from grader.scaling.overload import FLOODER
from notebooks.support import overload
from notebooks.support.clients import Curve, worker_seconds
from notebooks.support.lab import Lab, project


@pytest.fixture(scope="module")
def beyond():
    with bench(project("beyond")) as found:
        yield found


@pytest.fixture
def lab():
    made = Lab()
    yield made
    made.close()


def test_a_full_queue_refuses_and_an_endless_one_never(beyond, lab):
    shares = {}
    for places in ("4", "0"):
        service = beyond.start(messages=0, env={"WORKER_MS": "5", "QUEUE": places})
        run = lab.run(service, (READ,), users=12, seconds=0.5, warm_up=0.1, sender=FLOODER)
        shares[places] = overload.refused_share(run)
        service.kill()

    assert shares["4"] > 0.3
    assert shares["0"] == 0


def test_the_worker_refuses_those_who_have_waited_too_long(beyond, lab):
    service = beyond.start(messages=0, env={"WORKER_MS": "5", "PATIENCE_MS": "20"})
    run = lab.run(service, (READ,), users=12, seconds=0.5, warm_up=0.1, sender=FLOODER)
    service.kill()

    assert 0 < overload.refused_share(run) < 1


def test_the_server_says_how_long_its_worker_takes(beyond):
    service = beyond.start(messages=0, env={"WORKER_MS": "2"})
    seconds = worker_seconds(service)
    service.kill()

    assert seconds == pytest.approx(0.002)


def test_only_good_answers_in_time_count(beyond, lab):
    service = beyond.start(messages=0, env={"WAIT_MS": "30"})
    run = lab.run(service, (READ,), rate=40, seconds=0.5, warm_up=0.1, sender=FLOODER)
    service.kill()

    assert sum(overload.good_per_second(run, 30, 2)) > 0
    assert overload.good_per_second(run, 0.001, 2) == [0, 0]


def test_a_curve_has_two_bounds_and_a_law():
    curve = Curve({clients: [min(clients / 0.02, 200)] for clients in (1, 2, 4, 8, 16)}, 0.02, 0.005)

    assert [curve.bound(clients) for clients in (1, 4, 16)] == [50, 200, 200]
    assert curve.law(8).largest == 16
