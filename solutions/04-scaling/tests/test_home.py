"""The front page, and what isn't there."""

import sqlite3


def count_visits(path):
    db = sqlite3.connect(path)
    (count,) = db.execute("SELECT count(*) FROM visits").fetchone()
    db.close()
    return count


def test_the_front_page_answers(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.text


def test_each_visit_is_a_row(path, client):
    client.get("/")
    client.get("/?from=a-friend")
    # Counted by another connection: it sees nothing but what was committed.
    assert count_visits(path) == 2


def test_an_unknown_path_is_404_and_no_visit(path, client):
    answer = client.get("/nobody-made-this")
    assert answer.status_code == 404
    assert answer.json["error"]
    assert count_visits(path) == 0


def test_a_wrong_method_is_405(client):
    assert client.delete("/").status_code == 405
