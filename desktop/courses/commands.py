"""Writes about courses, for whoever teaches them. Publication follows the server's own checks (``lms.publish_course``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.errors import Invalid, NotFound
from desktop.i18n import _
from desktop.models.courses import Course, CourseModule, Lesson

EDITABLE = frozenset(
    {
        "title",
        "description",
        "short_description",
        "learning_objectives",
        "target_audience",
        "category",
        "difficulty_level",
        "ce_credits",
        "designation_id",
        "pricing_type",
        "price",
        "member_price",
        "delivery_format",
        "estimated_duration_minutes",
        "author_bio",
        "thumbnail_url",
        "allow_enrollment",
        "max_enrollments",
        "enrollment_start_date",
        "enrollment_end_date",
        "course_start_date",
        "course_end_date",
        "completion_certificate",
    }
)
"""The columns of ``courses`` that an author fills in."""


@dataclass(frozen=True, slots=True)
class NewLesson:
    """A lesson to add. ``content_url`` names an asset (``asset:<id>``) or an address on the web."""

    title: str
    lesson_type: str
    description: str | None = None
    content_url: str | None = None
    content_html: str | None = None
    scorm_package_url: str | None = None
    scorm_manifest_url: str | None = None
    scorm_version: str | None = None
    completion_criteria: str = "marked_complete"
    estimated_duration_minutes: int | None = None
    is_preview: bool = False


def slug(title: str) -> str:
    """``title`` as part of an address: lower case, hyphens, ASCII. Never empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "course"


def create_course(session: Session, title: str, category: str, description: str = "") -> Done[UUID]:
    """A new draft that the caller teaches."""
    title = title.strip()
    if not title:
        raise Invalid(_("A course needs a title."))
    me = sa.select(sa.func.lms.current_member_id(type_=sa.Uuid())).scalar_subquery()
    course_id = uuid4()
    session.execute(
        sa.insert(Course).values(
            id=course_id,
            title=title,
            slug=f"{slug(title)}-{course_id.hex[:8]}",  # two courses may well have one title
            description=description.strip(),
            category=category,
            instructor_id=me,
            created_by=me,
        )
    )
    return Done(course_id, Changes.of("courses", ids=(course_id,)), Undo(_("New course"), delete_draft, (course_id,)))


def delete_draft(session: Session, course_id: UUID) -> Done[None]:
    """Remove a draft that nobody ever enrolled in."""
    deleted = session.execute(sa.delete(Course).where(Course.id == course_id, Course.status == "draft").returning(Course.id)).one_or_none()
    if deleted is None:
        raise NotFound(_("This draft no longer exists, or it has been published."))
    return Done(None, Changes.of("courses", ids=(course_id,)))


def edit_course(session: Session, course_id: UUID, values: Mapping[str, Any]) -> Done[None]:
    """Set some of the :data:`EDITABLE` columns; the inverse sets back what they held."""
    unknown = values.keys() - EDITABLE
    if unknown:
        raise ValueError(f"not editable: {sorted(unknown)}")
    if not str(values.get("title", "x")).strip():
        raise Invalid(_("A course needs a title."))
    columns = [getattr(Course, name) for name in values]
    before = session.execute(sa.select(*columns).where(Course.id == course_id).with_for_update()).mappings().one_or_none()
    if before is None:
        raise NotFound(_("This course does not exist, or you may not change it."))
    session.execute(sa.update(Course).where(Course.id == course_id).values(**values))
    return Done(None, Changes.of("courses", ids=(course_id,)), Undo(_("Edit course"), edit_course, (course_id, dict(before))))


def set_instructors(session: Session, course_id: UUID, instructors: Sequence[UUID]) -> Done[None]:
    """Who teaches the course; the first leads it.

    The server refuses people who are no instructors, and callers who neither lead the course nor administer.
    """
    if not instructors:
        raise Invalid(_("The course needs an instructor."))
    row = session.execute(sa.select(Course.instructor_id, Course.co_instructors).where(Course.id == course_id)).one_or_none()
    if row is None:
        raise NotFound(_("This course does not exist, or you may not change it."))
    before = [one for one in (row.instructor_id, *(row.co_instructors or ())) if one is not None]
    session.execute(sa.select(sa.func.lms.set_instructors(course_id, instructors[0], list(instructors[1:]))))
    undo = Undo(_("Change instructors"), set_instructors, (course_id, tuple(before))) if before else None
    return Done(None, Changes.of("courses", ids=(course_id,)), undo)


