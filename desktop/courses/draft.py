"""A course as its author holds it: the rows of four tables in memory, and every change to them as a step that can be undone.

Pure. A function here looks at a :class:`Draft` and answers a :class:`Step`; whoever holds the rows (the replica) writes it in one
transaction and remembers it. Undo writes :attr:`Step.inverse`, so undo and redo are the same thing run in two directions, and may happen
days and restarts later.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from desktop.errors import Invalid, NotFound
from desktop.i18n import _, ngettext

type Row = Mapping[str, Any]

MODULES, LESSONS, ATTACHMENTS, COURSES = "course_modules", "lessons", "lesson_attachments", "courses"
PARENT = MappingProxyType({MODULES: "course_id", LESSONS: "module_id", ATTACHMENTS: "lesson_id"})
"""The column that names what a row lies in."""

TITLE_LENGTH = 300
"""Characters of a title that an author may write. The columns take any length; lists, certificates and rosters do not."""

MODULE: Row = MappingProxyType(
    {
        "title": "",
        "description": None,
        "learning_objectives": (),
        "is_preview": False,
        "unlock_after_module_id": None,
        "unlock_date": None,
        "estimated_duration_minutes": None,
    }
)
LESSON: Row = MappingProxyType(
    {
        "title": "",
        "description": None,
        "lesson_type": "text",
        "content_url": None,
        "content_html": None,
        "video_duration_seconds": None,
        "transcript_url": None,
        "video_provider": None,
        "video_thumbnail_url": None,
        "enable_video_controls": True,
        "allow_download": False,
        "scorm_package_url": None,
        "scorm_manifest_url": None,
        "scorm_version": None,
        "is_preview": False,
        "unlock_after_lesson_id": None,
        "require_completion": True,
        "completion_criteria": "marked_complete",
        "min_time_seconds": None,
        "estimated_duration_minutes": None,
    }
)
ATTACHMENT: Row = MappingProxyType(
    {"file_name": "", "file_url": "", "file_type": "", "file_size_bytes": None, "description": None, "requires_enrollment": True}
)
DEFAULTS: Mapping[str, Row] = MappingProxyType({MODULES: MODULE, LESSONS: LESSON, ATTACHMENTS: ATTACHMENT})
"""What an author writes of each table, and what a new row holds."""

CRITERIA = MappingProxyType({"video": "video_watched", "quiz": "quiz_passed", "scorm": "scorm_completed"})
"""How a new lesson of a type is completed, where not by hand."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one row. ``before`` None: it is new; ``after`` None: it goes; else both hold the columns that differ.

    ``seen``: what the author had before their eyes, where that is not ``before`` as a colleague's words have arrived meanwhile.
    """

    table: str
    id: UUID
    before: Row | None
    after: Row | None
    seen: Row | None = None

    @property
    def inverse(self) -> Change:
        return Change(self.table, self.id, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Step:
    """Changes that belong together, under the name that Undo shows ("Move 3 lessons"). ``focus``: what to select afterwards.

    ``merge``: a later step with the same mark continues this one (typing in one field), so that undo takes back both.
    """

    name: str
    changes: tuple[Change, ...]
    focus: tuple[UUID, ...] = ()
    merge: str = ""

    @property
    def inverse(self) -> Step:
        return Step(self.name, tuple(change.inverse for change in reversed(self.changes)), self.focus, self.merge)

    def __bool__(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True, slots=True)
class Assessed:
    """A row of ``quizzes``, ``quiz_questions``, ``quiz_draws`` or ``assignments``, its values as the replica has them."""

    table: str
    id: UUID
    values: Row


@dataclass(slots=True)
class Draft:
    """The rows of one course by table and id."""

    course: dict[str, Any]
    rows: dict[str, dict[UUID, dict[str, Any]]] = field(default_factory=lambda: {MODULES: {}, LESSONS: {}, ATTACHMENTS: {}})
    assessed: Mapping[UUID, tuple[Assessed, ...]] = field(default_factory=dict)
    """By lesson: its quizzes, their questions and draws, and its assignments, each after what it belongs to. Read only: editors of their
    own write them."""
    banks: frozenset[UUID] = frozenset()
    """The question banks of this very course; those of the association are everybody's."""
    _order: dict[tuple[str, UUID], list[tuple[float, UUID]]] | None = None

    @property
    def id(self) -> UUID:
        found: UUID = self.course["id"]
        return found

    def row(self, table: str, row_id: UUID) -> dict[str, Any]:
        """Raises :class:`NotFound` where the row is not, or no longer, there."""
        found = self.course if table == COURSES and row_id == self.id else self.rows.get(table, {}).get(row_id)
        if found is None:
            raise NotFound(_("This is no longer in the course."))
        return found

    def table_of(self, row_id: UUID) -> str | None:
        return next((table for table, rows in self.rows.items() if row_id in rows), COURSES if row_id == self.id else None)

    def children(self, table: str, parent: UUID) -> list[dict[str, Any]]:
        """The rows of ``table`` in ``parent``, in their order."""
        if self._order is None:
            self._order = {}
            for name, rows in self.rows.items():
                for row_id, row in rows.items():
                    insort(self._order.setdefault((name, row[PARENT[name]]), []), (row["position"], row_id))
        return [self.rows[table][row_id] for _position, row_id in self._order.get((table, parent), ())]

    @property
    def modules(self) -> list[dict[str, Any]]:
        return self.children(MODULES, self.id)

    def lessons_of(self, module: UUID) -> list[dict[str, Any]]:
        return self.children(LESSONS, module)

    @property
    def lessons(self) -> Iterator[dict[str, Any]]:
        """Every lesson in reading order."""
        for module in self.modules:
            yield from self.lessons_of(module["id"])

    def attachments_of(self, lesson: UUID) -> list[dict[str, Any]]:
        return self.children(ATTACHMENTS, lesson)

    def apply(self, step: Step) -> None:
        """Take the step in memory. Rows that are gone already are left alone: somebody else was faster.

        So are quizzes and their questions, which are not held here.
        """
        for change in step.changes:
            rows = self.rows.get(change.table)
            if change.table == COURSES:
                self.course.update(change.after or {})
            elif rows is None:
                continue
            elif change.after is None:
                rows.pop(change.id, None)
            elif change.before is None:
                rows[change.id] = {"id": change.id, **change.after}
            elif change.id in rows:
                rows[change.id].update(change.after)
        self._order = None


