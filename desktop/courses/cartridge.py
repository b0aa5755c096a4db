"""IMS Common Cartridge: a whole course of Canvas, Moodle or Blackboard becomes modules and lessons.

Read liberally: versions 1.0 to 1.3 by local names, with Canvas's placeholders in links. Nothing is unpacked: entries are read by the names
that the manifest gives, so that a path in the zip leads nowhere. Each resource ends in the report, whatever became of it.
"""

from __future__ import annotations

import mimetypes
import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from lxml import etree
from lxml import html as lxml_html

from desktop.courses.content_checks import address_problem
from desktop.courses.draft import Change, Draft, Step, add_attachment, add_lesson, add_module
from desktop.courses.report import Report
from desktop.courses.richtext import losses, sanitize, summary, unwrapped
from desktop.errors import Invalid
from desktop.i18n import _, ngettext

LARGEST_TEXT = 8 << 20
LARGEST_FILE = 2 << 30
LARGEST_RATIO = 200

type Keep = Callable[[bytes, str, str], str]
"""Keeps a file: its bytes, name and media type; answers the id of its asset."""


class Assessment(Protocol):
    """A quiz as it was read: rows of ``quiz_questions``, the files that they name, and what to say of each."""

    @property
    def questions(self) -> Sequence[Mapping[str, Any]]: ...

    @property
    def files(self) -> Sequence[Any]:
        """Each with ``data``, ``name`` and ``media_type``; kept, it has the address that the questions name."""
        ...

    @property
    def notes(self) -> Sequence[tuple[str, str, str]]:
        """``kept``, ``changed`` or ``dropped``; what; why."""
        ...


type ReadQuiz = Callable[[bytes, Callable[[str], bytes | None]], Assessment]
"""Reads the questions of a QTI file; the second argument gives the files that they name."""

_PLACES = ("$IMS-CC-FILEBASE$", "%24IMS-CC-FILEBASE%24", "$IMS_CC_FILEBASE$")
_CANVAS = "non_cc_assessments/"
"""Where Canvas puts what a cartridge has no place for."""
_INSIDE = ("$CANVAS_OBJECT_REFERENCE$", "$WIKI_REFERENCE$", "$CANVAS_COURSE_REFERENCE$", "$@")
"""Links to parts of the system that the cartridge comes from."""


@dataclass(frozen=True, slots=True)
class Resource:
    identifier: str
    kind: str
    href: str
    files: tuple[str, ...]


@dataclass(slots=True)
class Item:
    title: str
    reference: str
    children: list[Item] = field(default_factory=list)


class Source:
    """A cartridge as a zip, or unpacked in a folder. Names are looked up without regard to case."""

    def __init__(self, path: Path) -> None:
        self._folder = path if path.is_dir() else None
        if self._folder is not None:
            names = [file.relative_to(path).as_posix() for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink()]
        else:
            try:
                self._zip = zipfile.ZipFile(path)
            except (zipfile.BadZipFile, OSError) as error:
                raise Invalid(_("This file is no cartridge: it cannot be read as a zip."), details=str(error)) from error
            names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        self.names = {name.replace("\\", "/").casefold(): name for name in names}

    def find(self, path: str) -> str | None:
        return self.names.get(posixpath.normpath(path.replace("\\", "/")).lstrip("/").casefold())

    def read(self, name: str, most: int = LARGEST_FILE) -> bytes:
        """The bytes of an entry. Raises :class:`Invalid` for one that is too large or damaged."""
        try:
            if self._folder is not None:
                path = self._folder / name
                size, packed = path.stat().st_size, path.stat().st_size
            else:
                info = self._zip.getinfo(name)
                size, packed = info.file_size, info.compress_size
            if size > most or (size > 1 << 20 and size > packed * LARGEST_RATIO):
                raise Invalid(_("“{name}” is too large to be read.").format(name=name))
            return path.read_bytes() if self._folder is not None else self._zip.read(name)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise Invalid(_("“{name}” is damaged or encrypted.").format(name=name), details=str(error)) from error

    def close(self) -> None:
        if self._folder is None:
            self._zip.close()


