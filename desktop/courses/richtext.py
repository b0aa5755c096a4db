"""A lesson's text as HTML: what of it is allowed, what an editor or a cleaning would lose of it, and finding words in it.

Pure. What is allowed stands here and nowhere else; it is applied when a text is saved and again when it is shown, as what is stored may
have been written by another program. Nothing is taken away without being named: see :class:`Loss`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import nh3
from lxml import etree
from lxml import html as lxml_html

CALLOUTS = ("note", "tip", "important", "warning")

_BLOCK = {"dir", "lang", "id"}
_ALIGNED = _BLOCK | {"style"}
ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6"), _ALIGNED),
    **dict.fromkeys(("ul", "li", "blockquote", "figure", "figcaption", "dl", "dt", "dd", "details", "summary", "pre"), _BLOCK),
    "ol": _BLOCK | {"start", "type", "reversed"},
    "aside": _BLOCK | {"class"},
    "a": {"href", "title", "lang"},
    "img": {"src", "alt", "title", "width", "height"},
    "video": {"src", "poster", "title", "controls", "width", "height"},
    "audio": {"src", "title", "controls"},
    "source": {"src", "type"},
    "track": {"src", "kind", "srclang", "label"},
    "table": _BLOCK,
    "caption": _BLOCK,
    "td": _ALIGNED | {"colspan", "rowspan", "headers"},
    "th": _ALIGNED | {"colspan", "rowspan", "headers", "scope"},
    "span": {"lang", "dir"},
    "abbr": {"title"},
    "code": {"class"},
    **{tag: set() for tag in ("thead", "tbody", "tfoot", "tr", "br", "hr", "strong", "em", "b", "i", "u", "s", "del", "ins")},
    **{tag: set() for tag in ("sub", "sup", "mark", "small", "kbd", "q", "cite", "dfn")},
}
"""Tag → the attributes that it may carry. Of ``class`` only what makes a call-out, or names the language of code."""

SCHEMES = {"https", "http", "mailto", "tel", "asset"}
_GONE = {"script", "style", "title", "head", "object", "embed", "applet", "template", "noscript", "form"}
_PICTURES = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
_INLINE = set("a span abbr code strong em b i u s del ins sub sup mark small kbd q cite dfn".split())  # noqa: SIM905
_CALLOUT = frozenset({"callout", *(f"callout-{kind}" for kind in CALLOUTS)})
_CODE = re.compile(r"language-[\w+#-]{1,40}")
_BLOCKS = frozenset(ALLOWED.keys() - _INLINE) | {"div", "section", "article", "main", "header", "footer", "nav", "center"}
_NO_STYLE = re.compile(r'(<[a-z][^<>]*?) style=""')
_SAME = {"b": "strong", "i": "em", "del": "s", "strike": "s"}
_LAYOUT = frozenset({"div", "span", "font", "center", "section", "article", "main", "header", "footer", "nav"})
"""What only arranges. Its content is what counts."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a result has less often than its source. ``what`` is ``<tag>``, ``name on <tag>`` or the text itself."""

    what: str
    times: int = 1


def sanitize(html: str) -> str:
    """``html`` with nothing in it but what is allowed. Doing it twice changes nothing."""
    return _NO_STYLE.sub(r"\1", _CLEANER.clean(html))


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        kept = [one for one in value.split() if (one in _CALLOUT if tag == "aside" else _CODE.fullmatch(one))]
        return " ".join(kept) or None
    if name in ("src", "poster", "href") and value.strip().lower().startswith("data:"):
        return value if tag == "img" and name == "src" and _PICTURES.match(value) else None
    if name == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED),
    clean_content_tags=_GONE,
    attributes={tag: set(names) for tag, names in ALLOWED.items()},
    attribute_filter=_attribute,
    filter_style_properties={"text-align"},
    url_schemes=SCHEMES | {"data"},  # data: only for pictures, see _attribute
    link_rel=None,
    strip_comments=True,
)


def losses(source: str, result: str) -> tuple[Loss, ...]:
    """What ``source`` says and ``result`` does not: elements, attributes, text. Empty where the result means the same.

    Other words for the same thing (``<b>``), a paragraph around all of a list's item and what only arranges are no loss.
    """
    before, after = _facts(source), _facts(result)
    missing = before - after
    found = [Loss(what, times) for what, times in sorted(missing.items())]
    if _squeezed(source) != _squeezed(result):
        found.append(Loss("text"))
    return tuple(found)


def unwrapped(html: str) -> str:
    """``html`` of another program without what only arranges: a ``div`` of words becomes a paragraph, others give up their content."""
    root = _parsed(html)
    for element in list(root.iterdescendants(*_LAYOUT)):
        inline = element.tag in ("font", "span")
        if inline and (element.get("lang") or element.get("dir")):
            continue
        if not inline and not any(child.tag in _BLOCKS - {"br", "img"} for child in element) and text_of_element(element).strip():
            element.tag = "p"
        else:
            element.drop_tag()
    return _inner(root)


def text_of(html: str) -> str:
    """The words of ``html``, a line for each block."""
    return "\n".join(line for run in _runs(_parsed(html)) if (line := " ".join("".join(slot.text for slot in run).split())))


def text_of_element(element: lxml_html.HtmlElement) -> str:
    return str(element.text_content())


def is_empty(html: str | None) -> bool:
    """True where a learner would see nothing: no word, picture, film or rule."""
    if not html:
        return True
    root = _parsed(html)
    return not text_of_element(root).strip() and next(root.iter("img", "video", "audio", "hr"), None) is None


