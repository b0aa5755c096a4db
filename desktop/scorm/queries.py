"""SCORM lessons and what was recorded in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.i18n import _
from desktop.scorm.records import Document
from desktop.scorm.route import Shared
from desktop.store.assets import asset_of


@dataclass(frozen=True, slots=True)
class ScormLesson:
    """What a launch needs. ``record`` is what earlier sessions left, None before the first; names are the learner's own.

    ``shared`` is what all courses of the learner share; a preview begins without any.
    """

    lesson_id: UUID
    enrollment_id: UUID | None
    course_id: UUID
    title: str
    asset_id: str
    learner_id: UUID
    learner_name: str
    record: Document | None
    shared: Shared


_LESSON = text(
    """
    SELECT l.id, l.title, l.scorm_package_url, m.course_id, p.scorm_cmi_data, me.id AS member_id, me.last_name, me.first_name,
      (SELECT jsonb_object_agg(o.objective_id, o.known) FROM lms.scorm_objectives AS o WHERE o.member_id = me.id) AS objectives,
      (SELECT jsonb_object_agg(d.target_id, d.store) FROM lms.scorm_data AS d WHERE d.member_id = me.id) AS data
    FROM public.lessons AS l
    JOIN public.course_modules AS m ON m.id = l.module_id
    JOIN public.members AS me ON me.id = lms.current_member_id()
    LEFT JOIN public.lesson_progress AS p ON p.lesson_id = l.id AND p.enrollment_id = :enrollment
    WHERE l.id = :lesson AND l.lesson_type = 'scorm'
    """
)


def get_scorm_lesson(session: Session, lesson_id: UUID, enrollment_id: UUID | None) -> ScormLesson:
    """The lesson as the caller would open it; without an enrolment, as a preview. Raises ``NotFound``."""
    row: Any = session.execute(_LESSON, {"lesson": lesson_id, "enrollment": enrollment_id}).one_or_none()
    asset = asset_of(row.scorm_package_url) if row else None
    if asset is None:
        raise NotFound(_("This lesson has no package."), remedy=_("Ask the course's instructor to import it again."))
    return ScormLesson(
        lesson_id=row.id,
        enrollment_id=enrollment_id,
        course_id=row.course_id,
        title=row.title,
        asset_id=asset,
        learner_id=row.member_id,
        learner_name=", ".join(part for part in (row.last_name, row.first_name) if part),
        record=row.scorm_cmi_data,
        shared=Shared(row.objectives or {}, row.data or {}) if enrollment_id is not None else Shared(),
    )
