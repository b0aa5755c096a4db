"""Reads about one's own learning: enrolments, what to continue, a lesson to open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session, aliased

from desktop.courses.queries import taught_by_me
from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.assessment import Assignment, AssignmentSubmission, Quiz, QuizAttempt
from desktop.models.certificates import Certificate
from desktop.models.courses import Course, CourseModule, Lesson, LessonAttachment
from desktop.models.learning import Enrollment, LessonProgress, LiveSession
from desktop.models.people import Member


@dataclass(frozen=True, slots=True)
class MyEnrollment:
    """One of the reader's enrolments. ``progress`` in percent. ``current_lesson`` is the title of the resume point."""

    id: UUID
    course_id: UUID
    title: str
    category: str
    thumbnail_url: str | None
    instructor: str | None
    status: str
    progress: Decimal
    lessons_completed: int
    total_lessons: int
    current_lesson_id: UUID | None
    current_lesson: str | None
    ce_credits: Decimal
    certificate: bool
    certificate_number: str | None
    enrolled_at: datetime
    last_accessed_at: datetime | None
    completed_at: datetime | None
    ends_at: datetime | None
    minutes_spent: int


@dataclass(frozen=True, slots=True)
class LearningTotals:
    """The reader's own figures. ``minutes`` spent and ``credits`` earned over all courses."""

    active: int
    completed: int
    certificates: int
    credits: Decimal
    minutes: int


@dataclass(frozen=True, slots=True)
class Attachment:
    id: UUID
    file_name: str
    file_url: str
    file_type: str
    size: int | None
    description: str | None


@dataclass(frozen=True, slots=True)
class LessonContent:
    """What opening a lesson needs, its progress in the given enrolment included. Positions and times in seconds."""

    id: UUID
    course_id: UUID
    course_title: str
    title: str
    description: str | None
    lesson_type: str
    content_url: str | None
    content_html: str | None
    scorm_version: str | None
    scorm_manifest_url: str | None
    video_provider: str | None
    video_duration_seconds: int | None
    transcript_url: str | None
    enable_video_controls: bool
    allow_download: bool
    completion_criteria: str
    min_time_seconds: int | None
    estimated_duration_minutes: int | None
    progress: str
    time_spent_seconds: int
    video_position_seconds: int
    score: Decimal | None
    attachments: tuple[Attachment, ...]


ACTIVE = ("enrolled", "in_progress")
Instructor = aliased(Member, name="instructor")


def me() -> ColumnElement[UUID]:
    """The reader, looked up once a query."""
    return sa.select(sa.func.lms.current_member_id(type_=sa.Uuid())).scalar_subquery()


def _earliest(*dates: Any) -> ColumnElement[datetime | None]:
    """The first of some dates; Postgres' ``least`` passes over nulls."""
    found: ColumnElement[datetime | None] = sa.func.least(*dates)
    return found


def select_my_enrollments() -> Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Enrollment.id,
            Enrollment.course_id,
            Course.title,
            Course.category,
            Course.thumbnail_url,
            (Instructor.first_name + " " + Instructor.last_name).label("instructor"),
            Enrollment.status,
            Enrollment.progress_percentage.label("progress"),
            Enrollment.lessons_completed,
            Enrollment.total_lessons,
            Enrollment.current_lesson_id,
            Lesson.title.label("current_lesson"),
            Course.ce_credits,
            Course.completion_certificate.label("certificate"),
            Enrollment.certificate_number,
            Enrollment.enrolled_at,
            Enrollment.last_accessed_at,
            Enrollment.completed_at,
            _earliest(Course.course_end_date, Enrollment.cohort_end_date, Enrollment.expires_at).label("ends_at"),
            Enrollment.total_time_spent_minutes.label("minutes_spent"),
        )
        .join(Course, Course.id == Enrollment.course_id)
        .outerjoin(Instructor, Instructor.id == Course.instructor_id)
        .outerjoin(Lesson, Lesson.id == Enrollment.current_lesson_id)
        .where(Enrollment.member_id == me())
        .order_by(
            sa.case(
                (Enrollment.status.in_(ACTIVE), 0), (Enrollment.status == "suspended", 1), (Enrollment.status == "completed", 2), else_=3
            ),
            sa.func.coalesce(Enrollment.last_accessed_at, Enrollment.completed_at, Enrollment.enrolled_at).desc(),
            Enrollment.id,
        )
    )


def list_my_enrollments(session: Session, limit: int = 200) -> tuple[MyEnrollment, ...]:
    """The reader's enrolments: what is under way first, the most recently used on top."""
    return tuple(MyEnrollment(**row) for row in session.execute(select_my_enrollments().limit(limit)).mappings())


