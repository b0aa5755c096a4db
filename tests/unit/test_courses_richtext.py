"""A lesson's text: what may be in it, what would be lost, and finding words in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.courses.richtext import Loss, Search, find, is_empty, losses, replaced, sanitize, summary, text_of, unwrapped


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<p onclick='x()'>a<script>alert(1)</script></p>", "<p>a</p>"),
        ('<img src="javascript:1" alt="x">', '<img alt="x">'),
        ('<img src="data:image/svg+xml;base64,PHN2Zz4=">', "<img>"),
        ('<img src="data:image/png;base64,iVBO" alt="">', '<img src="data:image/png;base64,iVBO" alt="">'),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        ('<a href="asset:ab/notes.pdf">x</a>', '<a href="asset:ab/notes.pdf">x</a>'),
        ('<p style="text-align: center; position: fixed">x</p>', '<p style="text-align:center">x</p>'),
        ('<aside class="callout callout-tip other">x</aside>', '<aside class="callout callout-tip">x</aside>'),
        ('<pre><code class="language-python evil">x</code></pre>', '<pre><code class="language-python">x</code></pre>'),
        ('<p dir="sideways" lang="he">x</p>', '<p lang="he">x</p>'),
        ('<iframe src="https://example.org"></iframe>x', "x"),
        ("<p>a<!-- b --></p>", "<p>a</p>"),
    ],
)
def test_what_is_allowed(given: str, kept: str) -> None:
    assert sanitize(given) == kept


@given(st.text(st.sampled_from("<>/=\"' abpscriptimgonload:;&#x3cdat\x00\n"), max_size=60))
def test_sanitizing_twice_changes_nothing(text: str) -> None:
    once = sanitize(text)
    assert sanitize(once) == once
    assert "<script" not in once


def test_other_words_for_the_same_are_no_loss() -> None:
    source = "<div><ul><li><p>a</p><ul><li>b</li></ul></li></ul><b>c</b><i>d</i></div><table><tr><td colspan=1><p>e</p></td></tr></table>"
    result = "<ul><li>a<ul><li>b</li></ul></li></ul><p><strong>c</strong><em>d</em></p><table><tbody><tr><td>e</td></tr></tbody></table>"
    assert losses(source, result) == ()


def test_every_loss_is_named() -> None:
    source = '<figure><img src="a" alt="A" data-x="1"></figure><p style="color: red">two</p><p>three</p>'
    assert losses(source, '<p><img src="a" alt="A"></p><p>two</p>') == (
        Loss("<figure>"),
        Loss("color on <p>"),
        Loss("data-x on <img>"),
        Loss("text"),
    )
    assert summary((Loss("<figure>", 2), Loss("text"))) == "<figure> ×2, text"


def test_what_only_arranges_goes_without_its_words() -> None:
    source = '<div class="page"><div>One <b>two</b></div><div><p>three</p></div><span style="x">four</span></div>'
    assert unwrapped(source) == "<p>One <b>two</b></p><p>three</p>four"


def test_words_are_found_across_bold_and_links_and_not_across_blocks() -> None:
    html = "<p>The de<strong>duct</strong>ible</p><p>a deductible</p><p>deduct</p><p>ible</p>"
    assert [match.found for match in find(html, Search("deductible"))] == ["deductible", "deductible"]
    assert [match.before for match in find(html, Search("deductible"))] == ["The ", "a "]
    assert find(html, Search("DEDUCTIBLE", match_case=True)) == ()
    assert find(html, Search("deduct", words=True)) == find("<p>deduct</p>", Search("deduct"))
    assert find(html, Search("  ")) == ()


def test_replacing_keeps_the_markup_around() -> None:
    html = '<p>The de<strong>duct</strong>ible &amp; the <a href="https://x.org">deductible</a></p>'
    assert replaced(html, Search("deductible"), "<copay>") == (
        '<p>The &lt;copay&gt;<strong></strong> &amp; the <a href="https://x.org">&lt;copay&gt;</a></p>',
        2,
    )
    assert replaced(html, Search("nowhere"), "x") == (html, 0)


@given(st.lists(st.sampled_from(["ab", "a<b>b</b>", "<i>a</i>b", "x", "</p><p>", "AB", " "]), max_size=8))
def test_whatever_is_found_is_replaced(parts: list[str]) -> None:
    html = f"<p>{''.join(parts)}</p>"
    search = Search("ab")
    result, count = replaced(html, search, "Z")
    assert count == len(find(html, search))
    assert find(result, search) == ()
    assert text_of(result).count("Z") == count


@pytest.mark.parametrize(
    ("html", "empty"),
    [(None, True), ("", True), ("<p> </p><p><br></p>", True), ("<p>&nbsp;</p>", True), ("<p>a</p>", False), ('<img src="a">', False)],
)
def test_an_empty_text_is_one_that_shows_nothing(html: str | None, empty: bool) -> None:
    assert is_empty(html) is empty


def test_the_words_of_a_text() -> None:
    assert text_of("<h2>A</h2><ul><li>b <em>c</em></li><li>d</li></ul>e\x00") == "A\nb c\nd\ne"
