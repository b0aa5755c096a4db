"""SCORM lessons and what was recorded in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.courses import CourseModule, Lesson, LessonImport, LessonMedia
from desktop.models.learning import LessonProgress
from desktop.scorm.records import Document
from desktop.scorm.report import ImportReport
from desktop.scorm.route import Shared
from desktop.store.assets import asset_of


@dataclass(frozen=True, slots=True)
class ScormLesson:
    """What a launch needs. ``record`` is what earlier sessions left, None before the first; names are the learner's own.

    ``shared`` is what all courses of the learner share; a preview begins without any. ``part`` names what of the package the lesson plays
    (:meth:`desktop.scorm.manifest.Manifest.part`), ``media`` the assets that are played instead of some of its files, by their paths.
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
    part: str = ""
    media: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitingMedia:
    """A file of a package that must be converted before it can be played."""

    package_id: str
    path: str


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """An import into a lesson. ``version`` counts from 1; ``waiting`` is how many media files are still to be converted."""

    version: int
    asset_id: str
    file_name: str
    standard: str
    imported_at: datetime
    report: ImportReport
    media: int
    waiting: int
    failures: tuple[tuple[str, str], ...]
    """Paths of media that cannot be converted, and why."""


_LESSON = text(
    """
    SELECT l.id, l.title, l.scorm_package_url, l.scorm_manifest_url, m.course_id,
      p.scorm_cmi_data, me.id AS member_id, me.last_name, me.first_name,
      (SELECT jsonb_object_agg(o.objective_id, o.known) FROM lms.scorm_objectives AS o WHERE o.member_id = me.id) AS objectives,
      (SELECT jsonb_object_agg(d.target_id, d.store) FROM lms.scorm_data AS d WHERE d.member_id = me.id) AS data,
      (SELECT jsonb_object_agg(f.path, f.converted_url) FROM lms.lesson_media AS f
       WHERE f.lesson_id = l.id AND f.package_url = l.scorm_package_url AND f.converted_url IS NOT NULL) AS media
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
        part=(row.scorm_manifest_url or "").partition("#")[2],
        media={path: asset for path, url in (row.media or {}).items() if (asset := asset_of(url))},
    )


def list_waiting_media(session: Session) -> tuple[WaitingMedia, ...]:
    """What waits to be converted in the lessons that the caller teaches, the oldest first."""
    rows = session.execute(
        sa.select(LessonMedia.package_url, LessonMedia.path)
        .join(Lesson, sa.and_(Lesson.id == LessonMedia.lesson_id, Lesson.scorm_package_url == LessonMedia.package_url))
        .where(LessonMedia.converted_url.is_(None), LessonMedia.failure.is_(None))
        .where(Lesson.id == sa.func.any(sa.func.array(sa.select(sa.func.lms.taught_lessons()).scalar_subquery())))
        .group_by(LessonMedia.package_url, LessonMedia.path)
        .order_by(sa.func.min(LessonMedia.found_at), LessonMedia.package_url, LessonMedia.path)
    )
    return tuple(WaitingMedia(asset, row.path) for row in rows if (asset := asset_of(row.package_url)))


def list_imports(session: Session, lesson_id: UUID) -> tuple[ImportRecord, ...]:
    """What was imported into a lesson, the current version first; empty for whoever does not teach it."""
    media = sa.select(LessonMedia).where(LessonMedia.lesson_id == lesson_id)
    found: dict[str, list[LessonMedia]] = {}
    for one in session.scalars(media.order_by(LessonMedia.path)):
        found.setdefault(one.package_url, []).append(one)
    rows = session.scalars(sa.select(LessonImport).where(LessonImport.lesson_id == lesson_id).order_by(LessonImport.version.desc()))
    return tuple(
        ImportRecord(
            version=row.version,
            asset_id=asset_of(row.package_url) or "",
            file_name=row.file_name,
            standard=row.standard,
            imported_at=row.imported_at,
            report=ImportReport.from_json(row.report),
            media=len(files := found.get(row.package_url, [])),
            waiting=sum(one.converted_url is None and one.failure is None for one in files),
            failures=tuple((one.path, one.failure) for one in files if one.failure),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class PackageLesson:
    """A lesson that plays a package, for whoever teaches it. ``learners`` is how many have a record in it."""

    lesson_id: UUID
    title: str
    asset_id: str
    part: str
    learners: int
    current: ImportRecord | None
    """None where it was not imported by this application."""


def list_package_lessons(session: Session, course_id: UUID) -> tuple[PackageLesson, ...]:
    """The lessons of a course that play packages, in the course's order."""
    learners = sa.select(sa.func.count()).where(LessonProgress.lesson_id == Lesson.id).correlate(Lesson).scalar_subquery()
    rows = session.execute(
        sa.select(Lesson.id, Lesson.title, Lesson.scorm_package_url, Lesson.scorm_manifest_url, learners.label("learners"))
        .join(CourseModule, CourseModule.id == Lesson.module_id)
        .where(CourseModule.course_id == course_id, Lesson.lesson_type == "scorm")
        .order_by(CourseModule.position, Lesson.position)
    ).all()
    return tuple(
        PackageLesson(
            lesson_id=row.id,
            title=row.title,
            asset_id=asset,
            part=(row.scorm_manifest_url or "").partition("#")[2],
            learners=row.learners,
            current=next(iter(list_imports(session, row.id)), None),
        )
        for row in rows
        if (asset := asset_of(row.scorm_package_url))
    )


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """Something that the content asked, and what it made of the answer. ``answered_at`` is in the content's own words."""

    n: int
    identifier: str | None
    kind: str | None
    description: str | None
    answered_at: str | None
    response: str | None
    correct_responses: tuple[str, ...]
    objectives: tuple[str, ...]
    result: str | None
    weighting: Decimal | None
    latency_seconds: Decimal | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt at a part of a lesson. ``score`` is 0-100; ``part`` is the manifest's identifier, ``title`` what it was called when the
    learner was last there, empty where that is not known; times are the server's."""

    enrollment_id: UUID
    course: str
    lesson_id: UUID
    lesson: str
    part: str
    title: str
    attempt: int
    status: str
    score: Decimal | None
    score_raw: Decimal | None
    score_min: Decimal | None
    score_max: Decimal | None
    progress: Decimal | None
    total_seconds: Decimal
    finished: bool
    begun_at: datetime
    saved_at: datetime
    interactions: tuple[InteractionRow, ...]


@dataclass(frozen=True, slots=True)
class LessonRecord:
    """What is kept of a lesson as a whole, with the document that its content last saved."""

    enrollment_id: UUID
    course: str
    lesson_id: UUID
    lesson: str
    status: str
    scorm_status: str | None
    score: Decimal | None
    time_spent_seconds: int
    started_at: datetime | None
    completed_at: datetime | None
    launches: int
    document: Document | None


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """Everything that SCORM lessons recorded for a learner, as far as the reader may see it."""

    member_id: UUID
    name: str
    lessons: tuple[LessonRecord, ...]
    attempts: tuple[AttemptRow, ...]


_LESSONS = text(
    """
    SELECT p.enrollment_id, c.title AS course, p.lesson_id, l.title AS lesson, p.status, p.scorm_completion_status, p.scorm_score,
      p.time_spent_seconds, p.started_at, p.completed_at, p.scorm_cmi_data,
      (SELECT count(*) FROM lms.scorm_sessions AS s WHERE s.enrollment_id = p.enrollment_id AND s.lesson_id = p.lesson_id) AS launches
    FROM public.enrollments AS e
    JOIN public.lesson_progress AS p ON p.enrollment_id = e.id
    JOIN public.lessons AS l ON l.id = p.lesson_id
    JOIN public.courses AS c ON c.id = e.course_id
    WHERE e.member_id = :member AND l.lesson_type = 'scorm'
    ORDER BY c.title, l.title, p.enrollment_id
    """
)

_ATTEMPTS = text(
    """
    SELECT a.*, c.title AS course, l.title AS lesson, p.scorm_cmi_data #>> ARRAY['items', a.item_id, 'title'] AS title
    FROM public.enrollments AS e
    JOIN lms.scorm_attempts AS a ON a.enrollment_id = e.id
    LEFT JOIN public.lesson_progress AS p ON p.enrollment_id = e.id AND p.lesson_id = a.lesson_id
    JOIN public.lessons AS l ON l.id = a.lesson_id
    JOIN public.courses AS c ON c.id = e.course_id
    WHERE e.member_id = :member
    ORDER BY c.title, l.title, a.enrollment_id, a.begun_at, a.item_id, a.attempt
    """
)

_INTERACTIONS = text(
    """
    SELECT i.*
    FROM public.enrollments AS e
    JOIN lms.scorm_interactions AS i ON i.enrollment_id = e.id
    WHERE e.member_id = :member
    ORDER BY i.enrollment_id, i.lesson_id, i.item_id, i.attempt, i.n
    """
)


def get_learner_record(session: Session, member_id: UUID) -> LearnerRecord:
    """What there is to review and to export. Raises ``NotFound`` where the reader knows nobody of this id."""
    name = session.execute(
        text("SELECT concat_ws(' ', first_name, last_name) FROM public.members WHERE id = :member"), {"member": member_id}
    ).scalar_one_or_none()
    if name is None:
        raise NotFound(_("There is no such learner."))
    said: dict[tuple[Any, ...], list[InteractionRow]] = {}
    for row in session.execute(_INTERACTIONS, {"member": member_id}):
        said.setdefault((row.enrollment_id, row.lesson_id, row.item_id, row.attempt), []).append(
            InteractionRow(
                row.n, row.interaction_id, row.interaction_type, row.description, row.answered_at, row.response,
                tuple(row.correct_responses), tuple(row.objectives), row.result, row.weighting, row.latency_seconds,
            )
        )  # fmt: skip
    return LearnerRecord(
        member_id,
        name,
        tuple(
            LessonRecord(
                row.enrollment_id, row.course, row.lesson_id, row.lesson, row.status, row.scorm_completion_status, row.scorm_score,
                row.time_spent_seconds, row.started_at, row.completed_at, row.launches, row.scorm_cmi_data,
            )
            for row in session.execute(_LESSONS, {"member": member_id})
        ),
        tuple(
            AttemptRow(
                row.enrollment_id, row.course, row.lesson_id, row.lesson, row.item_id, row.title or "", row.attempt, row.status, row.score,
                row.score_raw, row.score_min, row.score_max, row.progress, row.total_seconds, row.finished, row.begun_at, row.saved_at,
                tuple(said.get((row.enrollment_id, row.lesson_id, row.item_id, row.attempt), ())),
            )
            for row in session.execute(_ATTEMPTS, {"member": member_id})
        ),
    )  # fmt: skip