def get_learning_totals(session: Session) -> LearningTotals:
    query = (
        sa.select(
            sa.func.count().filter(Enrollment.status.in_(ACTIVE)).label("active"),
            sa.func.count().filter(Enrollment.status == "completed").label("completed"),
            sa.func.count().filter(Enrollment.certificate_issued).label("certificates"),
            sa.func.coalesce(sa.func.sum(Course.ce_credits).filter(Enrollment.status == "completed"), Decimal(0)).label("credits"),
            sa.func.coalesce(sa.func.sum(Enrollment.total_time_spent_minutes), 0).label("minutes"),
        )
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.member_id == me())
    )
    return LearningTotals(**session.execute(query).mappings().one())


def get_lesson(session: Session, lesson_id: UUID, enrollment_id: UUID | None = None) -> LessonContent:
    """A lesson that the reader may open: their own course's, a preview, or one that they teach. Else :class:`NotFound`."""
    progress = LessonProgress
    query = (
        sa.select(
            Lesson.id,
            CourseModule.course_id,
            Course.title.label("course_title"),
            Lesson.title,
            Lesson.description,
            Lesson.lesson_type,
            Lesson.content_url,
            Lesson.content_html,
            Lesson.scorm_version,
            Lesson.scorm_manifest_url,
            Lesson.video_provider,
            Lesson.video_duration_seconds,
            Lesson.transcript_url,
            Lesson.enable_video_controls,
            Lesson.allow_download,
            Lesson.completion_criteria,
            Lesson.min_time_seconds,
            Lesson.estimated_duration_minutes,
            sa.func.coalesce(progress.status, "not_started").label("progress"),
            sa.func.coalesce(progress.time_spent_seconds, 0).label("time_spent_seconds"),
            sa.func.coalesce(progress.video_position_seconds, 0).label("video_position_seconds"),
            progress.scorm_score.label("score"),
        )
        .join(CourseModule, CourseModule.id == Lesson.module_id)
        .join(Course, Course.id == CourseModule.course_id)
        .outerjoin(progress, sa.and_(progress.lesson_id == Lesson.id, progress.enrollment_id == enrollment_id))
        .where(Lesson.id == lesson_id)
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(_("This lesson does not exist, or you may not open it yet."))
    attachments = session.execute(
        sa.select(
            LessonAttachment.id,
            LessonAttachment.file_name,
            LessonAttachment.file_url,
            LessonAttachment.file_type,
            LessonAttachment.file_size_bytes,
            LessonAttachment.description,
        )
        .where(LessonAttachment.lesson_id == lesson_id)
        .order_by(LessonAttachment.attachment_order, LessonAttachment.file_name)
    )
    return LessonContent(**row, attachments=tuple(Attachment(*attachment) for attachment in attachments))


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something of the reader's with a date ahead. ``kind``: ``course``, ``assignment``, ``quiz`` or ``live_session``."""

    kind: str
    id: UUID
    title: str
    course_id: UUID
    course_title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recommendation:
    course_id: UUID
    title: str
    category: str
    instructor: str | None
    ce_credits: Decimal
    minutes: int | None
    rating: Decimal | None


@dataclass(frozen=True, slots=True)
class MyCertificate:
    """A certificate of the reader's, as printed. ``state``: ``valid``, ``revoked``, ``superseded`` or ``expired``."""

    id: UUID
    number: str
    enrollment_id: UUID
    course_title: str
    ce_credits: Decimal
    completed_at: datetime
    issued_at: datetime
    expires_at: datetime | None
    state: str


def list_deadlines(session: Session, days: int = 60, limit: int = 8) -> tuple[Deadline, ...]:
    """What is due for the reader in the next ``days``, the soonest first: ends of courses, assignments without a submission, quizzes
    without a graded attempt, live sessions."""
    mine = (
        sa.select(Enrollment.id.label("enrollment_id"), Course.id.label("course_id"), Course.title.label("course_title"))
        .add_columns(_earliest(Course.course_end_date, Enrollment.cohort_end_date, Enrollment.expires_at).label("ends_at"))
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.member_id == me(), Enrollment.status.in_(ACTIVE))
        .cte("mine")
    )

    def row(kind: str, id: Any, title: Any, at: Any) -> Select[*tuple[Any, ...]]:
        return sa.select(
            sa.literal(kind).label("kind"), id.label("id"), title.label("title"), mine.c.course_id, mine.c.course_title, at.label("at")
        )

    # By name: learners may read some columns only, and EXISTS (SELECT *) asks for all.
    handed_in = (
        sa.select(AssignmentSubmission.id)
        .where(AssignmentSubmission.assignment_id == Assignment.id, AssignmentSubmission.enrollment_id == mine.c.enrollment_id)
        .exists()
    )
    attempted = (
        sa.select(QuizAttempt.id)
        .where(
            QuizAttempt.quiz_id == Quiz.id,
            QuizAttempt.enrollment_id == mine.c.enrollment_id,
            QuizAttempt.status.in_(("submitted", "graded")),
        )
        .exists()
    )
    due = sa.union_all(
        row("course", mine.c.course_id, mine.c.course_title, mine.c.ends_at).select_from(mine),
        row("assignment", Assignment.id, Assignment.title, Assignment.due_date)
        .join(Assignment, Assignment.course_id == mine.c.course_id)
        .where(~handed_in),
        row("quiz", Quiz.id, Quiz.title, Quiz.available_until).join(Quiz, Quiz.course_id == mine.c.course_id).where(~attempted),
        row("live_session", LiveSession.id, LiveSession.title, LiveSession.session_date)
        .join(LiveSession, LiveSession.course_id == mine.c.course_id)
        .where(LiveSession.status == "scheduled"),
    ).subquery("due")
    query = (
        sa.select(due)
        .where(due.c.at > sa.func.now(), due.c.at < sa.func.now() + sa.func.make_interval(0, 0, 0, days))
        .order_by(due.c.at, due.c.id)
        .limit(limit)
    )
    return tuple(Deadline(**found) for found in session.execute(query).mappings())


