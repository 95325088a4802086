"""Letters in place of marks that a terminal can't show."""

import codecs

import pytest

from grader.report.terminal import MARKS
from grader.text import letters

letters.register()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "koi8-r"])
def test_every_outcome_has_a_mark_of_its_own(encoding):
    shown = [mark.encode(encoding, letters.HANDLER) for mark, _ in MARKS.values()]

    assert len(set(shown)) == len(MARKS)


def test_a_passed_step_is_marked_with_p_and_a_failed_one_with_f():
    assert "✓ ✗ …".encode("ascii", letters.HANDLER) == b"P F ..."


def test_what_has_no_letter_becomes_a_question_mark():
    assert "🐎".encode("latin-1", letters.HANDLER) == b"?"


def test_what_cannot_be_decoded_is_no_matter_of_letters():
    with pytest.raises(UnicodeDecodeError):
        codecs.decode(b"\xff", "utf-8", letters.HANDLER)
