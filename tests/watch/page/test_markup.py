"""How Markdown becomes HTML: nothing in it runs, and a block is copied as a person types it."""

from __future__ import annotations

import pytest

from grader.watch.page.markup import markdown, slug, to_paste

PLACE = {"link": lambda target: target if target.startswith("#") else "", "below": 1, "ids": True}


def html(text: str) -> str:
    made = markdown()
    return str(made.renderer.render(made.parse(text), made.options, PLACE)).strip()


def test_html_stays_text() -> None:
    assert html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_a_heading_is_lower_and_has_the_anchor_that_github_gives_it() -> None:
    assert html("## `RATE_LIMIT` (4.8)") == '<h3 id="rate_limit-48"><code>RATE_LIMIT</code> (4.8)</h3>'
    assert slug("K1: one small file says how to run things") == "k1-one-small-file-says-how-to-run-things"


def test_a_link_that_leads_nowhere_stays_as_its_words() -> None:
    assert html("[words](javascript:alert(1)) [here](#here) [file](x.md)") == (
        '<p>[words](javascript:alert(1)) <a href="#here">here</a> <span>file</span></p>'
    )


def test_a_table_has_no_styles() -> None:
    assert "style" not in html("| a | b |\n|:--|--:|\n| 1 | 2 |")


def test_a_block_is_escaped_in_both_its_places() -> None:
    assert html('```sh\n$ echo "<b>"\n```') == (
        '<div class="code"><pre tabindex="0"><code>$ echo &#34;&lt;b&gt;&#34;\n</code></pre>'
        '<button type="button" class="copy" data-copy="echo &#34;&lt;b&gt;&#34;">copy</button></div>'
    )


@pytest.mark.parametrize(
    ("block", "pasted"),
    [
        ("$ one\n$ two    # why\n", "one\ntwo    # why"),
        ("$ one \\\n    more\nprinted\n", "one \\\n    more"),
        ("python3 -c 'x'\nmore\n", "python3 -c 'x'\nmore"),
        ("", ""),
    ],
)
def test_a_block_is_copied_without_prompts_and_output(block: str, pasted: str) -> None:
    assert to_paste(block) == pasted