# Editing


def edit(draft: Draft, table: str, row_id: UUID, values: Row, name: str = "", seen: Row | None = None) -> Step:
    """Set columns of a row; nothing where they hold that already. Raises :class:`Invalid` for a title that nobody could read.

    ``seen``: what the author saw in these columns, where the row may have changed since.
    """
    row = draft.row(table, row_id)
    if "title" in values:
        values = {**values, "title": checked_title(values["title"])}
    after = {column: value for column, value in values.items() if row.get(column) != value}
    if not after:
        return Step(name, ())
    before = {column: row.get(column) for column in after}
    what = name or (_("Rename") if after.keys() == {"title"} else _("Edit"))
    title = str(row.get("title") or row.get("file_name") or "")
    shown = f"{what} “{title}”" if title and not name else what
    unseen = {column: value for column, value in (seen or {}).items() if column in after and value != before[column]}
    return Step(shown, (Change(table, row_id, before, after, unseen or None),), (row_id,), f"{table}.{row_id}.{','.join(sorted(after))}")


def checked_title(title: str) -> str:
    """``title`` on one line. Raises :class:`Invalid` where it is empty or too long."""
    line = " ".join(str(title).split())
    if not line:
        raise Invalid(_("A title cannot be empty."))
    if len(line) > TITLE_LENGTH:
        raise Invalid(_("A title has at most {n} characters; this one has {length}.").format(n=TITLE_LENGTH, length=f"{len(line):,}"))
    return line