def list_recommendations(session: Session, limit: int = 4) -> tuple[Recommendation, ...]:
    """Courses that the reader may take and has not: those of the categories they learn in first, then what others rate and take most."""
    taken = sa.select(Enrollment.course_id, Course.category).join(Course).where(Enrollment.member_id == me()).cte("taken")
    open_window = sa.and_(
        Course.allow_enrollment,
        sa.or_(Course.enrollment_start_date.is_(None), Course.enrollment_start_date <= sa.func.now()),
        sa.or_(Course.enrollment_end_date.is_(None), Course.enrollment_end_date > sa.func.now()),
    )
    query = (
        sa.select(
            Course.id.label("course_id"),
            Course.title,
            Course.category,
            (Instructor.first_name + " " + Instructor.last_name).label("instructor"),
            Course.ce_credits,
            Course.estimated_duration_minutes.label("minutes"),
            Course.avg_rating.label("rating"),
        )
        .outerjoin(Instructor, Instructor.id == Course.instructor_id)
        .where(Course.status == "published", open_window, Course.id.not_in(sa.select(taken.c.course_id)))
        .order_by(
            Course.category.in_(sa.select(taken.c.category)).desc(),
            Course.avg_rating.desc().nulls_last(),
            Course.total_enrollments.desc(),
            Course.id,
        )
        .limit(limit)
    )
    return tuple(Recommendation(**row) for row in session.execute(query).mappings())


def list_my_certificates(session: Session, limit: int = 50) -> tuple[MyCertificate, ...]:
    """The reader's certificates, the newest first."""
    expired = sa.and_(Certificate.status == "valid", Certificate.expires_at <= sa.func.now())
    query = (
        sa.select(
            Certificate.id,
            Certificate.certificate_number.label("number"),
            Certificate.enrollment_id,
            Certificate.course_title,
            Certificate.ce_credits,
            Certificate.completed_at,
            Certificate.issued_at,
            Certificate.expires_at,
            sa.case((expired, "expired"), else_=Certificate.status).label("state"),
        )
        .where(Certificate.member_id == me())
        .order_by(Certificate.issued_at.desc(), Certificate.id)
        .limit(limit)
    )
    return tuple(MyCertificate(**row) for row in session.execute(query).mappings())


@dataclass(frozen=True, slots=True)
class MemberEnrollment:
    """An enrolment of some member, for staff. ``progress`` in percent."""

    id: UUID
    course_id: UUID
    title: str
    status: str
    progress: Decimal
    certificate_number: str | None


def list_member_enrollments(session: Session, member_id: UUID, limit: int = 30) -> tuple[MemberEnrollment, ...]:
    """The courses of a member that the reader may see, the latest first."""
    query = (
        sa.select(
            Enrollment.id,
            Enrollment.course_id,
            Course.title,
            Enrollment.status,
            Enrollment.progress_percentage,
            Enrollment.certificate_number,
        )
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.member_id == member_id)
        .order_by(Enrollment.enrolled_at.desc(), Enrollment.id)
        .limit(limit)
    )
    return tuple(MemberEnrollment(*row) for row in session.execute(query))


