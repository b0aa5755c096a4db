"""AICC courses: what the course files say (CMI001 "CMI Guidelines for Interoperability" 4.0, chapter 6 and appendix A).

A course is a handful of text files of one name: ``.crs`` (an INI file about the course), ``.des`` (titles), ``.au`` (what can be
launched), ``.cst`` (the structure), and where the author wanted them ``.ort`` (objectives), ``.pre`` (prerequisites) and ``.cmp``
(completion). Only ``.au`` is indispensable; what the others would say has a plain default, with a line in the report. Sections, columns
and identifiers are found whatever their case and order.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from desktop.i18n import _
from desktop.scorm.errors import AiccIncomplete, AiccUnreadable, NothingToLaunch
from desktop.scorm.manifest import AssignableUnit, Item, Manifest, Metadata, Organization, Resource, Standard
from desktop.scorm.prerequisites import is_readable
from desktop.scorm.references import Files, is_external, launch_address
from desktop.scorm.report import ImportReport

SUFFIXES = frozenset({".crs", ".des", ".au", ".cst", ".ort", ".pre", ".cmp"})
_MAX_BYTES = 32 << 20
_ROOT = "root"

# AICC writes letters, SCORM 1.2 words (CMI001 4.0, "time_limit_action"; RTE 1.2, section 3.4.4).
_ACTIONS = {"e": "exit", "exit": "exit", "c": "continue", "continue": "continue"}
_MESSAGES = {"m": "message", "message": "message", "n": "no message", "no message": "no message"}


@dataclass(frozen=True, slots=True)
class CourseFiles:
    """The course files of one course: ``folder`` (empty, or ending in a slash) and each file's path by its suffix, in lower case."""

    folder: str
    paths: Mapping[str, str]


def find_course(paths: Iterable[str], report: ImportReport) -> CourseFiles | None:
    """The course files among the paths of a package: those of the least depth, of the first name. None where there are none at all.

    Raises ``AiccIncomplete`` where there are some, but no ``.au``.
    """
    courses: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for path in sorted(paths):
        pure = PurePosixPath(path)
        if pure.suffix.lower() in SUFFIXES:
            folder = path[: -len(pure.name)]
            courses[folder, pure.stem.casefold()].setdefault(pure.suffix.lower(), path)
    if not any(found.keys() & {".au", ".crs", ".cst", ".des"} for found in courses.values()):
        return None
    whole = sorted((folder.count("/"), folder, stem) for (folder, stem), found in courses.items() if ".au" in found)
    if not whole:
        present = ", ".join(sorted(path for found in courses.values() for path in found.values()))
        raise AiccIncomplete(
            _("The AICC course is incomplete: its .au file, which says what can be opened, is missing."),
            remedy=_("Export the course again with all of its files: .crs, .au, .des and .cst."),
            details=present,
        )
    _depth, folder, stem = whole[0]
    found = dict(courses[folder, stem])
    for (other_folder, other), files in sorted(courses.items()):
        if other == stem or other_folder != folder:
            continue
        if ".au" in files:
            report.warn("aicc-second-course", files[".au"], _("There is more than one AICC course; this one was left out."))
            continue
        for suffix, path in files.items():  # files of one course that are not called alike
            if suffix not in found:
                report.warn("aicc-name", path, _("The course's files have different names; this one was taken for one of them."))
                found[suffix] = path
    return CourseFiles(folder, found)


def read_aicc(course: CourseFiles, read: Callable[[str], bytes], files: list[str], report: ImportReport) -> Manifest:
    """Read the course files; ``read`` gives the bytes of one. ``files`` are the package's paths, against which every reference is checked.

    Raises ``AiccUnreadable`` or ``NothingToLaunch``; everything else that is wrong becomes a remark.
    """
    texts = {suffix: _decode(read(path), path, report) for suffix, path in course.paths.items()}
    for suffix in (".crs", ".des", ".cst"):
        if suffix not in texts:
            report.warn("aicc-missing", suffix, _("The course has no {name} file; what it would say was assumed.").format(name=suffix))
    if ".cmp" in texts:
        report.note(
            "aicc-completion", course.paths[".cmp"], _("Rules for completion are not followed: a lesson is done when all of its parts are.")
        )
    return _Course(course.paths, texts, Files(files, report), report).manifest()


