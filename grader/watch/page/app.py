"""The web application of the page: the page itself, its events, the wishes of the learner, and the course's texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from flask import Flask, Response, abort, render_template
from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined

from grader.course import Course
from grader.report.page import with_code
from grader.watch.page.address import Address
from grader.watch.page.feed import BEAT, Feed
from grader.watch.page.guard import guard
from grader.watch.page.texts import Texts
from grader.watch.page.view import Views
from grader.watch.snapshot import Snapshot

STATIC = files("grader.watch.page") / "static"
STYLES = (files("grader.report") / "pages" / "style.css", STATIC / "watch.css")
SCRIPT = STATIC / "watch.js"
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The course's own pictures have their styles inside."""


class Watched(Protocol):
    """What the page needs of a watch. Each method may be called from any thread."""

    def snapshot(self) -> Snapshot: ...
    def subscribe(self, callback: Callable[[Snapshot], None]) -> None: ...
    def rerun(self) -> None: ...
    def hint(self) -> None: ...
    def solution(self) -> None: ...
    def next(self) -> None: ...


def application(
    watch: Watched, course: Course, project: Path, address: Address, *, beat: float = BEAT
) -> tuple[Flask, Feed]:
    """Make the application for one watch, and the feed of its tabs, which `Feed.end` ends."""
    app = _guarded(address)
    texts = Texts(course, address.base)
    version, name = _version(), project.resolve().name

    def render(template: str, **values: object) -> str:
        with app.app_context():
            return render_template(template, base=address.base, **values)

    views = Views(course, project, texts, render)
    feed = Feed(lambda: views.draw(watch.snapshot()), version=version, beat=beat)
    watch.subscribe(feed.change)
    _add_page(app, watch, feed, lambda: render("page.html", view=feed.view(), version=version, project=name))
    _add_texts(app, texts, render)
    return app, feed


def _guarded(address: Address) -> Flask:
    app = Flask("grader.watch.page", static_folder=None)
    app.logger.disabled = True  # the terminal belongs to the watch
    app.config["MAX_CONTENT_LENGTH"] = 1024
    app.url_map.strict_slashes = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("grader.watch.page"), PackageLoader("grader.report", "pages")]  # the latter draws a load
    )
    app.jinja_env.filters["with_code"] = with_code
    guard(app, address.token)
    return app


def _add_page(app: Flask, watch: Watched, feed: Feed, render: Callable[[], str]) -> None:
    """Add the page itself, its events, and the wishes of the learner."""
    wishes = {"hint": watch.hint, "solution": watch.solution, "next": watch.next, "rerun": watch.rerun}

    @app.get("/<token>/")
    def page(token: str) -> str:  # noqa: ARG001 - the guard looks at it
        return render()

    @app.get("/<token>/events")
    def events(token: str) -> Response:  # noqa: ARG001
        return Response(feed.events(), mimetype="text/event-stream")

    @app.post("/<token>/do/<wish>")
    def do(token: str, wish: str) -> tuple[str, int]:  # noqa: ARG001
        if wish not in wishes:
            abort(404)
        wishes[wish]()
        return "", 204


def _add_texts(app: Flask, texts: Texts, render: Callable[..., str]) -> None:
    """Add the texts of the course and the page's own files."""

    @app.get("/<token>/read/<path:name>")
    def read(token: str, name: str) -> str | Response:  # noqa: ARG001
        if name in texts.pictures:
            picture = Response(texts.path(name).read_bytes(), mimetype="image/svg+xml")
            picture.headers["Content-Security-Policy"] = PICTURE_POLICY
            return picture
        if name not in texts.names:
            abort(404)
        return render("text.html", name=name, text=texts.whole(name))

    @app.get("/<token>/style.css")
    def style(token: str) -> Response:  # noqa: ARG001
        return Response("".join(part.read_text("utf-8") for part in STYLES), mimetype="text/css")

    @app.get("/<token>/watch.js")
    def script(token: str) -> Response:  # noqa: ARG001
        return Response(SCRIPT.read_text("utf-8"), mimetype="text/javascript")


def _version() -> str:
    """Return a name for the page's own files as they are now."""
    return hashlib.sha256(b"".join(part.read_bytes() for part in (*STYLES, SCRIPT))).hexdigest()[:16]