def add_module(draft: Draft, title: str, after: UUID | None = None, **values: Any) -> Step:
    """A new module behind ``after``, or the last."""
    new = uuid4()
    position, moved = _between(draft, MODULES, draft.id, _index_after(draft, MODULES, draft.id, after), 1)
    row = {**MODULE, **values, "title": checked_title(title), "course_id": draft.id, "position": position[0]}
    return Step(_("Add module"), (*moved, Change(MODULES, new, None, row)), (new,))


def add_lesson(draft: Draft, module: UUID, title: str, lesson_type: str, after: UUID | None = None, **values: Any) -> Step:
    """A new lesson in ``module`` behind ``after``, or the last."""
    draft.row(MODULES, module)
    new = uuid4()
    position, moved = _between(draft, LESSONS, module, _index_after(draft, LESSONS, module, after), 1)
    criteria = CRITERIA.get(lesson_type, "marked_complete")
    row = {**LESSON, "completion_criteria": criteria, **values, "title": checked_title(title), "lesson_type": lesson_type}
    return Step(_("Add lesson"), (*moved, Change(LESSONS, new, None, {**row, "module_id": module, "position": position[0]})), (new,))


def add_attachment(draft: Draft, lesson: UUID, **values: Any) -> Step:
    draft.row(LESSONS, lesson)
    new = uuid4()
    position, moved = _between(draft, ATTACHMENTS, lesson, len(draft.attachments_of(lesson)), 1)
    row = {**ATTACHMENT, **values, "lesson_id": lesson, "position": position[0]}
    return Step(_("Attach “{name}”").format(name=values["file_name"]), (*moved, Change(ATTACHMENTS, new, None, row)), (new,))


def remove(draft: Draft, ids: Sequence[UUID]) -> Step:
    """Remove modules, lessons and attachments with all that is in them; what waited for them waits no longer."""
    doomed = set(ids)
    gone: list[tuple[str, dict[str, Any]]] = []
    for module in draft.modules:
        inside = module["id"] in doomed
        for lesson in draft.lessons_of(module["id"]):
            below = inside or lesson["id"] in doomed
            gone += [(ATTACHMENTS, row) for row in draft.attachments_of(lesson["id"]) if below or row["id"] in doomed]
            if below:
                gone.append((LESSONS, lesson))
        if inside:
            gone.append((MODULES, module))
    if not gone:
        raise NotFound(_("This is no longer in the course."))
    away = {row["id"] for _table, row in gone}
    freed = [
        Change(table, row_id, {column: row[column]}, {column: None})
        for table, column in ((MODULES, "unlock_after_module_id"), (LESSONS, "unlock_after_lesson_id"))
        for row_id, row in draft.rows[table].items()
        if row[column] in away and row_id not in away
    ]
    deleted = [Change(table, row["id"], {key: value for key, value in row.items() if key != "id"}, None) for table, row in gone]
    return Step(_named(draft, [one for one in ids if one in away], _("Delete {what}")), (*freed, *deleted), _neighbour(draft, away))


def _neighbour(draft: Draft, away: set[UUID]) -> tuple[UUID, ...]:
    """What stands where something was removed: the next row that stays, else the one before."""
    flat = [row["id"] for module in draft.modules for row in (module, *draft.lessons_of(module["id"]))]
    first = next((at for at, row_id in enumerate(flat) if row_id in away), None)
    if first is None:
        return ()
    stays = [row_id for row_id in flat[first:] if row_id not in away] or [row_id for row_id in reversed(flat[:first]) if row_id not in away]
    return tuple(stays[:1])


# Moving


