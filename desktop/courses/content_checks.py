"""What a learner would trip over in a lesson's text: pictures that say nothing, headings out of order, links and media that lead nowhere.

Pure. The rules are those of WCAG 2.2 that can be decided from the HTML: 1.1.1 (text alternatives), 1.3.1 and 2.4.6 (headings, table
headers), 1.4.3 (contrast), 2.4.4 (link purpose).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html as lxml_html

from desktop.i18n import _

LOWEST_CONTRAST = 4.5
"""WCAG AA for text of normal size."""

_VAGUE = frozenset({"click here", "here", "link", "this link", "more", "read more", "learn more", "this page", "this"})
_FILE_NAME = re.compile(r"^[\w\- .()]+\.(png|jpe?g|gif|webp|svg|bmp|avif)$", re.IGNORECASE)
_COLOURS = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff", "yellow": "#ffff00", "gray": "#808080",
    "grey": "#808080", "silver": "#c0c0c0", "orange": "#ffa500", "purple": "#800080", "navy": "#000080", "teal": "#008080",
    "lime": "#00ff00", "aqua": "#00ffff", "maroon": "#800000", "olive": "#808000", "fuchsia": "#ff00ff", "pink": "#ffc0cb",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """``found`` names the place in the text, for whoever looks for it."""

    code: str
    message: str
    found: str = ""


def check(html: str, known_assets: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Everything wrong with a text. ``known_assets``: the ids that are stored; None where that is not known."""
    if not html.strip():
        return ()
    root = lxml_html.fragment_fromstring(html.replace("\x00", ""), create_parent="div")
    found = (*_pictures(root, known_assets), *_media(root, known_assets), *_headings(root), *_links(root, known_assets), *_tables(root))
    return (*found, *_contrasts(root))


def _pictures(root: lxml_html.HtmlElement, known: Collection[str] | None) -> Iterator[Finding]:
    for image in root.iter("img"):
        alternative, source = image.get("alt"), image.get("src") or ""
        name = alternative or source.rsplit("/", 1)[-1][:60]
        if alternative is None:
            yield Finding("alt", _("A picture has no description for people who cannot see it."), name)
        elif _FILE_NAME.match(alternative.strip()):
            yield Finding("alt", _("The description of a picture is the name of its file: “{name}”.").format(name=alternative), name)
        yield from _broken(source, known, name, picture=True)


def _media(root: lxml_html.HtmlElement, known: Collection[str] | None) -> Iterator[Finding]:
    for element in root.iter("video", "audio"):
        sources = [element.get("src"), *(source.get("src") for source in element.iter("source"))]
        name = element.get("title") or _("a film or sound")
        for source in filter(None, sources):
            yield from _broken(source, known, name, picture=True)
        if not any(sources):
            yield Finding("media", _("A film or sound has no file."), name)
        if element.tag == "video" and next(element.iter("track"), None) is None:
            yield Finding("captions", _("The film “{name}” has no captions.").format(name=name), name)


def _headings(root: lxml_html.HtmlElement) -> Iterator[Finding]:
    last = 1  # the lesson's title
    for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        level, text = int(heading.tag[1]), " ".join(heading.text_content().split())
        if not text:
            yield Finding("heading", _("A heading is empty."))
            continue
        if level == 1:
            yield Finding("heading", _("“{text}” is a heading 1, which is the lesson's own title; use heading 2.").format(text=text), text)
        elif level > last + 1:
            yield Finding(
                "heading", _("“{text}” is a heading {level} below a heading {last}.").format(text=text, level=level, last=last), text
            )
        last = level


def _links(root: lxml_html.HtmlElement, known: Collection[str] | None) -> Iterator[Finding]:
    anchors = {element.get("id") for element in root.iter() if isinstance(element.tag, str) and element.get("id")}
    for link in root.iter("a"):
        text = " ".join(link.text_content().split())
        address = link.get("href")
        pictured = any(image.get("alt") for image in link.iter("img"))
        if address is None:
            if not link.get("id"):
                yield Finding("link", _("The link “{text}” leads nowhere.").format(text=text), text)
            continue
        if not text and not pictured:
            yield Finding("link", _("A link to {address} has no words.").format(address=address[:80]), address)
        elif text.casefold().rstrip(".…") in _VAGUE:
            yield Finding("link-text", _("“{text}” does not say where the link leads.").format(text=text), text)
        if address.startswith("#"):
            if address[1:] and address[1:] not in anchors:
                yield Finding("link", _("The link “{text}” leads to a place that is not in this text.").format(text=text), text)
        else:
            yield from _broken(address, known, text or address)


