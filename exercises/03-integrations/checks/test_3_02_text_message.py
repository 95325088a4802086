"""Step 3.2: a signed text message becomes a message."""

from grader.check import AUTHOR_LENGTHS, DELIVERED, check, words


@check("3.2", clause="stage 3")
def test_a_signed_text_message_is_accepted(phone):
    """The server answers a text message signed by Twilio with 200 and TwiML, or with 204 and no body."""
    reply = phone.deliver(phone.write(words()))

    assert reply.status in DELIVERED
    assert phone.fault_of_answer(reply) == ""


@check("3.2", clause="stage 3")
def test_it_is_listed_as_a_message(phone):
    """A text message is first in the list, with its text unchanged and the `source` `sms`."""
    text = words()

    sent = phone.text(text)

    assert phone.chat.page().first == sent.id
    assert sent.text == text
    assert sent.member("source") == "sms"


@check("3.2", clause="stage 3")
def test_the_author_is_a_string(phone):
    """The `author` of a text message is a string of 1 to 100 characters."""
    assert phone.text(words()).member("author").length in AUTHOR_LENGTHS


@check("3.2", clause="stage 3")
def test_one_number_is_one_author(phone):
    """Two text messages from one number have the same `author`."""
    first, second = phone.text(words()), phone.text(words())

    assert first.member("author") == second.member("author")


@check("3.2", clause="stage 3")
def test_the_number_that_was_called_is_no_part_of_the_author(phone):
    """Two text messages from one number to two numbers of the service have the same `author`."""
    text, known = words(), phone.text(words())

    assert phone.deliver(phone.changed(phone.write(text), "To", "+15550100177")).status in DELIVERED
    assert phone.messages(text) == 1
    assert phone.chat.page().above(known.id).other_than("author", known.member("author").value) == ()


@check("3.2", clause="stage 3")
def test_two_numbers_are_two_authors(phone):
    """Text messages from two numbers that share only their last four digits have different authors."""
    other = phone.other(same_ending=4)

    assert other.text(words()).member("author") != phone.text(words()).member("author")


@check("3.2", clause="stage 3")
def test_two_countries_are_two_authors(phone):
    """Text messages from two numbers that differ only in the country have different authors."""
    assert phone.abroad().text(words()).member("author") != phone.text(words()).member("author")


@check("3.2", clause="stage 3")
def test_numbers_that_begin_alike_are_two_authors(phone):
    """Text messages from two numbers that differ only in the last digit have different authors."""
    assert phone.neighbour().text(words()).member("author") != phone.text(words()).member("author")


@check("3.2", clause="stage 3")
def test_numbers_in_a_row_are_as_many_authors(phone):
    """Text messages from 64 numbers in a row have 64 different authors."""
    assert phone.shared_authors(64) == ()