def import_cartridge(path: Path, draft: Draft, keep: Keep, read_quiz: ReadQuiz) -> tuple[Step, Report]:
    """Everything of a cartridge as one step on ``draft``, and what became of it. Raises :class:`Invalid` for what is no cartridge.

    The step makes quizzes and question banks, too, which ``draft`` does not hold.
    """
    source = Source(path)
    try:
        return _Importer(source, draft, keep, read_quiz).run()
    finally:
        source.close()


class _Importer:
    def __init__(self, source: Source, draft: Draft, keep: Keep, read_quiz: ReadQuiz) -> None:
        self._source = source
        self._keep = keep
        self._read_quiz = read_quiz
        # Worked on as it grows; what was done to it is the step.
        self._draft = Draft(dict(draft.course), {table: dict(rows) for table, rows in draft.rows.items()})
        self._changes: list[Change] = []
        self._report = Report()
        self._kept: dict[str, str] = {}
        self._used: set[str] = set()
        self._read_names: set[str] = set()
        """Files of quizzes that were read."""

    def run(self) -> tuple[Step, Report]:
        name = self._source.find("imsmanifest.xml")
        if name is None:
            raise Invalid(_("This file is no cartridge: it holds no imsmanifest.xml."))
        manifest = _xml(self._source.read(name, LARGEST_TEXT))
        self._resources = {one.identifier: one for one in _resources(manifest)}
        first: list[UUID] = []
        for item in _sections(manifest):
            first += self._section(item)
        first += self._loose()
        self._banks()
        self._unused()
        title = _text(manifest, "title") or _("cartridge")
        return Step(_("Import “{title}”").format(title=title[:80]), tuple(self._changes), tuple(first[:1])), self._report

    # Structure

    def _section(self, item: Item) -> list[UUID]:
        module = self._do(add_module(self._draft, item.title or _("Module")))
        self._report.kept(item.title, _("As a module."))
        if item.reference:
            self._lesson(module, item)
        for child, depth in _flat(item):
            if child.reference:
                self._lesson(module, child)
            elif child.children:
                self._report.changed(child.title, _("A heading inside of a module; its lessons follow each other there."))
            else:
                self._report.dropped(child.title, _("A heading without content."))
            if depth > 0 and child.reference:
                self._report.changed(child.title, _("It lay deeper than modules and lessons do; it follows in its module."))
        return [module]

    def _loose(self) -> list[UUID]:
        """What no item names: quizzes and pages that the other system lists on pages of their own."""
        made: list[UUID] = []
        groups = (
            (_("Pages"), [one for one in self._resources.values() if self._is_page(one)]),
            (_("Quizzes"), [one for one in self._resources.values() if "assessment" in one.kind]),
            (_("Further content"), [one for one in self._resources.values() if one.kind.startswith(("imswl", "imsdt", "imsbasiclti"))]),
        )
        for title, resources in groups:
            left = [one for one in resources if one.identifier not in self._used]
            if left:
                module = self._do(add_module(self._draft, title))
                self._report.changed(title, _("A module for what stood in none."))
                made.append(module)
                for one in left:
                    self._lesson(module, Item("", one.identifier))
        return made

    def _banks(self) -> None:
        """Questions that Canvas keeps for itself, outside of what a cartridge may hold."""
        for resource in self._resources.values():
            name = self._source.find(resource.href) if resource.href.startswith(_CANVAS) else None
            if name is None or name in self._read_names:
                continue
            bank = next(_all(_xml(self._read(name)), "objectbank"), None)
            if bank is None:
                continue
            self._used.add(resource.identifier)
            titles = [one for one in _all(bank, "qtimetadatafield") if _text(one, "fieldlabel") == "bank_title"]
            title = _text(titles[0], "fieldentry") if titles else _("Question bank")
            self._report.kept(title, _("As a question bank of the course."))
            self._questions(title, name, {"course_id": self._draft.course["id"], "is_bank": True, "require_passing": False})

    def _is_page(self, resource: Resource) -> bool:
        name = resource.href or next(iter(resource.files), "")
        return resource.kind == "webcontent" and name.lower().endswith((".html", ".htm", ".xhtml")) and "wiki_content" in name

    def _unused(self) -> None:
        for resource in self._resources.values():
            if resource.identifier in self._used:
                continue
            names = [name for name in (resource.href, *resource.files) if name]
            if names and all((found := self._source.find(name)) in self._kept or found in self._read_names for name in names):
                continue
            what = names[0] if names else resource.identifier
            if what.startswith("course_settings/"):
                self._report.dropped(what, _("Settings of the system that it comes from."))
            else:
                self._report.dropped(what, _("Nothing in the course leads to it."))

    # Lessons

    def _lesson(self, module: UUID, item: Item) -> None:
        resource = self._resources.get(item.reference)
        if resource is None:
            self._report.dropped(item.title or item.reference, _("The manifest names a resource that it does not describe."))
            return
        self._used.add(resource.identifier)
        try:
            self._make(module, item.title, resource)
        except Invalid as error:
            self._report.dropped(item.title or resource.href, error.message)

    def _make(self, module: UUID, title: str, resource: Resource) -> None:
        name = resource.href or next(iter(resource.files), "")
        if resource.kind.startswith("imswl"):
            self._link(module, title, _xml(self._read(name)))
        elif resource.kind.startswith("imsdt"):
            topic = _xml(self._read(name))
            title = title or _text(topic, "title")
            self._text(module, title, _text(topic, "text"), name)
            self._report.changed(title, _("A discussion: its first text became a reading."))
        elif "assessment" in resource.kind or "question-bank" in resource.kind:
            self._quiz(module, title, name)
        elif resource.kind.startswith("imsbasiclti"):
            link = _xml(self._read(name))
            title = title or _text(link, "title")
            address = _text(link, "secure_launch_url") or _text(link, "launch_url")
            self._add(module, title, "external_link", content_url=address)
            self._report.changed(title, _("A tool that knows who comes (LTI): it became a link, which does not."))
        elif resource.kind.startswith("assignment"):
            assignment = _xml(self._read(name))
            title = title or _text(assignment, "title")
            self._text(module, title, _text(assignment, "text"), name, lesson_type="assignment")
            self._report.changed(title, _("An assignment: its text came, its points and dates are to be set anew."))
        elif name.lower().endswith((".html", ".htm", ".xhtml")):
            page = lxml_html.document_fromstring(self._read(name) or b"<p></p>")
            body = page.find("body")
            words = (
                ""
                if body is None
                else "".join([body.text or "", *(etree.tostring(one, encoding="unicode", method="html") for one in body)])
            )
            self._text(module, title or (page.findtext(".//title") or "").strip() or Path(name).stem, words, name)
        else:
            self._file(module, title or Path(name).name, name)

    def _text(self, module: UUID, title: str, html: str, where: str, lesson_type: str = "text") -> None:
        linked, unlinked = self._linked(html, where)
        clean = sanitize(unwrapped(linked))
        self._add(module, title, lesson_type, **({"content_html": clean} if lesson_type == "text" else {"description": _plain(clean)}))
        gone = losses(linked, clean)
        if gone:
            self._report.changed(title, _("Not all of its markup could be kept: {what}.").format(what=summary(gone)))
        if unlinked:
            words = ngettext(
                "{n} link led into the other system and is words now.", "{n} links led into the other system and are words now.", unlinked
            )
            self._report.changed(title, words.format(n=unlinked))
        if not gone and not unlinked:
            self._report.kept(title, _("As a reading."))

    def _linked(self, html: str, where: str) -> tuple[str, int]:
        """``html`` with its files kept as assets, and how many links had to go."""
        root = lxml_html.fragment_fromstring(html.replace("\x00", ""), create_parent="div")
        unlinked = 0
        for element in list(root.iterdescendants()):
            for attribute in ("src", "href", "poster"):
                address = element.get(attribute) if isinstance(element.tag, str) else None
                if address is None:
                    continue
                found = self._inside(address, where)
                if found is not None:
                    element.set(attribute, self._asset(found))
                elif any(mark in unquote(address) for mark in (*_INSIDE, *_PLACES)) or (attribute != "href" and not _absolute(address)):
                    unlinked += 1
                    if element.tag == "a":
                        element.drop_tag()
                    else:
                        del element.attrib[attribute]
        text = lxml_html.tostring(root, encoding="unicode")
        return text[text.index(">") + 1 : text.rindex("</div>")], unlinked

    def _inside(self, address: str, where: str) -> str | None:
        """The entry that an address in the file ``where`` means, or None."""
        text = unquote(address)
        for place in _PLACES:
            if unquote(place) in text:
                path = urlsplit(text.split(unquote(place), 1)[1]).path.lstrip("/")
                return self._source.find(path) or self._source.find(f"web_resources/{path}")
        if _absolute(address) or text.startswith(("#", "$")):
            return None
        return self._source.find(posixpath.join(posixpath.dirname(where), urlsplit(text).path)) if urlsplit(text).path else None

    def _asset(self, name: str) -> str:
        if name not in self._kept:
            media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self._kept[name] = "asset:" + self._keep(self._source.read(name), posixpath.basename(name), media_type)
            self._report.kept(name, _("As a file of the course."))
        return self._kept[name]

    def _file(self, module: UUID, title: str, name: str) -> None:
        found = self._source.find(name)
        if found is None:
            raise Invalid(_("Its file “{name}” is missing.").format(name=name))
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        address = self._asset(found)
        if media_type == "application/pdf":
            self._add(module, title, "pdf", content_url=address)
        elif media_type.startswith("video/"):
            self._add(module, title, "video", content_url=address, video_provider="workspace", completion_criteria="marked_complete")
        else:
            lesson = self._add(module, title, "text", content_html=sanitize(f'<p><a href="{address}">{escape(title)}</a></p>'))
            self._do(add_attachment(self._draft, lesson, file_name=posixpath.basename(name), file_url=address, file_type=media_type))
            self._report.changed(title, _("A file: it is attached to a reading of its own."))
            return
        self._report.kept(title, _("As a lesson."))

    def _link(self, module: UUID, title: str, link: etree._Element) -> None:
        title = title or _text(link, "title")
        address = next((one.get("href") or "" for one in _all(link, "url")), "")
        if problem := address_problem(address, web_only=True):
            self._report.dropped(title, f"{problem} {address}")
            return
        self._add(module, title, "external_link", content_url=address)
        self._report.kept(title, _("As a link."))

    def _quiz(self, module: UUID, title: str, name: str) -> None:
        """A lesson with its quiz. Canvas writes each quiz twice, for everybody and whole for itself; the second says more."""
        title = title or next((one.get("title") or "" for one in _all(_xml(self._read(name)), "assessment")), "") or _("Quiz")
        lesson = self._add(module, title, "quiz", require_completion=True)
        self._report.kept(title, _("As a lesson with its quiz."))
        settings = self._settings(title, posixpath.join(posixpath.dirname(name), "assessment_meta.xml"))
        better = self._source.find(f"{_CANVAS}{posixpath.basename(posixpath.dirname(name))}.xml.qti")
        self._read_names.add(self._source.find(name) or name)
        self._questions(title, better or name, {"course_id": self._draft.course["id"], "lesson_id": lesson, **settings})

    def _questions(self, title: str, name: str, quiz: dict[str, Any]) -> None:
        """A quiz or bank with the questions of a file."""
        self._read_names.add(name)
        read = self._read_quiz(self._read(name), lambda address: self._bytes(address, name))
        for file in read.files:
            self._keep(file.data, file.name, file.media_type)
        row = uuid4()
        short = " ".join(title.split())[:300] or _("Quiz")
        self._changes.append(Change("quizzes", row, None, {"title": short, **quiz}))
        for position, question in enumerate(read.questions, 1):
            self._changes.append(Change("quiz_questions", uuid4(), None, {**question, "quiz_id": row, "position": float(position)}))
        tell = {"kept": self._report.kept, "changed": self._report.changed, "dropped": self._report.dropped}
        for fate, what, why in read.notes:
            tell[fate](f"{short}: {what}" if what else short, why)

    def _bytes(self, address: str, where: str) -> bytes | None:
        found = self._inside(address, where)
        if found is None:
            return None
        self._read_names.add(found)  # kept with the question that names it
        return self._source.read(found)

    def _settings(self, title: str, name: str) -> dict[str, Any]:
        """What Canvas says of a quiz beside its questions, as far as a quiz has it here."""
        found = self._source.find(name)
        if found is None:
            return {}
        self._read_names.add(found)
        meta = _xml(self._source.read(found, LARGEST_TEXT))
        values: dict[str, Any] = {
            "description": _plain(words) if (words := _text(meta, "description")) else None,
            "shuffle_answers": _text(meta, "shuffle_answers") == "true",
            "show_correct_answers": "after_submission" if _text(meta, "show_correct_answers") != "false" else "never",
            "quiz_type": "practice" if _text(meta, "quiz_type") in ("practice_quiz", "survey", "graded_survey") else "summative",
            "time_limit_minutes": _count(_text(meta, "time_limit")),
            "max_attempts": _count(_text(meta, "allowed_attempts")),
            "available_from": _moment(_text(meta, "unlock_at")),
            "available_until": _moment(_text(meta, "lock_at")),
        }
        self._report.changed(
            title,
            _("Its attempts, time and dates came. How several attempts count, access codes and lockdown are to be looked at."),
        )
        return {column: value for column, value in values.items() if value is not None}

    def _add(self, module: UUID, title: str, kind: str, **values: Any) -> UUID:
        short = " ".join(title.split())[:300] or _("Untitled")
        if short != " ".join(title.split()):
            self._report.changed(title[:80], _("Its title was too long, or missing."))
        return self._do(add_lesson(self._draft, module, short, kind, **values))

    def _do(self, step: Step) -> UUID:
        self._draft.apply(step)
        self._changes += step.changes
        return step.changes[-1].id

    def _read(self, name: str) -> bytes:
        found = self._source.find(name)
        if found is None:
            raise Invalid(_("Its file “{name}” is missing.").format(name=name))
        return self._source.read(found, LARGEST_TEXT)