# Finding


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in a text. ``words``: only where no letter or digit stands directly before or after."""

    needle: str
    match_case: bool = False
    words: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        escaped = r"\s+".join(re.escape(part) for part in self.needle.split())
        return re.compile(rf"(?<!\w){escaped}(?!\w)" if self.words else escaped, 0 if self.match_case else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """An occurrence with some words around it."""

    before: str
    found: str
    after: str


AROUND = 40
"""Characters shown on each side of a match."""


def find(html: str, search: Search) -> tuple[Match, ...]:
    """Where the words of ``html`` match, in order, also across bold and links; never across two blocks."""
    if not search.needle.strip():
        return ()
    return tuple(match for run in _runs(_parsed(html)) for match in found_in("".join(slot.text for slot in run), search))


def found_in(text: str, search: Search) -> tuple[Match, ...]:
    """As :func:`find`, in plain text."""
    if not search.needle.strip():
        return ()
    spans = (match.span() for match in search.pattern.finditer(text))
    return tuple(Match(text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND]) for start, end in spans)


def replaced_in(text: str, search: Search, replacement: str) -> tuple[str, int]:
    """As :func:`replaced`, in plain text."""
    return search.pattern.subn(lambda _match: replacement, text) if search.needle.strip() else (text, 0)


def replaced(html: str, search: Search, replacement: str) -> tuple[str, int]:
    """``html`` with every match replaced, and how many there were. The new words take the look of the first letter that they replace."""
    if not search.needle.strip():
        return html, 0
    root = _parsed(html)
    count = 0
    for run in _runs(root):
        text = "".join(slot.text for slot in run)
        for match in reversed(list(search.pattern.finditer(text))):
            count += 1
            _replace(run, *match.span(), replacement)
    return (_inner(root), count) if count else (html, 0)


@dataclass(slots=True)
class _Slot:
    """A stretch of text: ``text`` or ``tail`` of an element."""

    element: lxml_html.HtmlElement
    name: str

    @property
    def text(self) -> str:
        return getattr(self.element, self.name) or ""

    @text.setter
    def text(self, value: str) -> None:
        setattr(self.element, self.name, value)


def _runs(root: lxml_html.HtmlElement) -> Iterator[list[_Slot]]:
    """The stretches of text that a reader sees as one line of words."""
    run: list[_Slot] = []

    def walk(element: lxml_html.HtmlElement) -> Iterator[list[_Slot]]:
        nonlocal run
        block = element.tag in _BLOCKS
        if block and run:
            yield run
            run = []
        if element.text and isinstance(element.tag, str):
            run.append(_Slot(element, "text"))
        for child in element:
            yield from walk(child)
            if child.tail:
                run.append(_Slot(child, "tail"))
        if block and run:
            yield run
            run = []

    yield from walk(root)
    if run:
        yield run


def _replace(run: list[_Slot], start: int, end: int, replacement: str) -> None:
    at = 0
    words: str | None = replacement
    for slot in run:
        text = slot.text
        first, last = max(start - at, 0), min(end - at, len(text))
        at += len(text)
        if first < last:
            slot.text = text[:first] + (words or "") + text[last:]
            words = None


# Reading


def _parsed(html: str) -> lxml_html.HtmlElement:
    """``html`` as the children of one ``div``."""
    # A character that XML cannot hold would be refused; it has no meaning in a text either.
    legal = "".join(character for character in html if character in "\t\n\r" or character >= " ")
    return lxml_html.fragment_fromstring(legal, create_parent="div")


def _inner(root: lxml_html.HtmlElement) -> str:
    for element in root.iter():
        if element.get("class") == "":
            del element.attrib["class"]
    start: str = lxml_html.tostring(root, encoding="unicode")
    return start[start.index(">") + 1 : start.rindex("</div>")]


def _squeezed(html: str) -> str:
    return re.sub(r"\s+", "", text_of_element(_parsed(html)))


def _facts(html: str) -> Counter[str]:
    facts: Counter[str] = Counter()
    root = _parsed(html)
    for element in root.iter():
        if element is root:
            continue
        if not isinstance(element.tag, str):
            facts["<!-- -->"] += not isinstance(element, etree._Comment) or "StartFragment" not in (element.text or "")
            continue
        tag = _SAME.get(element.tag, element.tag)
        if tag not in _LAYOUT | {"tbody", "colgroup", "col"} and not _fills_its_parent(element) and not _blank(element):
            facts[f"<{tag}>"] += 1
        for name, value in element.attrib.items():
            if name == "style":
                properties = (part.partition(":")[0].strip().lower() for part in value.split(";"))
                facts.update(f"{one} on <{tag}>" for one in properties if one)
            elif not (name in ("rel", "target", "controls") or (name in ("colspan", "rowspan") and value == "1")):
                facts[f"{name} on <{tag}>"] += 1
    return facts


def _fills_its_parent(element: lxml_html.HtmlElement) -> bool:
    """A paragraph that is all of an item or a cell, but for lists below it: with or without it, it is the same."""
    parent = element.getparent()
    if element.tag != "p" or parent is None or element.attrib or parent.tag not in ("li", "td", "th"):
        return False
    return parent[0] is element and all(other.tag in ("ul", "ol") for other in parent[1:]) and not (parent.text or "").strip()


def _blank(element: lxml_html.HtmlElement) -> bool:
    """A paragraph or a mark with nothing in it."""
    return element.tag not in ("img", "video", "audio", "source", "track", "hr", "br", "td", "th", "tr", "table") and (
        not len(element) and not text_of_element(element).strip()
    )


def summary(found: Iterable[Loss]) -> str:
    """Losses as a list for a sentence: ``<figure> ×2, style on <p>``."""
    return ", ".join(loss.what if loss.times == 1 else f"{loss.what} ×{loss.times}" for loss in found)
