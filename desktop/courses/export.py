"""A course for other systems: as a SCORM 1.2 or 2004 package, or as an IMS Common Cartridge.

Each lesson that consists of something to read, see or follow becomes a page, and in a cartridge a quiz becomes an assessment; what only a
learning system of our kind can do (quizzes in SCORM, assignments, live sessions, rules) stays behind and is said so, line by line.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID
from xml.sax.saxutils import quoteattr

from desktop.courses.draft import Draft
from desktop.courses.report import Report
from desktop.courses.richtext import is_empty, sanitize
from desktop.courses.vocabulary import LESSON_TYPES, label
from desktop.errors import Invalid, LmsError
from desktop.i18n import _

RESOURCES = Path(__file__).resolve().parents[2] / "resources"

type Fetch = Callable[[str], Path]
"""The file of an asset on this computer. Raises :class:`~desktop.errors.LmsError` where it cannot be had."""


class QuizFile(Protocol):
    """A quiz as a file of a cartridge, and whether each of its parts was ``changed`` or ``dropped``; what; why."""

    @property
    def data(self) -> bytes: ...

    @property
    def notes(self) -> Sequence[tuple[str, str, str]]: ...


type WriteQuiz = Callable[[UUID, str, Callable[[str], str]], QuizFile | None]
"""The quiz of a lesson under an identifier; asked with where in the package the file of an asset is. None where it asks nothing yet."""


class Format(Enum):
    SCORM_12 = "scorm-1.2"
    SCORM_2004 = "scorm-2004"
    CARTRIDGE = "common-cartridge"


@dataclass(frozen=True, slots=True)
class Page:
    """A lesson as it leaves: its file, and the files that it needs."""

    identifier: str
    title: str
    name: str
    html: str | bytes
    files: tuple[str, ...]
    kind: str = "webcontent"


def export(draft: Draft, form: Format, target: Path, fetch: Fetch, write_quiz: WriteQuiz) -> Report:
    """Write the course to ``target``, whole or not at all; what became of each lesson. Raises :class:`Invalid`."""
    return _Exporter(draft, form, fetch, write_quiz).run(target)


class _Exporter:
    def __init__(self, draft: Draft, form: Format, fetch: Fetch, write_quiz: WriteQuiz) -> None:
        self._draft = draft
        self._form = form
        self._fetch = fetch
        self._write_quiz = write_quiz
        self._report = Report()
        self._assets: dict[str, tuple[str, Path]] = {}

    def run(self, target: Path) -> Report:
        modules = []
        for number, module in enumerate(self._draft.modules, 1):
            lessons = enumerate(self._draft.lessons_of(module["id"]), 1)
            pages = [page for order, lesson in lessons if (page := self._page(lesson, number, order))]
            if pages:
                modules.append((f"module_{number}", str(module["title"]), pages))
                self._report.kept(module["title"], _("As a module."))
            else:
                self._report.dropped(module["title"], _("Nothing in it could leave."))
            if module["unlock_after_module_id"] or module["unlock_date"]:
                self._report.dropped(module["title"], _("Its rule when it opens: other systems have their own."))
        if not modules:
            raise Invalid(_("Nothing in this course could be exported."), remedy=_("Readings, films, documents and links can."))
        part = target.with_name(target.name + ".part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("imsmanifest.xml", self._manifest(modules))
                archive.write(RESOURCES / "editor" / "lesson.css", "shared/lesson.css")
                if self._form is not Format.CARTRIDGE:
                    archive.write(RESOURCES / "export" / "sco.js", "shared/sco.js")
                for page in (page for _identifier, _title, pages in modules for page in pages):
                    archive.writestr(page.name, page.html)
                for name, path in self._assets.values():
                    archive.write(path, name)
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise Invalid(
                _("The package could not be written: {reason}.").format(reason=error.strerror or error), remedy=_("Choose another place.")
            ) from error
        return self._report

    # Lessons

    def _page(self, lesson: Mapping[str, Any], module: int, order: int) -> Page | None:
        title, kind = str(lesson["title"]), lesson["lesson_type"]
        identifier = f"lesson_{module}_{order}"
        address, html = lesson["content_url"] or "", lesson["content_html"] or ""
        if lesson["unlock_after_lesson_id"]:
            self._report.dropped(title, _("Its rule when it opens: other systems have their own."))
        if kind == "quiz" and self._form is Format.CARTRIDGE:
            return self._quiz(identifier, title, lesson["id"])
        if kind in ("quiz", "assignment", "live_session", "scorm"):
            why = _("A lesson of the type “{type}” needs the system that it was made in.").format(type=label(LESSON_TYPES, kind))
            self._report.dropped(title, why if kind != "scorm" else _("It is a package of its own: export that one."))
            return None
        try:
            return self._made(identifier, title, kind, address, html, lesson)
        except LmsError as error:
            self._report.dropped(title, error.message)
            return None

    def _quiz(self, identifier: str, title: str, lesson: UUID) -> Page | None:
        files: list[str] = []
        try:
            quiz = self._write_quiz(lesson, identifier, lambda asset: f"../{self._asset(asset, files)}")
        except LmsError as error:
            self._report.dropped(title, error.message)
            return None
        if quiz is None:
            self._report.dropped(title, _("There is nothing in it yet."))
            return None
        for fate, what, why in quiz.notes:
            (self._report.changed if fate == "changed" else self._report.dropped)(f"{title}: {what}" if what else title, why)
        name = f"quizzes/{identifier}.xml"
        return Page(identifier, title, name, quiz.data, tuple(dict.fromkeys(files)), "imsqti_xmlv1p2/imscc_xmlv1p1/assessment")

    def _made(self, identifier: str, title: str, kind: str, address: str, html: str, lesson: Mapping[str, Any]) -> Page | None:
        files: list[str] = []
        if kind in ("text", "embedded_content") and not is_empty(html):
            body = self._localised(sanitize(html), files)
            self._report.kept(title, _("As a page."))
        elif kind == "video" and address.startswith("asset:"):
            name = self._asset(address, files)
            body = f'<video data-lesson controls src="../{name}"></video>'
            self._report.kept(title, _("As a page with the film."))
        elif kind == "pdf" and address:
            name = self._asset(address, files) if address.startswith("asset:") else address
            shown = f"../{name}" if name in files else name
            body = f'<p><a href="{escape(shown)}">{escape(title)}</a></p><object data="{escape(shown)}" type="application/pdf"></object>'
            self._report.kept(title, _("As a page with the document."))
        elif address.startswith(("https://", "http://")):
            body = f'<p><a href="{escape(address)}" target="_blank" rel="noopener">{escape(title)}</a></p>'
            said = _("As a page with the link.") if kind == "external_link" else _("A page with a link to it.")
            (self._report.kept if kind == "external_link" else self._report.changed)(title, said)
        else:
            self._report.dropped(title, _("There is nothing in it yet."))
            return None
        attached = [row for row in self._draft.attachments_of(lesson["id"]) if row["file_url"].startswith("asset:")]
        if attached:
            links = "".join(
                f'<li><a href="../{escape(self._asset(row["file_url"], files, row["file_name"]))}">{escape(row["file_name"])}</a></li>'
                for row in attached
            )
            body += f"<h2>{escape(_('Attachments'))}</h2><ul>{links}</ul>"
        return Page(identifier, title, f"pages/{identifier}.html", self._document(title, body), tuple(dict.fromkeys(files)))

    def _document(self, title: str, body: str) -> str:
        script = "" if self._form is Format.CARTRIDGE else '<script src="../shared/sco.js"></script>'
        head = (
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            '<link rel="stylesheet" href="../shared/lesson.css">',
            script,
        )
        frame = '<body style="max-width: 46em; margin: 2em auto; padding: 0 1em">'
        lines = (
            "<!doctype html>",
            "<html>",
            "<head>",
            *head,
            "</head>",
            frame,
            f"<h1>{escape(title)}</h1>",
            body,
            "</body>",
            "</html>",
            "",
        )
        return "\n".join(lines)

    def _localised(self, html: str, files: list[str]) -> str:
        """``html`` with the addresses of assets as files of the package."""
        return re.sub(r'"asset:([^"]+)"', lambda found: f'"../{self._asset("asset:" + found[1], files)}"', html)

    def _asset(self, address: str, files: list[str], name: str = "") -> str:
        asset = address.removeprefix("asset:").partition("/")[0]
        if asset not in self._assets:
            path = self._fetch(asset)
            suffix = Path(name).suffix.lower() if name else _suffix(path)
            self._assets[asset] = (f"files/{asset[:16]}{suffix}", path)
        inside = self._assets[asset][0]
        files.append(inside)
        return inside

    # Manifests

    def _manifest(self, modules: list[tuple[str, str, list[Page]]]) -> str:
        return _cartridge(self._draft, modules) if self._form is Format.CARTRIDGE else _scorm(self._draft, modules, self._form)


def _scorm(draft: Draft, modules: list[tuple[str, str, list[Page]]], form: Format) -> str:
    """CAM 1.3.1 and the SCORM 1.2 manifest: modules are items that hold items, each lesson a SCO."""
    modern = form is Format.SCORM_2004
    namespaces = (
        'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"'
        if modern
        else 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
    )
    sco = 'adlcp:scormType="sco"' if modern else 'adlcp:scormtype="sco"'

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<manifest identifier="course_{draft.id.hex}" version="1" {namespaces}>'
        yield f"<metadata><schema>ADL SCORM</schema><schemaversion>{'2004 4th Edition' if modern else '1.2'}</schemaversion></metadata>"
        yield '<organizations default="course"><organization identifier="course">'
        yield f"<title>{escape(str(draft.course['title']))}</title>"
        for identifier, title, pages in modules:
            yield f'<item identifier="{identifier}"><title>{escape(title)}</title>'
            for page in pages:
                yield f'<item identifier="{page.identifier}" identifierref="r_{page.identifier}"><title>{escape(page.title)}</title></item>'
            yield "</item>"
        yield "</organization></organizations><resources>"
        for page in (page for _identifier, _title, pages in modules for page in pages):
            yield f'<resource identifier="r_{page.identifier}" type="webcontent" {sco} href="{page.name}">'
            for name in (page.name, "shared/lesson.css", "shared/sco.js", *page.files):
                yield f"<file href={quoteattr(name)}/>"
            yield "</resource>"
        yield "</resources></manifest>"

    return "\n".join(lines())


def _cartridge(draft: Draft, modules: list[tuple[str, str, list[Page]]]) -> str:
    """IMS Common Cartridge 1.1, the version that every system reads: one root, modules, lessons as web content."""

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield (
            f'<manifest identifier="course_{draft.id.hex}" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"'
            ' xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest">'
        )
        title = escape(str(draft.course["title"]))
        yield "<metadata><schema>IMS Common Cartridge</schema><schemaversion>1.1.0</schemaversion><lomimscc:lom><lomimscc:general>"
        yield f"<lomimscc:title><lomimscc:string>{title}</lomimscc:string></lomimscc:title></lomimscc:general></lomimscc:lom></metadata>"
        yield '<organizations><organization identifier="course" structure="rooted-hierarchy"><item identifier="root">'
        for identifier, name, pages in modules:
            yield f'<item identifier="{identifier}"><title>{escape(name)}</title>'
            for page in pages:
                yield f'<item identifier="{page.identifier}" identifierref="r_{page.identifier}"><title>{escape(page.title)}</title></item>'
            yield "</item>"
        yield "</item></organization></organizations><resources>"
        for page in (page for _identifier, _title, pages in modules for page in pages):
            web = page.kind == "webcontent"
            yield f'<resource identifier="r_{page.identifier}" type="{page.kind}"{f" href={quoteattr(page.name)}" if web else ""}>'
            for inside in (page.name, *(("shared/lesson.css",) if web else ()), *page.files):
                yield f"<file href={quoteattr(inside)}/>"
            yield "</resource>"
        yield "</resources></manifest>"

    return "\n".join(lines())


_SIGNS = (
    (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"\x1aE\xdf\xa3", ".webm"), (b"OggS", ".ogg"), (b"%PDF", ".pdf"),
    (b"ID3", ".mp3"), (b"fLaC", ".flac"), (b"PK\x03\x04", ".zip"),
)  # fmt: skip


def _suffix(path: Path) -> str:
    """The ending of a file that has no name, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] == b"ftyp":
        return ".mp4"
    if head[:4] == b"RIFF":
        return ".webp" if head[8:12] == b"WEBP" else ".wav"
    return next((suffix for sign, suffix in _SIGNS if head.startswith(sign)), ".bin")