def move(draft: Draft, ids: Sequence[UUID], parent: UUID, index: int) -> Step:
    """Put lessons into the module ``parent``, modules into the course, or attachments to a lesson, before what is now at ``index``.

    They go in their reading order.

    A move to where they are is no change. Raises :class:`Invalid` for modules and lessons at once.
    """
    tables = {draft.table_of(row_id) for row_id in ids}
    table = LESSONS if parent in draft.rows[MODULES] else ATTACHMENTS if parent in draft.rows[LESSONS] else MODULES
    if tables != {table}:
        raise Invalid(_("Modules go between modules, lessons into them."))
    among = {LESSONS: draft.lessons, MODULES: draft.modules, ATTACHMENTS: draft.children(ATTACHMENTS, parent)}[table]
    chosen = [row["id"] for row in among if row["id"] in set(ids)]
    siblings = [row["id"] for row in draft.children(table, parent)]
    index = max(0, min(index, len(siblings)))
    rest = [row_id for row_id in siblings if row_id not in chosen]
    at = sum(row_id not in chosen for row_id in siblings[:index])
    if [*rest[:at], *chosen, *rest[at:]] == siblings:
        return Step("", ())
    positions, moved = _between(draft, table, parent, at, len(chosen), without=frozenset(chosen))
    changes = []
    for row_id, position in zip(chosen, positions, strict=True):
        row = draft.row(table, row_id)
        after = {"position": position} if row[PARENT[table]] == parent else {"position": position, PARENT[table]: parent}
        changes.append(Change(table, row_id, {column: row[column] for column in after}, after))
    return Step(_named(draft, chosen, _("Move {what}")), (*moved, *changes), tuple(chosen))


def move_by(draft: Draft, ids: Sequence[UUID], by: int) -> Step:
    """One up (-1) or down (1), as Alt+Up and Alt+Down do; a lesson at the edge of its module goes into the next one."""
    table = draft.table_of(ids[0]) if ids else None
    if table == MODULES:
        order = [module["id"] for module in draft.modules]
        places = [order.index(row_id) for row_id in order if row_id in set(ids)]
        target = places[0] - 1 if by < 0 else places[-1] + 2
        return Step("", ()) if not 0 <= target <= len(order) else move(draft, ids, draft.id, target)
    if table != LESSONS:
        return Step("", ())
    chosen = [lesson for lesson in draft.lessons if lesson["id"] in set(ids)]
    edge = chosen[0] if by < 0 else chosen[-1]
    module = edge["module_id"]
    siblings = [row["id"] for row in draft.lessons_of(module)]
    at = siblings.index(edge["id"])
    if 0 <= at + by < len(siblings):
        return move(draft, ids, module, at + by + (by > 0))
    modules = [row["id"] for row in draft.modules]
    beside = modules.index(module) + by
    if not 0 <= beside < len(modules):
        return Step("", ())
    return move(draft, ids, modules[beside], len(draft.lessons_of(modules[beside])) if by < 0 else 0)


def _index_after(draft: Draft, table: str, parent: UUID, after: UUID | None) -> int:
    siblings = [row["id"] for row in draft.children(table, parent)]
    return siblings.index(after) + 1 if after in siblings else len(siblings)


SMALLEST_GAP = 1e-6
"""Between two positions. A double has 52 bits: some twenty bisections of a gap of 1 leave this, then the siblings are numbered anew."""


def _between(
    draft: Draft, table: str, parent: UUID, index: int, count: int, *, without: frozenset[UUID] = frozenset()
) -> tuple[list[float], list[Change]]:
    """``count`` positions that lie before the sibling at ``index``, and what must move to make room, which is almost never anything."""
    siblings = [row for row in draft.children(table, parent) if row["id"] not in without]
    low: float | None = siblings[index - 1]["position"] if index else None
    high: float | None = siblings[index]["position"] if index < len(siblings) else None
    if high is None:
        return [(low or 0.0) + number + 1 for number in range(count)], []
    if low is None:
        return [high - count + number for number in range(count)], []
    gap = (high - low) / (count + 1)
    if gap >= SMALLEST_GAP:
        return [low + gap * (number + 1) for number in range(count)], []
    moved = []
    for number, row in enumerate(siblings):
        position = float(number + 1 + (count if number >= index else 0))
        if row["position"] != position:
            moved.append(Change(table, row["id"], {"position": row["position"]}, {"position": position}))
    return [float(index + 1 + number) for number in range(count)], moved


# Copying


