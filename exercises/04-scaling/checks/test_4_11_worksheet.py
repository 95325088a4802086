"""Step 4.11: predictions that were made before the measurement, and what was learned from them."""

from grader.check import check


@check("4.11", clause="stage 4")
def test_every_question_is_predicted_with_a_reason(worksheet):
    """`worksheet.toml` has a prediction above 0 and a reason for every question."""
    assert worksheet.unpredicted == ()


@check("4.11", clause="stage 4")
def test_every_question_was_measured(worksheet):
    """`kit worksheet measure` has answered every question of `worksheet.toml`."""
    assert worksheet.unmeasured == ()


@check("4.11", clause="stage 4")
def test_the_predictions_came_first(worksheet):
    """The predictions were locked and committed before the measurement, and have not changed since."""
    assert worksheet.not_locked_before == ()


@check("4.11", clause="stage 4")
def test_the_worst_predictions_are_reflected_on(worksheet):
    """The three worst predictions each have a reflection."""
    assert worksheet.without_reflection == ()
