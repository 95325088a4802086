"""The texts of the course as HTML: a step's part of its brief, the whole brief, and the contract."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Course, Step
from grader.errors import CourseError
from grader.learner import brief
from grader.watch.page.markup import depth, markdown, slug

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markupsafe import Markup

CONTRACT = "CONTRACT.md"
ELSEWHERE = re.compile(r"https?://")


class Texts:
    """The Markdown files of a folder of exercises. `base` is the path of the page, such as `/token/`.

    Links between the files become addresses below `base`. A link to a file that isn't shown stays as its words.
    """

    def __init__(self, course: Course, base: str) -> None:
        self._course = course
        self._base = base

    @cached_property
    def names(self) -> frozenset[str]:
        """The files that can be read, as paths in the folder of the exercises: `CONTRACT.md`, `NN-stage/README.md`."""
        folder = self._course.exercises
        found = [*folder.glob("*.md"), *folder.glob("[0-9][0-9]-*/*.md")]
        return frozenset(path.relative_to(folder).as_posix() for path in found)

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The pictures in these texts, as paths in the folder of the exercises."""
        folder = self._course.exercises
        return frozenset(path.relative_to(folder).as_posix() for path in folder.glob("[0-9][0-9]-*/pictures/*.svg"))

    def path(self, name: str) -> Path:
        """Return the path of a text or a picture; raises KeyError when there is none of this name."""
        if name not in self.names | self.pictures:
            raise KeyError(name)
        return self._course.exercises / name

    @cache  # noqa: B019 - there is one object for each page, and few texts
    def whole(self, name: str, *, below: int = 0) -> Markup:
        """Write a whole text as HTML, its headings so many levels lower. It is empty when there is no such text."""
        return self._html(self._tokens(name), name, below)

    def brief(self, step: Step) -> Markup:
        """Write the whole brief of a step's stage as HTML, for a place below two headings."""
        return self.whole(self._name(step), below=1)

    @cache  # noqa: B019 - as above
    def part(self, step: Step) -> Markup:
        """Write a step's part of its brief as HTML, with an h2 as heading. Without such a part, it is empty."""
        try:
            tokens = markdown().parse(brief.of_step(self._course, step))
        except (CourseError, OSError):
            tokens = []
        return self._html(tokens, self._name(step), 2 - depth(tokens[0]) if tokens else 0, ids=False)

    @cached_property
    def clauses(self) -> dict[str, str]:
        """The addresses of the clauses in the contract, by their names in small letters: `k4`, `stage 1`."""
        tokens = self._tokens(CONTRACT)
        titles = [tokens[at + 1].content for at, token in enumerate(tokens) if _is_heading(token)]
        found = {title.partition(":")[0].lower(): title for title in titles if re.match(r"(K|Stage )\d+:", title)}
        return {clause: f"{self._base}read/{CONTRACT}#{slug(title)}" for clause, title in found.items()}

    def _name(self, step: Step) -> str:
        return f"{self._course.stage_of(step).folder.name}/README.md"

    @cache  # noqa: B019 - as above
    def _tokens(self, name: str) -> list[Token]:
        if name not in self.names:
            return []
        try:
            text = self.path(name).read_text("utf-8")
        except OSError as error:
            raise CourseError(f"{name} cannot be read: {error}.") from error
        return markdown().parse(text)

    def _html(self, tokens: Sequence[Token], name: str, below: int, *, ids: bool = True) -> Markup:
        from markupsafe import Markup

        place = {"link": lambda target: self._link(name, target), "below": below, "ids": ids}
        # Markup: markdown-it escapes, and lets no HTML through.
        return Markup(markdown().renderer.render(tokens, markdown().options, place))  # noqa: S704

    def _link(self, name: str, target: str) -> str:
        """Return the address that a link in a text leads to; empty when nothing is shown there."""
        if target.startswith("#") or ELSEWHERE.match(target):
            return target
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        if path not in self.names | self.pictures:
            return ""
        return f"{self._base}read/{path}" + (f"#{anchor}" if anchor else "")


def _is_heading(token: Token) -> bool:
    return token.type == "heading_open"
