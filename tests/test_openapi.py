"""The description in exercises/openapi.yaml is held to itself, to the contract, and to what the solution answers."""

import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from grader.chat.api import Chat
from grader.course import EXERCISES
from grader.http_client.client import AS_JSON
from grader.project import config, credentials
from grader.service.server import Service
from grader.system.resources import Resources
from grader.testdata.payloads import BAD_BODIES, BAD_TIMES, ODD_BODIES
from grader.webhooks.phone import Phone
from grader.webhooks.slack_channel import Channel
from tests.real_course import COURSE

DESCRIPTION = yaml.safe_load((EXERCISES / "openapi.yaml").read_text("utf-8"))
CREDENTIALS = credentials.drawn()
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
BASE = "urn:description"


def validator(schema):
    """Read a part of the description as a JSON Schema whose references lead into the whole."""
    whole = {"$id": BASE, **DESCRIPTION}
    return Draft202012Validator({**whole, "allOf": [schema]}, format_checker=FormatChecker())


def named(name):
    return validator({"$ref": f"#/components/schemas/{name}"})


def resolved(part):
    while "$ref" in part:
        place = DESCRIPTION
        for step in part["$ref"].removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/")]
        part = place
    return part


def operations():
    return {
        (method, path): operation
        for path, item in DESCRIPTION["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def everywhere(part, path="#"):
    """Walk through every object of the description."""
    if isinstance(part, dict):
        yield path, part
        for name, inner in part.items():
            yield from everywhere(inner, f"{path}/{name}")
    if isinstance(part, list):
        for number, inner in enumerate(part):
            yield from everywhere(inner, f"{path}/{number}")


def media():
    """List every place that has a schema and examples, each with its name."""
    for path, part in everywhere(DESCRIPTION):
        if "schema" in part:
            examples = [resolved(one)["value"] for one in part.get("examples", {}).values()]
            yield path, part["schema"], examples + ([part["example"]] if "example" in part else [])


# the description itself


def test_it_is_of_the_version_that_it_says():
    assert DESCRIPTION["openapi"].startswith("3.1.")
    assert DESCRIPTION["info"]["version"] == "1"


def test_every_reference_leads_somewhere():
    assert all(resolved(part) for _, part in everywhere(DESCRIPTION) if "$ref" in part)


def test_every_schema_is_one():
    for schema in [*DESCRIPTION["components"]["schemas"].values(), *(schema for _, schema, _ in media())]:
        Draft202012Validator.check_schema(schema)


def test_every_example_is_as_its_schema_says():
    checked = 0
    for path, schema, examples in media():
        for example in examples:
            assert list(validator(schema).iter_errors(example)) == [], path
            checked += 1
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        for example in schema.get("examples", []):
            assert list(named(name).iter_errors(example)) == [], name
            checked += 1
    assert checked > 20


def test_paths_and_methods_are_those_of_the_contract():
    contract = (EXERCISES / "CONTRACT.md").read_text("utf-8").partition("## Stage 4")[0]
    written = set(re.findall(r"`(GET|POST) (/[^`\s]*)`", contract))
    api = {("GET", "/"), ("GET", "/messages"), ("POST", "/messages"), ("GET", "/messages/{id}")}

    assert {(method.upper(), path) for method, path in operations()} == written
    assert written == api | {("POST", "/webhooks/twilio"), ("POST", "/webhooks/slack")}


def test_parameters_are_those_of_the_contract():
    listing = operations()["get", "/messages"]["parameters"]
    limit = next(one["schema"] for one in listing if one["name"] == "limit")

    assert {one["name"] for one in listing} == {"limit", "since", "cursor"}
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 20)


def test_every_operation_has_a_name_of_its_own():
    names = [operation["operationId"] for operation in operations().values()]

    assert len(names) == len(set(names))


# what its schemas allow and forbid


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("Id", "m-7f.3a~9"),
        ("Id", "x" * 128),
        ("Id", -(2**53)),
        ("Time", "2026-01-02t03:04:05.123456789+05:30"),
        ("Time", "2026-01-02 03:04:05Z"),
        ("Time", 1778307164.031),
        ("NewMessage", {"text": " x ", "reply_to": None, "id": 7}),
        ("NewMessage", {"text": "🐎" * 1000, "reply_to": "a"}),
        ("Message", {"id": 7, "text": "", "created_at": None, "mood": "calm"}),
        ("Page", {"messages": []}),
        ("Page", {"messages": [], "next": ""}),
        ("Error", {"error": "no"}),
        ("Error", {"title": 0}),
        ("Error", {"detail": [{}]}),
    ],
)
def test_what_the_contract_allows_is_allowed(name, good):
    assert list(named(name).iter_errors(good)) == []


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("Id", ""),
        ("Id", "x" * 129),
        ("Id", "a b"),
        ("Id", 2**53 + 1),
        ("Id", 1.5),
        ("Id", True),
        ("Id", None),
        ("Time", "2026-01-02T03:04:05"),
        ("Time", "2026-01-02T03:04:05.1234567890Z"),
        ("Time", "now"),
        ("Time", None),
        ("NewMessage", {}),
        ("NewMessage", {"text": " \t\r\n"}),
        ("NewMessage", {"text": "x" * 2001}),
        ("NewMessage", {"text": None}),
        ("Message", {"id": 7, "text": "x"}),
        ("Message", {"text": "x", "created_at": None}),
        ("Page", []),
        ("Page", {"messages": [], "next": 7}),
        ("Page", {"messages": [{"id": 7}]}),
        ("Page", {"messages": [{"id": n, "text": "", "created_at": None} for n in range(101)]}),
        ("Thread", {"id": 7, "text": "x", "created_at": None}),
        ("Error", {}),
        ("Error", {"error": ""}),
        ("Error", {"error": 7}),
        ("Error", {"title": "", "detail": []}),
    ],
)
def test_what_the_contract_forbids_is_forbidden(name, bad):
    assert list(named(name).iter_errors(bad)) != []


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_no_bad_body_is_a_new_message(body):
    try:
        found = json.loads(body)
    except ValueError:
        return
    assert list(named("NewMessage").iter_errors(found)) != []


