"""A course that begins with something in it: from a template of ``resources/courses``, or as a copy of another course."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Done
from desktop.courses.commands import create_course
from desktop.courses.draft import ATTACHMENTS, LESSONS, MODULES, Change, Draft, Step, add_lesson, add_module, copied, paste
from desktop.courses.queries import Choice, taught_by_me
from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.assessment import Assignment, Quiz, QuizDraw, QuizQuestion
from desktop.models.courses import Course, CourseModule, Lesson, LessonAttachment
from desktop.store import authored

TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "courses"
LEFT_BEHIND = frozenset(
    {"title", "slug", "category", "enrollment_start_date", "enrollment_end_date", "course_start_date", "course_end_date"}
)  # fmt: skip
"""Columns of a course that a copy does not take: what its author has just given, the one address, and the dates of the last time."""

DATES = frozenset({"available_from", "available_until", "due_date", "late_until", "peer_reviews_due"})
"""Columns of quizzes and assignments that a copy does not take."""


@dataclass(frozen=True, slots=True)
class Template:
    """``course`` holds columns of ``courses``; ``modules`` are as the file has them."""

    name: str
    summary: str
    course: Mapping[str, Any]
    modules: tuple[Mapping[str, Any], ...]

    @property
    def lessons(self) -> int:
        return sum(len(module["lessons"]) for module in self.modules)


@cache
def list_templates() -> tuple[Template, ...]:
    """In the order of their names."""
    found = [tomllib.loads(path.read_text(encoding="utf-8")) for path in TEMPLATES.glob("*.toml")]
    made = [Template(one["name"], one["summary"], one["course"], tuple(one["modules"])) for one in found]
    return tuple(sorted(made, key=lambda template: template.name))


def list_originals(session: Session) -> tuple[Choice, ...]:
    """The courses that the reader may copy, as they teach or administer them, by title."""
    administers = sa.select(sa.func.lms.has_role("administrator", type_=sa.Boolean())).scalar_subquery()
    query = sa.select(Course.id, Course.title).where(sa.or_(administers, taught_by_me(Course.id))).order_by(Course.title, Course.id)
    return tuple(Choice(*row) for row in session.execute(query))


def start_from_template(session: Session, title: str, category: str, description: str, template: Template) -> Done[UUID]:
    """A new draft that the caller teaches, with the outline of a template."""
    done = create_course(session, title, category, description)
    session.execute(sa.update(Course).where(Course.id == done.value).values(**template.course))
    _insert(session, outlined(Draft({"id": done.value}), template))
    return done


def start_from_copy(session: Session, title: str, category: str, description: str, original: UUID) -> Done[UUID]:
    """A new draft that the caller teaches, with all that authors wrote in another course that they may change, but for its dates.

    The original's description stands where none is given. Raises :class:`NotFound` for a course that the caller may not copy.
    """
    if all(choice.id != original for choice in list_originals(session)):
        raise NotFound(_("This course does not exist, or you may not copy it."))
    source = _read(session, original)
    kept = {column: value for column, value in source.course.items() if column not in {*LEFT_BEHIND, "id"}}
    if description.strip():
        del kept["description"]
    done = create_course(session, title, category, description)
    session.execute(sa.update(Course).where(Course.id == done.value).values(**kept))
    copy = Draft({"id": done.value})
    if modules := source.modules:
        step = paste(copy, copied(source, [module["id"] for module in modules]))
        _insert(session, step.changes)
        copy.apply(step)
    lessons = {old["id"]: new["id"] for old, new in zip(source.lessons, copy.lessons, strict=True)}
    _copy_assessments(session, lessons | {original: done.value})
    return done


def outlined(draft: Draft, template: Template) -> list[Change]:
    """What puts the outline of a template into an empty course. A module or lesson ``after`` another waits for it."""
    changes: list[Change] = []

    def do(step: Step) -> UUID:
        draft.apply(step)
        changes.extend(step.changes)
        return step.focus[0]

    modules: dict[str, UUID] = {}
    for module in template.modules:
        waits = modules[module["after"]] if "after" in module else None
        inside = do(add_module(draft, module["title"], is_preview=module.get("is_preview", False), unlock_after_module_id=waits))
        modules[module["title"]] = inside
        lessons: dict[str, UUID] = {}
        for lesson in module["lessons"]:
            values = {
                "content_html": lesson.get("html"),
                "estimated_duration_minutes": lesson.get("minutes"),
                "require_completion": lesson.get("required", True),
                "unlock_after_lesson_id": lessons[lesson["after"]] if "after" in lesson else None,
            }
            lessons[lesson["title"]] = do(add_lesson(draft, inside, lesson["title"], lesson["type"], **values))
    return changes


def _read(session: Session, course: UUID) -> Draft:
    """What authors write in a course, as the server has it."""

    def rows(model: Any, table: authored.Authored, *conditions: Any) -> dict[UUID, dict[str, Any]]:
        columns = [model.id, *(getattr(model, column) for column in table.columns)]
        return {row["id"]: dict(row) for row in session.execute(sa.select(*columns).where(*conditions)).mappings()}

    draft = Draft(rows(Course, authored.COURSES, Course.id == course)[course])
    modules = sa.select(CourseModule.id).where(CourseModule.course_id == course)
    draft.rows[MODULES] = rows(CourseModule, authored.MODULES, CourseModule.course_id == course)
    draft.rows[LESSONS] = rows(Lesson, authored.LESSONS, Lesson.module_id.in_(modules))
    lessons = sa.select(Lesson.id).where(Lesson.module_id.in_(modules))
    draft.rows[ATTACHMENTS] = rows(LessonAttachment, authored.ATTACHMENTS, LessonAttachment.lesson_id.in_(lessons))
    return draft


def _copy_assessments(session: Session, new: dict[UUID, UUID]) -> None:
    """Copy quizzes, banks and assignments. ``new`` has the copy of the course and of each of its lessons, by the original's id.

    What is drawn from a bank of the course is drawn from the bank's copy; the association's banks are everybody's.
    """
    originals = list(new)
    quizzes = sa.or_(Quiz.course_id.in_(originals), Quiz.lesson_id.in_(originals))
    within = sa.select(Quiz.id).where(quizzes)
    parts: tuple[tuple[Any, authored.Authored, Any], ...] = (
        (Quiz, authored.QUIZZES, quizzes),
        (QuizQuestion, authored.QUESTIONS, sa.and_(QuizQuestion.quiz_id.in_(within), sa.not_(QuizQuestion.retired))),
        (QuizDraw, authored.DRAWS, QuizDraw.quiz_id.in_(within)),
        (Assignment, authored.ASSIGNMENTS, sa.or_(Assignment.course_id.in_(originals), Assignment.lesson_id.in_(originals))),
    )
    for model, table, chosen in parts:
        order = ("question_order",) if table is authored.QUESTIONS else ()
        columns = [getattr(model, column) for column in ("id", *table.columns, *order)]
        found = [dict(row) for row in session.execute(sa.select(*columns).where(chosen)).mappings()]
        new |= {row["id"]: uuid4() for row in found}
        named = {"id", *table.references}
        rows = [{column: new.get(value, value) if column in named else value for column, value in row.items()} for row in found]
        if rows:
            session.execute(sa.insert(model), [row | dict.fromkeys(DATES & row.keys()) for row in rows])


def _insert(session: Session, changes: list[Change] | tuple[Change, ...]) -> None:
    """Insert new rows, parents first. What waits for another row is told so afterwards, when all of them are there."""
    for model, table, waits in (
        (CourseModule, MODULES, "unlock_after_module_id"),
        (Lesson, LESSONS, "unlock_after_lesson_id"),
        (LessonAttachment, ATTACHMENTS, ""),
    ):
        rows = list(_rows(changes, table))
        if rows:
            session.execute(sa.insert(model), [{column: value for column, value in row.items() if column != waits} for row in rows])
        waiting = [{"id": row["id"], waits: row[waits]} for row in rows if waits and row[waits] is not None]
        if waiting:
            session.execute(sa.update(model), waiting)


_ORDERS = {MODULES: ("course_id", "module_order"), LESSONS: ("module_id", "lesson_order")}


def _rows(changes: list[Change] | tuple[Change, ...], table: str) -> Iterator[dict[str, Any]]:
    """The new rows of a table, numbered among their siblings where the table says so."""
    found = [{"id": change.id, **(change.after or {})} for change in changes if change.table == table]
    numbers: dict[UUID, int] = {}
    for row in sorted(found, key=lambda row: row["position"]):
        if table in _ORDERS:
            parent, order = _ORDERS[table]
            row[order] = numbers[row[parent]] = numbers.get(row[parent], 0) + 1
        yield row
