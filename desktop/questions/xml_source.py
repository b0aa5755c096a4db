"""XML that somebody else wrote: read piece by piece, with nothing expanded, fetched or nested without end.

A file that declares entities of its own is refused: none of the formats needs them. libxml2 itself stops at 256 levels and at texts of
10 MB. Memory holds one question at a time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

from lxml import etree

from desktop.i18n import _
from desktop.questions.report import Reading

_LOOK_BACK = 30
_SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_NAMESPACES = re.compile(r"""\sxmlns(?::[\w.-]+)?="[^"]*\"""")
_EMPTY = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"))
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPENS = re.compile(rb"<(?:[\w.-]+:)?(qti-[a-z-]+|[A-Za-z]\w*)")
_DECLARATION = re.compile(rb"<[?!][^<>]*>")
_LOCAL = re.compile(r"[A-Za-z_][\w.-]*")
_CAMEL = re.compile(r"-([a-z0-9])")


class Source:
    """A file that is being read into ``reading``."""

    def __init__(self, data: bytes, reading: Reading) -> None:
        self._data = data
        self._reading = reading
        self._lines: list[bytes] | None = None
        self._last = (0, 0)
        self._above = 0

    def elements(self, *tags: str, root: tuple[str, ...]) -> Iterator[etree._Element]:
        """Every element of the first tag, and of the others, as it ends; the first kind is emptied before the next one is read.

        Names are without namespaces and, of QTI 3, as QTI 2 has them. ``root``: what the file's outermost element must be. What is wrong
        with the file becomes a problem of the reading; elements of the first tag that are well-formed after that place are read too.
        """
        count = 0
        try:
            for element in self._elements(tags, root):
                count += element.tag == tags[0]
                yield element
        except etree.XMLSyntaxError as error:
            self._note(error, 0)
            if tags[0] not in root:
                yield from self._sound_ones(tags[0], root, count)

    def _note(self, error: etree.XMLSyntaxError, above: int) -> None:
        line, column = error.position
        words = re.sub(r",? line \d+(, column \d+)?", "", error.msg or "")
        self._reading.problem(max(line or 1, 1) + above, max(column or 1, 1), _("This is not XML: {words}").format(words=words))

    def _sound_ones(self, tag: str, root: tuple[str, ...], count: int) -> Iterator[etree._Element]:
        """The elements after the first ``count``, each read for itself."""
        around = re.search(rf"<(?P<name>(?:[\w.-]+:)?(?:{'|'.join(root)}))(?:\s[^<>]*)?>".encode(), self._data)
        first = {problem.line for problem in self._reading.problems}
        for number, (start, end) in enumerate(self._spans(tag)):
            if number < count:
                continue
            opened, closed = (b" ".join(around.group().split()), b"</" + around.group("name") + b">") if around else (b"<all>", b"</all>")
            above = self._data.count(b"\n", 0, start)
            try:
                whole = etree.fromstring(opened + self._data[start:end] + closed, etree.XMLParser(**_SAFELY))
            except etree.XMLSyntaxError as error:
                if error.position[0] + above not in first:
                    self._note(error, above)
                continue
            self._above = above
            for element in whole:
                _simplify(element)
                yield element

    def _spans(self, tag: str) -> Iterator[tuple[int, int]]:
        """From where to where each element of this tag goes, by its tags alone: from the last that opens to the next that closes."""
        opening = re.compile(rf"<(?:[\w.-]+:)?{tag}(?=[\s>])".encode())
        end = 0
        for closed in re.finditer(rf"</(?:[\w.-]+:)?{tag}\s*>".encode(), self._data):
            starts = [found.start() for found in opening.finditer(self._data, end, closed.start())]
            if starts:
                yield starts[-1], closed.end()
            end = closed.end()

    def _elements(self, tags: tuple[str, ...], root: tuple[str, ...]) -> Iterator[etree._Element]:
        names = [f"{{*}}{name}" for name in (*tags, *root)]
        events = etree.iterparse(
            BytesIO(self._data),
            events=("start", "end"),
            tag=(*names, *(f"{{*}}{_kebab(name)}" for name in (*tags, *root))),
            **_SAFELY,
        )
        begun = False
        for event, element in events:
            name = _name(element)
            if not begun:
                begun = True
                if name not in root or element.getparent() is not None:
                    break
                if _declares_entities(element):
                    self._reading.problem(*self.place(element), _("The file declares entities of its own, which is not read."))
                    return
            if event == "start" or name not in tags:
                continue
            _simplify(element)
            yield element
            if name == tags[0]:
                _forget(element)
        if not begun or events.root is None or _name(events.root) not in root:
            first = re.search(rb"<[A-Za-z]", self._data)
            above = self._data[: first.start()] if first else b""
            line, column = above.count(b"\n") + 1, len(above) - above.rfind(b"\n")
            self._reading.problem(line, column, _("This XML holds no questions that can be read."))

    def place(self, element: etree._Element) -> tuple[int, int]:
        """Line and column where an element begins, from 1."""
        if self._lines is None:
            self._lines = self._data.split(b"\n")
        # Its type is said to be more than it ever is; it is the line on which the start tag ends.
        last = min((cast("int | None", element.sourceline) or 1) + self._above, len(self._lines))
        name = _name(element)
        opening = re.compile(rf"<(?:[\w.-]+:)?(?:{name}|{_kebab(name)})(?=[\s/>]|$)".encode())
        for line in range(last, max(0, last - _LOOK_BACK), -1):
            after = self._last[1] if self._last[0] == line else 0
            found = opening.search(self._lines[line - 1], after)
            if found:
                self._last = (line, found.end())
                return line, found.start() + 1
        return last, 1


def _name(element: etree._Element) -> str:
    """The local name; of QTI 3 (``qti-simple-choice``) as QTI 2 has it (``simpleChoice``)."""
    name = str(element.tag).rpartition("}")[2]
    return _camel(name.removeprefix("qti-")) if name.startswith("qti-") else name


def _camel(name: str) -> str:
    return _CAMEL.sub(lambda found: found.group(1).upper(), name)


def _kebab(name: str) -> str:
    return "qti-" + re.sub(r"[A-Z]", lambda found: "-" + found.group().lower(), name)


def _declares_entities(element: etree._Element) -> bool:
    declared: Any = element.getroottree().docinfo.internalDTD
    return declared is not None and any(True for _entity in declared.iterentities())


def _simplify(element: etree._Element) -> None:
    for each in element.iter():
        # Typed as text alone, it is a function for what is no element.
        tag: Any = each.tag
        if isinstance(tag, str):
            if not tag.startswith(("{", "qti-")):
                continue
            new = tag.rpartition("}")[2]
            if not _LOCAL.fullmatch(new):
                # A colon too many, which namespaces do not forbid and lxml does.
                continue
            if new.startswith("qti-"):
                new = _camel(new.removeprefix("qti-"))
                for name, value in [(str(name), value) for name, value in each.attrib.items()]:
                    if "-" in name and not name.startswith("data-") and _LOCAL.fullmatch(name):
                        del each.attrib[name]
                        each.set(_camel(name), value)
            each.tag = new
        elif tag is etree.Entity:
            # HTML's own names, where a document type that is not read would have declared them.
            _append_text(each, html.unescape(each.text or ""))


def _append_text(entity: etree._Element, words: str) -> None:
    parent, previous = entity.getparent(), entity.getprevious()
    words += entity.tail or ""
    assert parent is not None
    entity.tail = None
    if previous is not None:
        previous.tail = (previous.tail or "") + words
    else:
        parent.text = (parent.text or "") + words
    parent.remove(entity)


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def outermost(data: bytes) -> str:
    """The name of a file's outermost element, as QTI 2 has it; as well as can be told where it is not well-formed."""
    try:
        for _event, element in etree.iterparse(BytesIO(data), events=("start",), **_SAFELY):
            return _name(element)
    except etree.XMLSyntaxError:
        found = _OPENS.search(_DECLARATION.sub(b"", data[:4096]))
        return _camel(found.group(1).decode().removeprefix("qti-")) if found is not None else ""
    return ""


def words_of(element: etree._Element | None) -> str:
    """All the text within, white space folded."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def inner_html(element: etree._Element) -> str:
    """What stands within an element, as HTML. Written as XML, as the HTML of libxml2 has entities for every letter beyond ASCII."""
    for each in element.iterdescendants():
        if not len(each) and each.text is None and each.tag not in _EMPTY:
            each.text = ""
    parts = [html.escape(element.text or "", quote=False)]
    parts += [_NAMESPACES.sub("", etree.tostring(child, encoding="unicode")) for child in element]
    return "".join(parts).strip()


def fit_for_xml(words: str) -> str:
    """The words without the characters that XML 1.0 cannot hold (its section 2.2)."""
    return _UNFIT.sub("", words)