# what the solution answers


@pytest.fixture(scope="module")
def chat():
    """Run the solution of the last stage that there is."""
    solution = COURSE.stages[-1].solution
    resources = Resources()
    made = Service(config.read(solution), resources, resources.fresh("data"), env=CREDENTIALS.environment())
    try:
        made.start()
        yield Chat(made)
    finally:
        resources.close()


def described(reply, method, path):
    """See that a reply is one of those that the description lists, and return its JSON."""
    answers = operations()[method, path]["responses"]
    assert str(reply.code) in answers, reply.summary
    contents = resolved(answers[str(reply.code)])["content"]
    kind = reply.headers["content-type"].partition(";")[0]
    found = json.loads(reply.content)
    assert list(validator(contents[kind]["schema"]).iter_errors(found)) == [], reply.summary
    return found


def described_as_text(reply, path):
    """See that an answer to a webhook is one of those that the description lists."""
    answers = operations()["post", path]["responses"]
    assert str(reply.code) in answers, reply.summary
    kinds = resolved(answers[str(reply.code)])["content"]
    assert {reply.headers["content-type"].partition(";")[0], "*/*"} & kinds.keys()


def post(chat, body):
    return chat.post(body if isinstance(body, bytes) else json.dumps(body).encode())


def test_what_is_stored_is_described(chat):
    parent = described(post(chat, {"text": "parent"}), "post", "/messages")
    reply = described(post(chat, {"text": "reply", "reply_to": parent["id"]}), "post", "/messages")

    assert reply["reply_to"] == parent["id"]
    thread = described(chat.request("GET", f"/messages/{parent['id']}"), "get", "/messages/{id}")
    assert [one["id"] for one in thread["replies"]] == [reply["id"]]


def test_pages_are_described(chat):
    sent = chat.send_many(3)

    first = described(chat.get(limit=2), "get", "/messages")
    assert first["next"]
    second = described(chat.get(limit=2, cursor=first["next"]), "get", "/messages")
    assert [one["id"] for one in [*first["messages"], *second["messages"]][:3]] == [one.id for one in sent[::-1]]
    assert described(chat.get(since="2100-01-01T00:00:00Z"), "get", "/messages")["messages"] == []
    assert described(chat.get(since=sent[0].created_at.written), "get", "/messages")["messages"]


def test_an_old_message_is_described():
    assert list(named("Message").iter_errors({"id": 1, "text": "old", "created_at": None, "reply_to": None})) == []


@pytest.mark.parametrize(
    "body", [*BAD_BODIES.values(), b'{"text": "x", "reply_to": "none"}'], ids=[*BAD_BODIES, "parent"]
)
def test_refused_bodies_are_described(chat, body):
    reply = post(chat, body)

    assert reply.code == 400
    described(reply, "post", "/messages")


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_odd_bodies_are_described_whatever_is_said_of_them(chat, body):
    described(post(chat, body), "post", "/messages")


def test_a_large_body_and_another_type_are_described(chat):
    described(post(chat, {"text": "x" * 70_000}), "post", "/messages")
    described(chat.request("POST", "/messages", body=b"x", headers={"Content-Type": "image/png"}), "post", "/messages")
    assert AS_JSON["Content-Type"] in operations()["post", "/messages"]["requestBody"]["content"]


@pytest.mark.parametrize(
    ("name", "value"),
    [*(("limit", bad) for bad in ("0", "-1", "x", "1.5", "")), *(("since", bad) for bad in BAD_TIMES), ("cursor", "x")],
)
def test_refused_queries_are_described(chat, name, value):
    reply = chat.get(**{name: value})

    assert reply.code == 400
    described(reply, "get", "/messages")


@pytest.mark.parametrize("wanted", ["none", "0", "99999999999999999999", "~", "x" * 128])
def test_a_message_that_is_not_there_is_described(chat, wanted):
    reply = chat.request("GET", f"/messages/{wanted}")

    assert reply.code == 404
    described(reply, "get", "/messages/{id}")


def test_the_greeting_is_described(chat):
    assert str(chat.request("GET", "/").code) in operations()["get", "/"]["responses"]


def test_answers_to_twilio_are_described(chat):
    phone = Phone(chat.service, CREDENTIALS.twilio_auth_token)
    nameless = phone.without("MessageSid", phone.write("hello"))

    for reply in (phone.deliver(phone.write("hello")), phone.deliver_unsigned(nameless), phone.deliver(nameless)):
        described_as_text(reply, "/webhooks/twilio")


def test_answers_to_slack_are_described(chat):
    channel = Channel(chat.service, CREDENTIALS.slack_signing_secret)
    body = channel.body("recent 3")

    assert described(channel.send(body), "post", "/webhooks/slack")["text"]
    described_as_text(channel.send(body, signed="v0=0"), "/webhooks/slack")
