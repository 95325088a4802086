"""The front page."""


def test_the_front_page_answers(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.text


# TODO 1.4: one test more: what is answered to somebody who asks for /nobody-made-this?
# TODO 1.7: and one that counts the rows before and after a visit. Why by a connection of its own?
