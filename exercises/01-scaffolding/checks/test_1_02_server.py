"""Step 1.2: a server that listens where it is told to and ends when it is told to."""

from grader.check import check


@check("1.2", clause="K3")
def test_the_server_answers_on_its_port(service):
    """The server listens on the port in `PORT` and answers `GET /` with any status."""
    assert service.get("/").status != 0


@check("1.2", clause="K3")
def test_sigterm_ends_the_server(restart):
    """SIGTERM ends the server within 10 seconds, and then no program listens on its port."""
    assert restart.stopped.listening == ()


@check("1.2", clause="K3")
def test_the_server_starts_again_on_the_same_port(restart):
    """The server starts again at once on the same port."""
    assert restart.service().get("/").status != 0


@check("1.2", clause="K3")
def test_two_servers_run_side_by_side(restart):
    """Two servers with different `PORT` and `DATABASE_URL` run at the same time."""
    assert restart.neighbour().get("/").status != 0
    assert restart.service().get("/").status != 0
