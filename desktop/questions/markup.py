"""Between HTML and plain words, in both directions, for the formats that know only one of them."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "table"))
_MEDIA = re.compile(r"<(?:img|video|audio|iframe|object|embed|svg|math)\b", re.IGNORECASE)
_LOOSE = re.compile(r"<(?![a-zA-Z/!?][^<>]*>|[a-zA-Z][^<>]*\"[^\"]*\"[^<>]*>)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def _tidy(markup: str) -> str:
    """Without comments, and each < that begins no tag as a character: the parser would go over what follows again and again."""
    first, *others = markup.split("<!--")
    return _LOOSE.sub("&lt;", first + "".join(other.partition("-->")[2] for other in others))


def plain_text(markup: str) -> str:
    """The words of some HTML, a line for each block; a picture is its alternative text."""
    parser = _Words()
    parser.feed(_tidy(markup))
    parser.close()
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def shows_something(markup: str) -> bool:
    """Whether a reader of some HTML would see or hear anything: words, or a picture or film."""
    return _MEDIA.search(markup) is not None or plain_text(markup) != ""


def is_markup(text: str) -> bool:
    """Whether a text holds a tag or an entity, and so is HTML where nothing else says what it is."""
    return _TAG.search(text) is not None


def from_plain(text: str) -> str:
    """HTML that shows this text: a paragraph for each line."""
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.split("\n") if line)