@dataclass(frozen=True, slots=True)
class Fragment:
    """Modules and lessons that were copied, with what is in them. Plain data: it goes to the clipboard and into another course."""

    modules: tuple[Row, ...]
    lessons: tuple[Row, ...]
    attachments: tuple[Row, ...]
    assessed: tuple[Assessed, ...] = ()
    course: UUID | None = None
    banks: frozenset[UUID] = frozenset()
    """The question banks of that course."""

    def draws_fit(self, course: UUID) -> bool:
        """Whether its quizzes may draw from all of their banks in ``course``: nobody draws from those of another course."""
        return all(self.comes_along(one, course) for one in self.assessed)

    def comes_along(self, one: Assessed, course: UUID) -> bool:
        """Whether this part of it means something in ``course``."""
        return course == self.course or one.table != "quiz_draws" or UUID(one.values["bank_id"]) not in self.banks


def copied(draft: Draft, ids: Iterable[UUID]) -> Fragment:
    """What ``ids`` name, as it is now. A lesson whose module is copied comes with it, once."""
    chosen = set(ids)
    modules = [module for module in draft.modules if module["id"] in chosen]
    inside = {module["id"] for module in modules}
    lessons = [lesson for lesson in draft.lessons if lesson["id"] in chosen or lesson["module_id"] in inside]
    attachments = [row for lesson in lessons for row in draft.attachments_of(lesson["id"])]
    assessed = tuple(one for lesson in lessons for one in draft.assessed.get(lesson["id"], ()))
    return Fragment(tuple(map(dict, modules)), tuple(map(dict, lessons)), tuple(map(dict, attachments)), assessed, draft.id, draft.banks)


def paste(draft: Draft, fragment: Fragment, at: UUID | None = None, name: str = "") -> Step:
    """Put copies behind the row ``at``, or at the end. What waited for something in the fragment waits for its copy, else for nothing.

    Quizzes come with their questions, and draw from the banks that they may draw from here (:meth:`Fragment.comes_along`).
    """
    new = {row["id"]: uuid4() for row in (*fragment.modules, *fragment.lessons, *fragment.attachments)}
    own = {row["id"] for row in fragment.modules}
    table = draft.table_of(at) if at is not None else None
    target = draft.row(LESSONS, at)["module_id"] if table == LESSONS and at is not None else at if table == MODULES else None
    changes: list[Change] = []
    loose = [row for row in fragment.lessons if row["module_id"] not in own]
    if fragment.modules:
        positions, moved = _between(draft, MODULES, draft.id, _index_after(draft, MODULES, draft.id, target), len(fragment.modules))
        changes += moved
        for row, position in zip(fragment.modules, positions, strict=True):
            waits = new.get(row["unlock_after_module_id"])
            values = _authored(MODULES, row) | {"course_id": draft.id, "position": position, "unlock_after_module_id": waits}
            values["title"] = _free_title(row["title"], [module["title"] for module in draft.modules])
            changes.append(Change(MODULES, new[row["id"]], None, values))
    if loose:
        if target is None:
            last = draft.modules[-1:]
            if not last:
                raise Invalid(_("There is no module yet that could hold the lessons."), remedy=_("Add a module first."))
            target = last[0]["id"]
        index = _index_after(draft, LESSONS, target, at if table == LESSONS else None)
        positions, moved = _between(draft, LESSONS, target, index, len(loose))
        changes += moved
        taken = [lesson["title"] for lesson in draft.lessons_of(target)]
        for row, position in zip(loose, positions, strict=True):
            changes.append(_lesson_copy(row, new, target, position, _free_title(row["title"], taken)))
    for row in fragment.lessons:
        if row["module_id"] in own:
            changes.append(_lesson_copy(row, new, new[row["module_id"]], row["position"], row["title"]))
    for row in fragment.attachments:
        values = _authored(ATTACHMENTS, row) | {"lesson_id": new[row["lesson_id"]], "position": row["position"]}
        changes.append(Change(ATTACHMENTS, new[row["id"]], None, values))
    changes += _assessed_copies(draft, fragment, new)
    focus = tuple(new[row["id"]] for row in (fragment.modules or loose))
    count = len(fragment.modules) or len(loose)
    words = ngettext("{n} module", "{n} modules", count) if fragment.modules else ngettext("{n} lesson", "{n} lessons", count)
    return Step((name or _("Paste {what}")).format(what=words.format(n=count)), tuple(changes), focus)


