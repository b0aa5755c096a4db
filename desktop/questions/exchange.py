"""The one door through which questions come in and go out: which format a file has, reading it, and writing one.

    imported = read(path.read_bytes(), path.name)   # the report of each item; nothing is imported yet
    questions = imported.questions()                # all, or Unsound; only_sound=True is what a person chose
    exported = write(questions, Format.GIFT)        # the bytes, and what of each question they do not hold

What each format keeps, changes and drops is in docs/questions.md. A reader is imported when it is first asked for: lxml is slow to load.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.questions.csv_table import is_table
from desktop.questions.model import Question
from desktop.questions.report import Attachment, Exported, Fetch, Imported, Item, Kind, Note, Problem, TooLarge, Unsound

__all__ = [
    "WRITABLE",
    "Attachment",
    "Exported",
    "Fetch",
    "Format",
    "Imported",
    "Item",
    "Kind",
    "Note",
    "Problem",
    "TooLarge",
    "Unknown",
    "Unsound",
    "detect",
    "read",
    "read_file",
    "write",
]

LARGEST_TEXT = 16 << 20
LARGEST_XML = 40 << 20
LARGEST_PACKAGE = 512 << 20
"""Bytes. Ten thousand questions without pictures are 5 to 15 MB."""

_HEAD = 4096
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_SKIPPED = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ANSWER = re.compile(r"^ANSWER:\s*[A-Z]\s*$", re.MULTILINE)
_CLOZE = re.compile(r"\{\d*:(?:SA|MW|NM|MC|SHORTANSWER|NUMERICAL|MULTICHOICE)")
_GIFT = re.compile(r"^(?:::|\$CATEGORY:|//)|(?<!\\)\{[^{}]*(?<!\\)\}", re.MULTILINE)


class Format(StrEnum):
    """A way to write questions down. ``label`` is what people call it, ``suffix`` what its files end in."""

    GIFT = "gift"
    MOODLE_XML = "moodle_xml"
    QTI = "qti"
    CSV = "csv"
    AIKEN = "aiken"
    CLOZE = "cloze"
    TYPED = "typed"

    @property
    def label(self) -> str:
        return {
            Format.GIFT: "GIFT",
            Format.MOODLE_XML: "Moodle XML",
            Format.QTI: "QTI",
            Format.CSV: "CSV",
            Format.AIKEN: "Aiken",
            Format.CLOZE: _("Embedded answers (Cloze)"),
            Format.TYPED: _("Typed list"),
        }[self]

    @property
    def suffix(self) -> str:
        return {Format.GIFT: ".gift", Format.MOODLE_XML: ".xml", Format.QTI: ".zip", Format.CSV: ".csv"}.get(self, ".txt")


WRITABLE = (Format.GIFT, Format.MOODLE_XML, Format.QTI, Format.CSV, Format.AIKEN)


class Unknown(Invalid):
    """Questions are not written in this format."""

    code = "questions.unknown-format"


def detect(data: bytes, name: str = "") -> Format:
    """The format of a file, by what is in it, and where that says little by its ``name``."""
    suffix = Path(name).suffix.casefold()
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return Format.QTI
    head = decoded(data[:_HEAD])
    if head.lstrip().startswith("<"):
        root = _ROOT.search(_SKIPPED.sub("", head))
        if root and root.group(1) == "quiz":
            return Format.MOODLE_XML
        if suffix in (".xml", ".qti", "") or (root and root.group(1).startswith(("qti-", "assessment", "questestinterop", "manifest"))):
            return Format.QTI
    if is_table(head):
        return Format.CSV
    for form in (Format.GIFT, Format.CSV):
        if suffix == form.suffix:
            return form
    if _ANSWER.search(head):
        return Format.AIKEN
    if _CLOZE.search(head):
        return Format.CLOZE
    return Format.GIFT if _GIFT.search(head) else Format.TYPED


def read(data: bytes, name: str = "", form: Format | None = None) -> Imported:
    """The questions of a file named ``name`` and the report on each of its items; ``form`` where it is known.

    Raises:
        TooLarge: it has more bytes, or more entries, than questions could need.
        Unsound: it is wrong in so many places that it can only be of another kind.
        BadPackage: a package that cannot be read, or is not safe to (``desktop.questions.qti``).
    """
    form = form or detect(data, name)
    _check_size(len(data), form, name)
    match form:
        case Format.GIFT:
            from desktop.questions import gift

            return gift.read(decoded(data))
        case Format.AIKEN:
            from desktop.questions import aiken

            return aiken.read(decoded(data))
        case Format.MOODLE_XML:
            from desktop.questions import moodle_xml

            return moodle_xml.read(data)
        case Format.QTI:
            from desktop.questions import qti

            return qti.read(data)
        case Format.CSV:
            from desktop.questions import csv_table

            return csv_table.read(decoded(data))
        case Format.CLOZE:
            from desktop.questions import cloze

            return cloze.read(decoded(data))
        case Format.TYPED:
            from desktop.questions import typed

            return typed.read(decoded(data))


def read_file(path: Path, form: Format | None = None) -> Imported:
    """As :func:`read`, without loading a file that is too large. Raises OSError where it cannot be opened."""
    with path.open("rb") as file:
        form = form or detect(file.read(_HEAD), path.name)
    _check_size(path.stat().st_size, form, path.name)
    return read(path.read_bytes(), path.name, form)


def write(questions: Iterable[Question], form: Format, fetch: Fetch | None = None) -> Exported:
    """A file of ``questions``, and what of each it does not hold.

    ``fetch`` gives the file of an asset (by its id, without ``asset:``); without it pictures are left out and named.

    Raises:
        Unknown: there is no writer for it.
    """
    match form:
        case Format.GIFT:
            from desktop.questions import gift

            return gift.write(questions)
        case Format.AIKEN:
            from desktop.questions import aiken

            return aiken.write(questions)
        case Format.MOODLE_XML:
            from desktop.questions import moodle_xml

            return moodle_xml.write(questions, fetch)
        case Format.CSV:
            from desktop.questions import csv_table

            return csv_table.write(questions)
        case Format.QTI:
            from desktop.questions import qti_writer

            return qti_writer.write(questions, fetch)
        case _:
            raise Unknown(_("{format} cannot be written.").format(format=form.label))


def decoded(data: bytes) -> str:
    """The text of a file, with ``\\n`` as line ends: UTF-8 or UTF-16 where it says so or can be, else the Western code page of Windows."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # A head may end within a character.
            text = data.decode("utf-8-sig", errors="ignore") if error.start >= len(data) - 3 else data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_size(size: int, form: Format, name: str) -> None:
    most = {Format.MOODLE_XML: LARGEST_XML, Format.QTI: LARGEST_PACKAGE}.get(form, LARGEST_TEXT)
    if size > most:
        raise TooLarge(
            _("“{name}” has {size} MB; files of this kind are read up to {most} MB.").format(
                name=name or form.label, size=size >> 20, most=most >> 20
            ),
            remedy=_("Split it into several files."),
        )
