"""QTI of any version in: a file of items, one item, or a package (IMS Content Packaging, Common Cartridge, Canvas's export).

A package is read by the names that its manifest gives, or where there is none by what is in its files; nothing of it is unpacked. A test
gives the order of its items. Which reader a file needs is told by its outermost element (``qti1.py``, ``qti2.py``).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from urllib.parse import unquote, urlsplit

from desktop.errors import Invalid
from desktop.i18n import _, ngettext
from desktop.questions import qti1, qti2
from desktop.questions.pictures import Find, nothing_comes_along
from desktop.questions.report import Imported, Notes, Reading
from desktop.questions.xml_source import Source, outermost, words_of

MOST_FILES = 50_000
LARGEST_XML = 40 << 20
LARGEST_FILE = 64 << 20
MOST_BYTES = 512 << 20
"""Of everything that is read of one package together."""
MOST_RATIO = 200
_RATIO_FROM = 8 << 20

_MANIFEST = "imsmanifest.xml"
_PLACES = re.compile(r"\$IMS[-_]CC[-_]FILE_?BASE\$/?", re.IGNORECASE)
_SETTINGS = ("assessment_meta.xml",)


class BadPackage(Invalid):
    """The package is damaged or locked, or would unpack to more than questions could need; nothing of it was imported."""

    code = "questions.package"


def read(data: bytes) -> Imported:
    """The questions of a package or of one file.

    Raises:
        BadPackage: the zip cannot be read, or is not safe to.
    """
    reading = Reading()
    if data[:2] == b"PK":
        _Package(data, reading).read()
    else:
        _read_file(reading, data, nothing_comes_along)
    return reading.done()


def read_file(data: bytes, find: Find) -> Imported:
    """The questions of one file of a package; ``find`` gives the others that it names."""
    reading = Reading()
    _read_file(reading, data, find)
    return reading.done()


def _read_file(reading: Reading, data: bytes, find: Find, tags: tuple[str, ...] = ()) -> None:
    root = outermost(data)
    if root in ("assessmentTest", "manifest"):
        reading.problem(1, 1, _("It only names its questions, which are in other files: choose the package that holds them all."))
    elif root in qti2.ROOTS:
        qti2.read_into(reading, data, find, tags)
    else:
        qti1.read_into(reading, data, find)


@dataclass(frozen=True, slots=True)
class _Resource:
    """A file of questions, and the words of its metadata."""

    name: str
    tags: tuple[str, ...] = ()
    kind: str = ""
    """The name of its outermost element, where the manifest tells what it is."""


class _Package:
    def __init__(self, data: bytes, reading: Reading) -> None:
        self.reading = reading
        self.left = MOST_BYTES
        try:
            self.zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
            raise BadPackage(_("This file is no package: it cannot be read as a zip."), details=str(error)) from error
        infos = self.zip.infolist()
        unpacked = sum(info.file_size for info in infos)
        if len(infos) > MOST_FILES or (unpacked > _RATIO_FROM and unpacked > MOST_RATIO * len(data)):
            raise BadPackage(_("The package would unpack to {size} MB. It was not opened.").format(size=unpacked >> 20))
        self.names = {info.filename.replace("\\", "/"): info for info in infos if not info.is_dir()}
        self.folded = {name.casefold(): name for name in reversed(self.names)}

    def read(self) -> None:
        manifest = next((name for name in sorted(self.names, key=len) if posixpath.basename(name).casefold() == _MANIFEST), None)
        listed = self._listed(manifest) if manifest is not None else [_Resource(name) for name in sorted(self.names)]
        if self.reading.problems:
            return
        kinds: dict[str, str] = {}
        for one in listed:
            if one.name.casefold().endswith((".xml", ".qti")) and one.name != manifest:
                root = one.kind or outermost(self._bytes(one.name, LARGEST_XML))
                kinds.setdefault(one.name, root if root in (*qti1.ROOTS, *qti2.ROOTS, "assessmentTest") else "")
        tags = {one.name: one.tags for one in listed}
        files = self._ordered(kinds)
        for name in files:
            self.reading.file = name
            better = self._better(name)
            if better in files:
                notes = Notes()
                notes.changed(_("The same quiz is read from “{name}”, which says more.").format(name=better))
                self.reading.add(1, name, None, notes)
                continue
            _read_file(self.reading, self._bytes(name, LARGEST_XML), partial(self._find, name), tags.get(name, ()))
        self.reading.file = ""
        self._note_rest(manifest, kinds)
        if not files:
            self.reading.problem(1, 1, _("The package holds no questions that can be read."))

    def _listed(self, manifest: str) -> list[_Resource]:
        """The files that the manifest names, in its order."""
        folder = posixpath.dirname(manifest)
        self.reading.file = manifest
        found: dict[str, _Resource] = {}
        for resource in Source(self._bytes(manifest, LARGEST_XML), self.reading).elements("resource", root=("manifest",)):
            base = resource.get("{http://www.w3.org/XML/1998/namespace}base") or ""
            keywords = [words_of(each) for each in resource.iter("keyword")]
            paths = [resource.get("href") or "", *(each.get("href") or "" for each in resource.iterfind("file"))]
            for path in paths:
                name = self._named(posixpath.join(folder, base, unquote(path))) if path else None
                if name is not None:
                    # Keywords stand for the file that the resource is, not for what it needs.
                    itself = path == paths[0]
                    tags = tuple(dict.fromkeys(each for each in keywords if each)) if itself else ()
                    is_item = itself and (resource.get("type") or "").startswith("imsqti_item_xmlv")
                    found.setdefault(name, _Resource(name, tags, "assessmentItem" if is_item else ""))
        self.reading.file = ""
        return list(found.values())

    def _ordered(self, kinds: dict[str, str]) -> dict[str, None]:
        """The files of questions, first as the tests name them."""
        first: list[str] = []
        files = {name: None for name, kind in kinds.items() if kind in (*qti1.ROOTS, *qti2.ROOTS)}
        for test in [name for name, kind in kinds.items() if kind == "assessmentTest"]:
            aside = Reading()
            for reference in Source(self._bytes(test, LARGEST_XML), aside).elements("assessmentItemRef", root=("assessmentTest",)):
                name = self._named(posixpath.join(posixpath.dirname(test), unquote(reference.get("href") or "")))
                if name in files:
                    first.append(name)
                elif reference.get("href"):
                    aside.problem(1, 1, _("The question “{name}” did not come along.").format(name=reference.get("href")))
            self.reading.file = test
            for problem in aside.problems:
                self.reading.problem(problem.line, problem.column, problem.text)
        return dict.fromkeys([*first, *files])

    @staticmethod
    def _better(name: str) -> str:
        """Canvas writes each quiz twice: for everybody, and whole for itself."""
        folder = posixpath.basename(posixpath.dirname(name))
        return f"non_cc_assessments/{folder}.xml.qti" if posixpath.basename(name) == "assessment_qti.xml" else ""

    def _note_rest(self, manifest: str | None, kinds: dict[str, str]) -> None:
        used = {attachment.name for attachment in self.reading.attachments.values()}
        rest = [name for name in self.names if not kinds.get(name) and name != manifest and posixpath.basename(name) not in used]
        settings = [name for name in rest if posixpath.basename(name) in _SETTINGS]
        notes = Notes()
        if settings:
            notes.dropped(_("The settings of its quizzes, such as times and attempts."))
        if len(rest) > len(settings):
            words = ngettext("{n} file that holds no questions.", "{n} files that hold no questions.", len(rest) - len(settings))
            notes.dropped(words.format(n=len(rest) - len(settings)))
        if notes.notes:
            self.reading.add(1, manifest or _("Package"), None, notes)

    def _named(self, path: str) -> str | None:
        path = posixpath.normpath(path.replace("\\", "/")).lstrip("/")
        return path if path in self.names else self.folded.get(path.casefold())

    def _find(self, where: str, address: str) -> bytes | None:
        """The file that an address in the file ``where`` means."""
        path = _PLACES.sub("", unquote(urlsplit(unquote(address).replace("\\", "/")).path if "://" not in address else address))
        for folder in (posixpath.dirname(where), "", "web_resources"):
            name = self._named(posixpath.join(folder, path.lstrip("/")))
            if name is not None:
                return self._bytes(name, LARGEST_FILE)
        return None

    def _bytes(self, name: str, most: int) -> bytes:
        info = self.names[name]
        self.left -= info.file_size
        if info.file_size > most or self.left < 0:
            raise BadPackage(_("“{name}” in the package is too large to be read.").format(name=name))
        try:
            return self.zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, UnicodeDecodeError) as error:
            raise BadPackage(_("“{name}” in the package is damaged or encrypted.").format(name=name), details=str(error)) from error