def add_module(session: Session, course_id: UUID, title: str) -> Done[UUID]:
    """A new module after the last."""
    title = title.strip()
    if not title:
        raise Invalid(_("A module needs a title."))
    module_id = uuid4()
    last = sa.select(
        sa.func.coalesce(sa.func.max(CourseModule.module_order), 0) + 1, sa.func.coalesce(sa.func.max(CourseModule.position), 0) + 1
    ).where(CourseModule.course_id == course_id)
    order, position = session.execute(last).one()
    session.execute(sa.insert(CourseModule).values(id=module_id, course_id=course_id, title=title, module_order=order, position=position))
    return Done(module_id, Changes.of("course_modules", ids=(course_id,)), Undo(_("Add module"), remove_module, (module_id,)))


def remove_module(session: Session, module_id: UUID) -> Done[None]:
    """Remove an empty module."""
    if session.execute(sa.select(sa.exists().where(Lesson.module_id == module_id))).scalar_one():
        raise Invalid(_("The module still holds lessons."), remedy=_("Remove or move them first."))
    found = session.execute(
        sa.delete(CourseModule).where(CourseModule.id == module_id).returning(CourseModule.course_id, CourseModule.title)
    ).one_or_none()
    if found is None:
        raise NotFound(_("This module no longer exists."))
    course_id, title = found
    return Done(None, Changes.of("course_modules", ids=(course_id,)), Undo(_("Remove module"), add_module, (course_id, title)))


def add_lesson(session: Session, module_id: UUID, lesson: NewLesson) -> Done[UUID]:
    """A new lesson at the end of a module."""
    title = lesson.title.strip()
    if not title:
        raise Invalid(_("A lesson needs a title."))
    last = sa.select(
        sa.func.coalesce(sa.func.max(Lesson.lesson_order), 0) + 1, sa.func.coalesce(sa.func.max(Lesson.position), 0) + 1
    ).where(Lesson.module_id == module_id)
    order, position = session.execute(last).one()
    lesson_id = uuid4()
    session.execute(
        sa.insert(Lesson).values(
            id=lesson_id,
            module_id=module_id,
            title=title,
            lesson_type=lesson.lesson_type,
            description=lesson.description,
            content_url=lesson.content_url,
            content_html=lesson.content_html,
            scorm_package_url=lesson.scorm_package_url,
            scorm_manifest_url=lesson.scorm_manifest_url,
            scorm_version=lesson.scorm_version,
            completion_criteria=lesson.completion_criteria,
            estimated_duration_minutes=lesson.estimated_duration_minutes,
            is_preview=lesson.is_preview,
            lesson_order=order,
            position=position,
        )
    )
    return Done(lesson_id, Changes.of("lessons"), Undo(_("Add lesson"), remove_lesson, (lesson_id,)))


def remove_lesson(session: Session, lesson_id: UUID) -> Done[None]:
    """Remove a lesson that no learner has opened; the server refuses others, as their records name it."""
    columns = (
        Lesson.module_id,
        Lesson.title,
        Lesson.lesson_type,
        Lesson.description,
        Lesson.content_url,
        Lesson.content_html,
        Lesson.scorm_package_url,
        Lesson.scorm_manifest_url,
        Lesson.scorm_version,
        Lesson.completion_criteria,
        Lesson.estimated_duration_minutes,
        Lesson.is_preview,
    )
    found = session.execute(sa.delete(Lesson).where(Lesson.id == lesson_id).returning(*columns)).mappings().one_or_none()
    if found is None:
        raise NotFound(_("This lesson no longer exists."))
    values = dict(found)
    module_id = values.pop("module_id")
    return Done(None, Changes.of("lessons"), Undo(_("Remove lesson"), add_lesson, (module_id, NewLesson(**values))))


def publish(session: Session, course_id: UUID) -> Done[None]:
    """Show the course in the catalogue. :class:`Invalid` names what is missing."""
    session.execute(sa.select(sa.func.lms.publish_course(course_id)))
    return Done(None, Changes.of("courses", ids=(course_id,)), Undo(_("Publish course"), unpublish, (course_id,)))


def unpublish(session: Session, course_id: UUID) -> Done[None]:
    """Take the course back into the workshop: out of the catalogue, and closed to its learners until it is published again."""
    session.execute(sa.select(sa.func.lms.unpublish_course(course_id)))
    return Done(None, Changes.of("courses", ids=(course_id,)), Undo(_("Unpublish course"), publish, (course_id,)))


def archive(session: Session, course_id: UUID) -> Done[None]:
    """Retire the course. Its records stay."""
    session.execute(sa.select(sa.func.lms.archive_course(course_id)))
    return Done(None, Changes.of("courses", ids=(course_id,)))