# XML


def _xml(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(_("Its XML cannot be read."), details=str(error)) from error
    return root


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return root.iter(f"{{*}}{name}")


def _text(root: etree._Element, name: str) -> str:
    """All words of the first element of this name."""
    return next((" ".join("".join(str(part) for part in one.itertext()).split()) for one in _all(root, name)), "")


def _resources(manifest: etree._Element) -> Iterator[Resource]:
    for one in _all(manifest, "resource"):
        base = one.get("{http://www.w3.org/XML/1998/namespace}base") or ""
        files = tuple(base + (child.get("href") or "") for child in one.iterchildren("{*}file"))
        href = one.get("href")
        yield Resource(one.get("identifier") or "", one.get("type") or "", base + href if href else "", files)


def _sections(manifest: etree._Element) -> list[Item]:
    """The modules: what lies below the one root that the profile asks for, or the items themselves where there is none."""
    organization = next(_all(manifest, "organization"), None)
    if organization is None:
        return []
    tops = [_item(one) for one in organization.iterchildren("{*}item")]
    if len(tops) == 1 and not tops[0].reference:
        tops = tops[0].children
    loose = [item for item in tops if not item.children and item.reference]
    sections = [item for item in tops if item.children or not item.reference]
    if loose:
        sections.insert(0, Item(_("Content"), "", loose))
    return sections


def _item(element: etree._Element) -> Item:
    title = next((" ".join("".join(str(part) for part in one.itertext()).split()) for one in element.iterchildren("{*}title")), "")
    return Item(title, element.get("identifierref") or "", [_item(one) for one in element.iterchildren("{*}item")])


def _flat(item: Item, depth: int = 0) -> Iterator[tuple[Item, int]]:
    for child in item.children:
        yield child, depth
        yield from _flat(child, depth + 1)


def _count(text: str) -> int | None:
    """A number above nothing; Canvas says -1 for as many as one likes."""
    return int(text) if text.isascii() and text.isdecimal() and int(text) > 0 else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _absolute(address: str) -> bool:
    return bool(urlsplit(address).scheme) or address.startswith("//")


def _plain(html: str) -> str:
    return " ".join(str(lxml_html.fragment_fromstring(html, create_parent="div").text_content()).split())
