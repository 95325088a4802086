"""The shape of a refusal."""

import pytest

from grader.chat.error_body import fault_if_refused, fault_of_refusal
from tests.replies import JSON, LINE, NOT_JSON, reply


@pytest.mark.parametrize(
    "refusal",
    [
        {"error": "no"},
        {"error": "no", "more": [1]},
        {"title": "Bad Request"},
        {"detail": [{"loc": ["body"], "msg": "field required"}]},
        {"detail": {"text": "missing"}},
        {"title": 0},
        {"detail": False},
        {"error": None, "title": "no"},
    ],
)
@pytest.mark.parametrize("kind", [JSON, "Application/JSON; charset=utf-8", "application/problem+json"])
def test_a_refusal_has_an_error_or_a_title_or_a_detail(refusal, kind):
    assert fault_of_refusal(reply(refusal, code=400, kind=kind)) == ""


@pytest.mark.parametrize(
    "refusal",
    [
        {},
        {"message": "no"},
        {"error": ""},
        {"error": None},
        {"error": 7},
        {"error": True},
        {"error": ["no"]},
        {"error": {"text": "no"}},
        {"title": "", "detail": None},
        {"detail": []},
        {"detail": {}},
    ],
)
def test_a_refusal_without_them_is_named(refusal):
    assert fault_of_refusal(reply(refusal, code=400)) == "neither a non-empty string error, nor title or detail"


@pytest.mark.parametrize(("code", "said"), [(200, ""), (404, "no JSON object"), (500, "no JSON object")])
def test_only_a_refusal_has_to_say_why(code, said):
    assert fault_if_refused(reply(b"no", code=code)) == said


@pytest.mark.parametrize("content", [*NOT_JSON, b"[]", b'"no"', b"7", b"null"], ids=range(len(NOT_JSON) + 4))
def test_a_refusal_that_is_no_object_is_named(content):
    assert fault_of_refusal(reply(content, code=400)) == "no JSON object"


@pytest.mark.parametrize(
    ("kind", "said", "kind_shown"),
    [
        ("", "(none)", "no content type"),
        ("text/html; charset=utf-8", "text/html", "text/html"),
        ("json", "json", "json"),
    ],
)
def test_a_refusal_of_another_type_is_named(kind, said, kind_shown):
    fault = fault_of_refusal(reply({"error": "no"}, code=400, kind=kind))

    assert fault == f"the content type {said}"
    assert fault.expected_text("==", "").startswith("a refusal in JSON: an object with a non-empty string error")
    assert fault.actual_text() == f'the content type {said}, in 400 OK, {kind_shown}, "{{"error": "no"}}"'
    assert fault.request == LINE
