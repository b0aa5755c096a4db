"""Pictures and other files that the HTML of a question names: taken along as attachments, or named as missing."""

from __future__ import annotations

import base64
import binascii
import html
import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from desktop.i18n import _
from desktop.questions.markup import from_plain
from desktop.questions.model import Question, Text
from desktop.questions.report import Notes, Reading

type Find = Callable[[str], bytes | None]
"""The bytes of a file by its address in the text; None where it did not come along."""

_ADDRESS = re.compile(
    r"""(<(?:img|source|audio|video|object|a|track|embed)\b[^<>]*?\s(?:src|href|data|poster)\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE
)
_DATA = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,", re.IGNORECASE)
_KINDS = {
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"RIFF": ".webp",
    b"<svg": ".svg",
    b"<?xml": ".svg",
    b"%PDF": ".pdf",
}


def nothing_comes_along(_address: str) -> None:
    """The files of a format, or of a single file, that brings none."""


def suffix_of(data: bytes) -> str:
    """What the name of a file with these bytes ends in; empty for kinds that questions seldom hold."""
    return next((suffix for magic, suffix in _KINDS.items() if data.startswith(magic)), "")


def take_along(markup: str, find: Find, reading: Reading, notes: Notes) -> str:
    """``markup``, HTML, with its files as attachments of ``reading``. Addresses on the web stay; what did not come along is noted."""

    def replaced(found: re.Match[str]) -> str:
        address = found.group(2)[1:-1].replace("&amp;", "&").strip()
        if not address or _stays(address):
            return found.group()
        if embedded := _DATA.match(address):
            try:
                data: bytes | None = base64.b64decode(address[embedded.end() :], validate=False)
            except (binascii.Error, ValueError):
                data = None
            name = f"picture.{embedded.group(1).split('+')[0].lower()}"
        else:
            data, name = find(address), posixpath.basename(unquote(urlsplit(address).path)) or _("file")
        if data is None:
            notes.dropped(_("The file “{name}”, which did not come along.").format(name=name[:80]))
            return found.group(1) + '""'
        return f'{found.group(1)}"{reading.attach(data, name)}"'

    return _ADDRESS.sub(replaced, markup)


def _stays(address: str) -> bool:
    return address.lower().startswith(("http:", "https:", "mailto:", "tel:", "asset:", "#", "//", "javascript:"))


def with_picture(question: Question, notes: Notes) -> Question:
    """The question with its picture in its text, for formats that have no other place for one."""
    if question.image is None:
        return question
    notes.changed(_("Its picture stands in the text now."))
    text = question.text
    words = text.html if text.html is not None else from_plain(text.plain)
    return replace(question, text=Text(text.plain, f'<p><img src="{html.escape(question.image)}" alt=""></p>{words}'), image=None)


def assets_in(markup: str) -> list[str]:
    """The ids of the assets that an HTML names."""
    return list(dict.fromkeys(found.group(2)[7:-1] for found in _ADDRESS.finditer(markup) if found.group(2)[1:7] == "asset:"))
