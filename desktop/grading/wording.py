"""The words in a learner's file, for comparing them: PDF, Office Open XML, OpenDocument, plain text and HTML. Nothing is run or fetched.

What cannot be read has no words; that a picture of a text is none is known.
"""

from __future__ import annotations

import contextlib
import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from desktop.spreadsheets import decode
from desktop.store.pdfium import PDFIUM

LARGEST = 64 << 20
"""Bytes of a file, and of a part of one once it is unpacked."""
PAGES = 500
MOST = 1_000_000
"""Characters of one file: a book."""

PARTS = {
    ".docx": re.compile(r"word/(document|footnotes|endnotes)\.xml"),
    ".pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    ".odt": re.compile(r"content\.xml"),
    ".odp": re.compile(r"content\.xml"),
}
PARAGRAPHS = frozenset({"p", "h"})
"""Local names of elements after which a new line begins, in either family: ``w:p``, ``a:p``, ``text:p``, ``text:h``."""
PLAIN = frozenset({".txt", ".md", ".csv", ".tex"})
MARKED = frozenset({".html", ".htm"})
READABLE = frozenset({".pdf", *PARTS, *PLAIN, *MARKED})


def words_in(path: Path, name: str) -> str:
    """The words of the file at ``path``, which its learner called ``name``; empty where it has none that can be read."""
    suffix = Path(name).suffix.lower()
    if suffix not in READABLE or path.stat().st_size > LARGEST:
        return ""
    if suffix == ".pdf":
        return _pdf(path)[:MOST]
    if suffix in PARTS:
        return _package(path, PARTS[suffix])[:MOST]
    text = decode(path.read_bytes())[0]
    return (html.unescape(re.sub(r"<[^>]*>", " ", text)) if suffix in MARKED else text)[:MOST]


def _pdf(path: Path) -> str:
    import pypdfium2

    pages = []
    with contextlib.suppress(pypdfium2.PdfiumError), PDFIUM, pypdfium2.PdfDocument(path) as document:  # with a password, or none at all
        for number in range(min(PAGES, len(document))):
            words = document[number].get_textpage()
            pages.append(words.get_text_bounded())
            words.close()
    return "\n".join(pages)


def _package(path: Path, wanted: re.Pattern[str]) -> str:
    lines: list[str] = []
    with contextlib.suppress(zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, RuntimeError), zipfile.ZipFile(path) as package:
        for part in sorted(package.infolist(), key=lambda one: (len(one.filename), one.filename)):
            if wanted.fullmatch(part.filename) and part.file_size <= LARGEST:
                with package.open(part) as source:
                    lines.extend(_paragraphs(source.read(LARGEST)))
    return "\n".join(lines)


def _paragraphs(xml: bytes) -> Iterator[str]:
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    for element in root.iter(*(f"{{*}}{name}" for name in PARAGRAPHS)):
        words = "".join(str(piece) for piece in element.itertext())
        if words.strip():
            yield words