def _broken(address: str, known: Collection[str] | None, name: str, *, picture: bool = False) -> Iterator[Finding]:
    code = "media" if picture else "link"
    if not address.strip():
        yield Finding(code, _("“{name}” has no address.").format(name=name), name)
    elif address.startswith("asset:"):
        asset = address.removeprefix("asset:").partition("/")[0]
        if known is not None and asset not in known:
            yield Finding(code, _("The file of “{name}” is missing.").format(name=name), name)
    elif picture and address.startswith(("https:", "http:", "//")):
        yield Finding(code, _("“{name}” lies on the web, and learners here do not see it. Insert it as a file.").format(name=name), name)
    elif not picture and (problem := address_problem(address)):
        yield Finding(code, f"“{name}”: {problem}", name)
    elif picture and not address.startswith("data:image/"):
        yield Finding(code, _("“{name}” leads nowhere: {address}").format(name=name, address=address[:80]), name)


def address_problem(address: str, *, web_only: bool = False) -> str:
    """What is wrong with an address that a learner is sent to; empty where nothing is that can be known without going there."""
    text = address.strip()
    if not text:
        return _("Give the address.")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return _("This is no address.")
    if parts.scheme in ("mailto", "tel") and not web_only:
        return "" if parts.path else _("This is no address.")
    if parts.scheme not in ("https", "http"):
        return _("The address must begin with https://.")
    if " " in text or not host or (("." not in host or host.endswith(".")) and host != "localhost" and ":" not in host):
        return _("The address names no site.")
    return ""


def _tables(root: lxml_html.HtmlElement) -> Iterator[Finding]:
    for table in root.iter("table"):
        rows = list(table.iter("tr"))
        if len(rows) > 1 and next(table.iter("th"), None) is None:
            text = " ".join(rows[0].text_content().split())[:60]
            yield Finding("table", _("A table has no header cells: “{text}”").format(text=text), text)


def _contrasts(root: lxml_html.HtmlElement) -> Iterator[Finding]:
    for element in root.iter():
        if not isinstance(element.tag, str) or ("color" not in (element.get("style") or "") and not element.get("color")):
            continue
        ground = next((one for one in map(_ground, (element, *element.iterancestors())) if one), (255, 255, 255))
        ink = next((one for one in map(_ink, (element, *element.iterancestors())) if one), (0, 0, 0))
        text = " ".join(element.text_content().split())[:60]
        if text and (ratio := contrast(ink, ground)) < LOWEST_CONTRAST:
            yield Finding("contrast", _("“{text}” is hard to read: contrast {ratio}:1.").format(text=text, ratio=f"{ratio:.1f}"), text)


def _style(element: lxml_html.HtmlElement, *names: str) -> str:
    for part in (element.get("style") or "").split(";"):
        name, _colon, value = part.partition(":")
        if name.strip().lower() in names:
            return value.strip().lower()
    return ""


def _ink(element: lxml_html.HtmlElement) -> tuple[int, int, int] | None:
    return _colour(_style(element, "color") or element.get("color", ""))


def _ground(element: lxml_html.HtmlElement) -> tuple[int, int, int] | None:
    return _colour(_style(element, "background-color", "background") or element.get("bgcolor", ""))


def _colour(value: str) -> tuple[int, int, int] | None:
    value = _COLOURS.get(value.strip().lower(), value.strip().lower())
    if match := re.match(r"#([0-9a-f]{3})$", value):
        value = "#" + "".join(digit * 2 for digit in match[1])
    if match := re.match(r"#([0-9a-f]{6})$", value):
        number = int(match[1], 16)
        return number >> 16, number >> 8 & 255, number & 255
    if match := re.match(r"rgba?\((\d{1,3})[, ]+(\d{1,3})[, ]+(\d{1,3})\s*\)?", value):
        return min(int(match[1]), 255), min(int(match[2]), 255), min(int(match[3]), 255)
    return None


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of two sRGB colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: tuple[int, int, int]) -> float:
        linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
