"""Step 4.11: predictions that were made before the measurement."""

from grader.check import check


@check("4.11", clause="stage 4")
def test_a_worksheet_is_there(worksheet):
    """`worksheet.toml` holds predictions."""
    assert worksheet.number("p50_read_ms", "predicted") >= 0