@dataclass(frozen=True, slots=True)
class LearnerKey:
    """Where a learner stands in the list: by last name, first name and id."""

    last_name: str
    first_name: str
    id: UUID


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """Somebody who takes courses of the reader's. ``progress`` is the mean over those courses, in percent."""

    id: UUID
    first_name: str
    last_name: str
    organization: str | None
    courses: int
    completed: int
    progress: Decimal
    last_seen: datetime | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


LEARNER_ORDER = (Member.last_name, Member.first_name, Member.id)


def _learners(text: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    """``columns`` of those enrolled in a course that the reader teaches, each person once."""
    # As an array: joined, the planner takes the learners for ten and asks row security about each pair.
    learners = sa.select(Enrollment.member_id).where(taught_by_me(Enrollment.course_id)).scalar_subquery()
    query = sa.select(*columns).select_from(Member).where(Member.id == sa.any_(sa.func.array(learners)))
    for word in text.split():
        name = Member.first_name + " " + Member.last_name
        query = query.where(sa.or_(name.icontains(word, autoescape=True), Member.organization.icontains(word, autoescape=True)))
    return query


def page_learners(session: Session, text: str = "", after: LearnerKey | None = None, limit: int = 100) -> tuple[LearnerRow, ...]:
    """The ``limit`` learners that follow ``after``. Every word of ``text`` must occur in the name or the organization."""
    found = _learners(text, Member.id, Member.first_name, Member.last_name, Member.organization)
    if after is not None:
        found = found.where(
            sa.tuple_(*LEARNER_ORDER) > sa.tuple_(sa.literal(after.last_name), sa.literal(after.first_name), sa.literal(after.id))
        )
    page = found.order_by(*LEARNER_ORDER).limit(limit).subquery("page")
    query = (
        sa.select(
            page.c.id,
            page.c.first_name,
            page.c.last_name,
            page.c.organization,
            sa.func.count().label("courses"),
            sa.func.count().filter(Enrollment.status == "completed").label("completed"),
            sa.func.round(sa.func.avg(Enrollment.progress_percentage), 0).label("progress"),
            sa.func.max(Enrollment.last_accessed_at).label("last_seen"),
        )
        .select_from(page)
        .join(Enrollment, Enrollment.member_id == page.c.id)
        .where(taught_by_me(Enrollment.course_id))
        .group_by(page.c.id, page.c.first_name, page.c.last_name, page.c.organization)
        .order_by(page.c.last_name, page.c.first_name, page.c.id)
    )
    return tuple(LearnerRow(**row) for row in session.execute(query).mappings())


def count_learners(session: Session, text: str = "") -> int:
    count: int = session.execute(_learners(text, sa.func.count())).scalar_one()
    return count


def list_learner_keys(session: Session, text: str, page_size: int) -> tuple[LearnerKey, ...]:
    """The key of the last row of each full page."""
    numbered = _learners(text, *LEARNER_ORDER, sa.func.row_number().over(order_by=LEARNER_ORDER).label("number")).subquery()
    query = (
        sa.select(numbered.c.last_name, numbered.c.first_name, numbered.c.id)
        .where(numbered.c.number % page_size == 0)
        .order_by(numbered.c.number)
    )
    return tuple(LearnerKey(*row) for row in session.execute(query))


@dataclass(frozen=True, slots=True)
class EnrollmentTerms:
    """What enrolling in a course means for the reader, before they do, in US dollars.

    ``problem`` is the server's code of what keeps them out, None where nothing does; ``missing`` are titles of courses to complete first.
    ``paid`` was paid for it earlier, ``pending`` is what waits for an administrator. ``seats_left`` is None where there is no limit.
    """

    problem: str | None
    missing: tuple[str, ...]
    price: Decimal
    paid: Decimal
    seats_left: int | None
    pending: Decimal | None

    @property
    def due(self) -> Decimal:
        return max(self.price - self.paid, Decimal(0))


def get_enrollment_terms(session: Session, course_id: UUID) -> EnrollmentTerms | None:
    """None for what is not in the catalogue."""
    row = session.execute(sa.text("SELECT * FROM lms.enrollment_terms(:course)"), {"course": course_id}).mappings().one_or_none()
    return EnrollmentTerms(**{**row, "missing": tuple(row["missing"])}) if row is not None else None