# --- the formats -----------------------------------------------------------------------------------------------------------------------


def _decode(data: bytes, where: str, report: ImportReport) -> str:
    if len(data) > _MAX_BYTES:
        raise AiccUnreadable(_("The {name} file is larger than any real one.").format(name=where))
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            report.note("byte-order-mark", where, _("The file starts with a byte order mark."))
            return data[len(mark) :].decode(encoding, "replace").replace("\0", "")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("windows-1252", "replace")
    return text.replace("\0", "")


def _read_ini(text: str) -> dict[str, dict[str, str]]:
    """Sections and keys in lower case. The lines of a section without ``=`` are its text, under the key ``""``."""
    sections: dict[str, dict[str, str]] = defaultdict(dict)
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        if head := re.fullmatch(r"\[(.*)\]", stripped):
            section = head[1].strip().lower()
        elif section == "course_description":
            sections[section][""] = f"{sections[section].get('', '')}\n{stripped}".strip("\n")
        elif stripped and not stripped.startswith(";"):
            key, equals, value = stripped.partition("=")
            if equals:
                sections[section].setdefault(key.strip().lower(), value.strip().strip('"'))
    return sections


@dataclass(slots=True)
class _Table:
    """A table: its columns in lower case, and its rows, which may be shorter or longer than these."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def records(self) -> list[dict[str, str]]:
        """The rows by column; of several columns of one name the first counts."""
        return [dict(reversed(list(zip(self.columns, row, strict=False)))) for row in self.rows]


def _read_table(text: str, where: str) -> _Table:
    lines = [line for line in text.splitlines(keepends=True) if line.strip()]
    if not lines:
        return _Table()
    delimiter = max(",;\t", key=lines[0].count)
    try:
        rows = list(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise AiccUnreadable(
            _("The {name} file of the AICC course cannot be read.").format(name=where),
            remedy=_("Export the course again."),
            details=str(error),
        ) from error
    cells = [[cell.strip() for cell in row] for row in rows]
    return _Table([name.lower() for name in cells[0]], [row for row in cells[1:] if any(row)])


# --- the course ------------------------------------------------------------------------------------------------------------------------


class _Course:
    def __init__(self, paths: Mapping[str, str], texts: Mapping[str, str], files: Files, report: ImportReport) -> None:
        self._paths, self._files, self._report = paths, files, report
        self._ini = _read_ini(texts.get(".crs", ""))
        tables = {suffix: _read_table(texts.get(suffix, ""), paths.get(suffix, "")) for suffix in (".au", ".des", ".cst", ".ort", ".pre")}
        self._units = self._by_id(tables[".au"], paths[".au"])
        self._described = self._by_id(tables[".des"], paths.get(".des", ""))
        self._members, self._conditions = self._structure(tables[".cst"])
        for element, condition in self._prerequisites(tables[".pre"]):
            self._conditions.setdefault(element, condition)
        for element, script in self._conditions.items():
            if not is_readable(script):
                report.warn(
                    "prerequisites",
                    self._id(element),
                    _("Its prerequisites, “{script}”, make no sense; they are ignored.").format(script=script),
                )
        self._objectives = self._relationships(tables[".ort"])
        self._placed: set[str] = set()

    def manifest(self) -> Manifest:
        if not self._units:
            raise NothingToLaunch(
                _("The package names nothing that can be opened."), remedy=_("Export the course again; its .au file is empty.")
            )
        course = self._ini.get("course", {})
        title = course.get("course_title", "")
        items = self._items(_ROOT, ())
        for name in self._units:
            if name not in self._placed:
                if self._members:
                    self._report.warn(
                        "aicc-not-placed", self._id(name), _("The structure does not name this unit; it was added at the end.")
                    )
                items += (self._item(name, ()),)
        if not title:
            title = items[0].title
            self._report.warn("no-title", self._paths.get(".crs", ""), _("The course has no title; its first unit's was taken."))
        description = self._ini.get("course_description", {}).get("", "").strip()
        organization = Organization(course.get("course_id", ""), title, items)
        if not organization.launchable:
            raise NothingToLaunch(_("The package names nothing that can be opened."), remedy=_("Export the course again."))
        return Manifest(
            identifier=course.get("course_id", ""),
            standard=Standard.AICC,
            edition=course.get("version", ""),
            default=organization,
            organizations=(organization,),
            metadata=Metadata(title, description),
            path=self._paths.get(".crs") or self._paths[".au"],
        )

    def _by_id(self, table: _Table, where: str) -> dict[str, dict[str, str]]:
        rows: dict[str, dict[str, str]] = {}
        for row in table.records():
            name = row.get("system_id", "")
            if not name:
                self._report.warn("aicc-no-id", where, _("A line has no system_id and was left out."))
            elif name.casefold() in rows:
                self._report.warn("aicc-duplicate", name, _("Two lines of {name} have this id; the first was taken.").format(name=where))
            else:
                rows[name.casefold()] = row
        return rows

    def _structure(self, table: _Table) -> tuple[dict[str, list[str]], dict[str, str]]:
        """The members of each block, and the prerequisites that some tools write here."""
        members: dict[str, list[str]] = defaultdict(list)
        conditions: dict[str, str] = {}
        extras = {at: name for at, name in enumerate(table.columns) if name in ("prerequisites", "prerequisite", "attributes")}
        if any(name == "attributes" for name in extras.values()):
            self._report.note("aicc-attributes", self._paths[".cst"], _("The column “attributes” is no part of AICC and was left out."))
        for row in table.rows:
            names = [cell for at, cell in enumerate(row[1:], 1) if cell and at not in extras]
            members[row[0].casefold()] += [name.casefold() for name in names]
            for at, column in extras.items():
                if column.startswith("prerequisite") and at < len(row) and row[at] and names:
                    conditions[names[-1].casefold()] = _script(row[at])
        return dict(members), conditions

    def _prerequisites(self, table: _Table) -> list[tuple[str, str]]:
        """``structure_element, prerequisite``; several lines about one element must all hold."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in table.rows:
            if len(row) > 1 and row[0] and row[1]:
                found[row[0].casefold()].append(_script(row[1]))
        return [(element, all_of[0] if len(all_of) == 1 else "&".join(f"({one})" for one in all_of)) for element, all_of in found.items()]

    def _relationships(self, table: _Table) -> dict[str, list[str]]:
        """Objectives of each element: ``course_element, member, member …``, or a line for each pair under the columns' own names."""
        found: dict[str, list[str]] = defaultdict(list)
        if "objective_id" in table.columns:
            element = next((name for name in ("au_system_id", "system_id", "course_element") if name in table.columns), "")
            pairs = [(row.get(element, ""), row.get("objective_id", "")) for row in table.records()]
        else:
            pairs = [(row[0], name) for row in table.rows for name in row[1:]]
        for name, objective in pairs:
            if name and objective and objective not in found[name.casefold()]:
                found[name.casefold()].append(objective)
        return found

    def _id(self, name: str) -> str:
        """An element's identifier as its files write it."""
        row = self._units.get(name) or self._described.get(name) or {}
        return row.get("system_id") or name.upper()

    def _items(self, block: str, above: tuple[str, ...]) -> tuple[Item, ...]:
        items = []
        for name in self._members.get(block, ()):
            if name in above or name in self._placed:
                self._report.warn("aicc-repeated", self._id(name), _("The structure names this element twice; the first place counts."))
            elif name in self._units or name in self._members:
                items.append(self._item(name, above))
            elif name not in self._described or not name.startswith("j"):  # J1, J2 … are objectives (CMI001 6.2.2)
                self._report.problem("aicc-no-member", self._id(name), _("The structure names a unit that does not exist."))
        return tuple(items)

    def _item(self, name: str, above: tuple[str, ...]) -> Item:
        self._placed.add(name)
        identifier = self._id(name)
        described = self._described.get(name, {})
        title = described.get("title", "")
        if not title:
            title = identifier
            self._report.warn("no-title", identifier, _("The item has no title; its identifier is shown."))
        children = self._items(name, (*above, name))
        unit = self._units.get(name)
        if unit is None:
            return Item(identifier, title, True, None, prerequisites=self._conditions.get(name, ""), children=children)
        resource, launch = self._target(identifier, unit)
        return Item(
            identifier=identifier,
            title=title,
            visible=True,
            resource=resource,
            launch=launch,
            mastery_score=self._number(unit.get("mastery_score", ""), identifier),
            max_time_allowed=self._time(unit.get("max_time_allowed", ""), identifier),
            time_limit_action=self._action(unit.get("time_limit_action", ""), identifier),
            data_from_lms=unit.get("core_vendor", ""),
            prerequisites=self._conditions.get(name, ""),
            objectives=tuple(self._objectives.get(name, ())),
            children=children,
            unit=AssignableUnit(
                kind=unit.get("type", ""),
                system_vendor=unit.get("system_vendor", ""),
                max_score=unit.get("max_score", ""),
                web_launch=unit.get("web_launch", ""),
                password=unit.get("au_password", ""),
            ),
            metadata=Metadata(described.get("title", ""), described.get("description", "")),
        )

    def _target(self, identifier: str, unit: Mapping[str, str]) -> tuple[Resource | None, str]:
        address = unit.get("file_name", "") or unit.get("command_line", "")
        parameters = unit.get("web_launch", "")
        if not address:
            self._report.problem("no-href", identifier, _("The item's resource has nothing to open."))
            return None, ""
        if is_external(address):
            # Kept, so that the player can say where it lies.
            self._report.problem("external", address, _("This lies on the network, where course content may not go."))
            head, _mark, tail = address.partition("#")
            joined = head + ("&" if "?" in head else "?") + parameters.lstrip("?&") if parameters else head
            return Resource(identifier, "", "", True, False), joined + (f"#{tail}" if tail else "")
        found = self._files.resolve("", address, identifier)
        if not found.path:
            return None, ""
        resource = Resource(identifier, found.path, found.suffix, True, found.present)
        return resource, launch_address(found.path, found.suffix, parameters)

    def _number(self, text: str, where: str) -> str:
        """A score of 0–100, empty where there is none."""
        plain = text.rstrip("% ")
        if not plain:
            return ""
        if not re.fullmatch(r"\d{1,3}(\.\d+)?", plain) or float(plain) > 100:
            self._report.warn("aicc-mastery", where, _("“{text}” is no mastery score and was left out.").format(text=text))
            return ""
        return plain

    def _time(self, text: str, where: str) -> str:
        """``HHHH:MM:SS``; no time at all means no limit."""
        if not text:
            return ""
        if not re.fullmatch(r"\d{1,4}:\d{1,2}(:\d{1,2}(\.\d+)?)?", text):
            self._report.warn("aicc-time", where, _("“{text}” is no length of time and was left out.").format(text=text))
            return ""
        hours, minutes, *seconds = text.split(":")
        if not re.search(r"[1-9]", text):
            return ""
        return f"{int(hours):02}:{int(minutes):02}:{(seconds or ['00'])[0].rjust(2, '0')}"

    def _action(self, text: str, where: str) -> str:
        """In the words of SCORM 1.2: ``exit,message`` and its like."""
        if not text:
            return ""
        first, _comma, second = (part.strip().lower() for part in text.partition(","))
        if first not in _ACTIONS:
            self._report.warn("aicc-action", where, _("“{text}” is no action at the end of time and was left out.").format(text=text))
            return ""
        if second not in _MESSAGES:
            self._report.warn(
                "aicc-action", where, _("“{text}” does not say whether to tell the learner; they are told.").format(text=text)
            )
        return f"{_ACTIONS[first]},{_MESSAGES.get(second, 'message')}"


def _script(text: str) -> str:
    """Prerequisites as ``aicc_script``: some tools write its operators as words."""
    words = {"and": "&", "or": "|", "not": "~"}
    return re.sub(r"\b(and|or|not)\b(?!\s*attempted)", lambda word: words[word[0].lower()], text, flags=re.IGNORECASE).strip()
