"""Which side of a project a mistake has touched, and which steps look at nothing but the other side."""

from __future__ import annotations

import ast

from grader.course import Step
from tests.cases import Case
from tests.real_course import COURSE

CLIENT = "client"
SERVER = "server"
RUN_THE_CLIENT = {
    "client",
    "client_in",
    "client_since",
    "cloned_client",
    "half_answered_ping",
    "unanswered_ping",
    "unanswered_send",
    "unanswered_list",
    "unanswered_reply",
    "unanswered_show",
}
"""Fixtures that run the client, each time against a scripted server: where no check of a step asks for one of them,
the step is about the server alone."""
LOOK_AT_ALL_FILES = {"repository", "repository_leaks"}
"""Fixtures that look into what is committed, whichever side it belongs to."""


def touched(case: Case) -> set[str]:
    """Name the sides whose files a case changes; a file outside `server/` and `client/` may matter to both."""
    both = {CLIENT, SERVER}
    if case.solution is None or case.prepare:
        return both
    folders = {edit.file.split("/")[0] for edit in case.edits}
    return both if folders - both else folders


def looked_at(step: Step) -> set[str]:
    """Name the sides that the checks of a step look at."""
    tree = ast.parse(COURSE.check_file(step).read_text("utf-8"))
    checks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    asked = [{argument.arg for argument in check.args.args} for check in checks]
    if any(names & LOOK_AT_ALL_FILES for names in asked):
        return {CLIENT, SERVER}
    return {SERVER if names.isdisjoint(RUN_THE_CLIENT) else CLIENT for names in asked}