def duplicate(draft: Draft, ids: Sequence[UUID]) -> Step:
    """Copies directly behind the last of ``ids``."""
    order = [row["id"] for module in draft.modules for row in (module, *draft.lessons_of(module["id"]))]
    chosen = [row_id for row_id in order if row_id in set(ids)]
    if not chosen:
        raise NotFound(_("This is no longer in the course."))
    return paste(draft, copied(draft, chosen), chosen[-1], _("Duplicate {what}"))


def _lesson_copy(row: Row, new: Mapping[UUID, UUID], module: UUID, position: float, title: str) -> Change:
    values = _authored(LESSONS, row) | {"module_id": module, "position": position, "title": title}
    values["unlock_after_lesson_id"] = new.get(row["unlock_after_lesson_id"])
    return Change(LESSONS, new[row["id"]], None, values)


def _assessed_copies(draft: Draft, fragment: Fragment, copies: Mapping[UUID, UUID]) -> Iterator[Change]:
    new = {str(old): str(copy) for old, copy in copies.items()} | {str(one.id): str(uuid4()) for one in fragment.assessed}
    for one in fragment.assessed:
        if not fragment.comes_along(one, draft.id):
            continue
        values = {column: new.get(value, value) if isinstance(value, str) else value for column, value in one.values.items()}
        if values.get("course_id") is not None:
            values["course_id"] = str(draft.id)
        yield Change(one.table, UUID(new[str(one.id)]), None, values)


def _authored(table: str, row: Row) -> dict[str, Any]:
    return {column: row.get(column, default) for column, default in DEFAULTS[table].items()}


def _free_title(title: str, taken: Sequence[str]) -> str:
    """``title``, or with the first number behind it that no sibling has: ``Basics (2)``."""
    names = {one.casefold() for one in taken}
    if title.casefold() not in names:
        return title
    stem = re.sub(r" \(\d+\)$", "", title)[: TITLE_LENGTH - 8]
    number = 2
    while f"{stem} ({number})".casefold() in names:
        number += 1
    return f"{stem} ({number})"


def _named(draft: Draft, ids: Sequence[UUID], sentence: str) -> str:
    """``sentence`` with ``{what}``: a title in quotes for one row, a count for several."""
    if len(ids) == 1:
        table = draft.table_of(ids[0])
        row = draft.row(table or LESSONS, ids[0])
        return sentence.format(what=f"“{row.get('title') or row.get('file_name')}”")
    modules = sum(row_id in draft.rows[MODULES] for row_id in ids)
    count = modules or len(ids)
    words = ngettext("{n} module", "{n} modules", count) if modules else ngettext("{n} lesson", "{n} lessons", count)
    return sentence.format(what=words.format(n=count))


# Replacing words


def replace_everywhere(draft: Draft, replaced: Callable[[str, bool], tuple[str, int]]) -> tuple[Step, int]:
    """Replace in titles, descriptions and texts of the course. ``replaced(text, is_html)`` answers the text and how often it fitted."""
    changes: list[Change] = []
    count = 0
    for table, row, column, is_html in texts(draft):
        result, times = replaced(row[column], is_html)
        if times and (column != "title" or result.strip()):
            count += times
            changes.append(Change(table, row["id"], {column: row[column]}, {column: result}))
    words = ngettext("Replace {n} occurrence", "Replace {n} occurrences", count).format(n=count)
    return Step(words, tuple(changes), tuple(dict.fromkeys(change.id for change in changes))), count


def texts(draft: Draft) -> Iterator[tuple[str, dict[str, Any], str, bool]]:
    """Every text of the course that an author writes: table, row, column, and whether it is HTML; in reading order."""
    sources: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [(COURSES, draft.course, ("title", "short_description", "description"))]
    for module in draft.modules:
        sources.append((MODULES, module, ("title", "description")))
        sources += [(LESSONS, lesson, ("title", "description", "content_html")) for lesson in draft.lessons_of(module["id"])]
    for table, row, columns in sources:
        for column in columns:
            if row.get(column):
                yield table, row, column, column == "content_html"
