"""The figures of Home: what waits for whoever teaches, proctors or administers. Row-level security narrows each to what is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.queries import CANDIDATE, page_due, select_due
from desktop.courses.queries import taught_by_me
from desktop.models.assessment import Assignment, AssignmentSubmission, Quiz, QuizAttempt
from desktop.models.certificates import Certificate
from desktop.models.courses import Course
from desktop.models.learning import CourseCompletion, Enrollment, LiveSession
from desktop.models.people import Member, MemberLogin, Transaction


@dataclass(frozen=True, slots=True)
class TaughtCourse:
    """A course that the reader teaches. ``completion_rate`` in percent."""

    id: UUID
    title: str
    category: str
    status: str
    active: int
    completions: int
    completion_rate: Decimal
    rating: Decimal | None


@dataclass(frozen=True, slots=True)
class TeachingTotals:
    """Over all courses that the reader teaches. ``to_grade``: submissions and quiz attempts that wait for a grade."""

    courses: int
    drafts: int
    active: int
    to_grade: int


@dataclass(frozen=True, slots=True)
class Completion:
    enrollment_id: UUID
    learner: str
    course_id: UUID
    course_title: str
    completed_at: datetime
    grade: Decimal | None


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervised event ahead. ``kind``: ``exam`` (a final exam that opens or closes) or ``live_session``."""

    kind: str
    id: UUID
    title: str
    course_id: UUID
    course_title: str
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that an administrator has yet to confirm. ``amount`` in ``currency``."""

    transaction_id: UUID
    enrollment_id: UUID | None
    member: str
    course_title: str | None
    amount: Decimal
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CertificateDue:
    """A completed enrolment of a course that issues certificates, without one."""

    enrollment_id: UUID
    member: str
    course_title: str
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for an administrator."""

    payments: int
    without_login: int
    certificates_due: int
    under_review: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure per week, the oldest first; the last week is the current one."""

    name: str
    weeks: tuple[int, ...]

    @property
    def current(self) -> int:
        return self.weeks[-1]

    @property
    def change(self) -> int | None:
        """Of the last whole week against the one before, in percent; None where there is nothing to compare."""
        last, before = self.weeks[-2], self.weeks[-3]
        return round(100 * (last - before) / before) if before else None


WEEKS = 12
DAYS_AHEAD = 30


def _name(member: type[Member]) -> sa.ColumnElement[str]:
    return member.first_name + " " + member.last_name


def list_taught_courses(session: Session, limit: int = 6) -> tuple[TaughtCourse, ...]:
    """What the reader teaches, the busiest first."""
    query = (
        sa.select(
            Course.id,
            Course.title,
            Course.category,
            Course.status,
            Course.active_enrollments,
            Course.completion_count,
            Course.completion_rate,
            Course.avg_rating,
        )
        .where(taught_by_me(Course.id), Course.status != "archived")
        .order_by((Course.status == "published").desc(), Course.active_enrollments.desc(), Course.title, Course.id)
        .limit(limit)
    )
    return tuple(TaughtCourse(*row) for row in session.execute(query))


def get_teaching_totals(session: Session) -> TeachingTotals:
    courses = (
        sa.select(
            sa.func.count().filter(Course.status == "published"),
            sa.func.count().filter(Course.status.in_(("draft", "under_review"))),
            sa.func.coalesce(sa.func.sum(Course.active_enrollments), 0),
        )
        .where(taught_by_me(Course.id))
        .subquery()
    )
    submissions = (
        sa.select(sa.func.count())
        .select_from(AssignmentSubmission)
        .join(Assignment, Assignment.id == AssignmentSubmission.assignment_id)
        .where(taught_by_me(Assignment.course_id), AssignmentSubmission.status.in_(("submitted", "grading")))
        .scalar_subquery()
    )
    attempts = (
        sa.select(sa.func.count())
        .select_from(QuizAttempt)
        .join(Quiz, Quiz.id == QuizAttempt.quiz_id)
        .where(taught_by_me(Quiz.course_id), QuizAttempt.status == "submitted")
        .scalar_subquery()
    )
    row: sa.Row[*tuple[int, ...]] = session.execute(sa.select(*courses.c, submissions + attempts)).one()
    return TeachingTotals(row[0], row[1], row[2], row[3])


def list_recent_completions(session: Session, limit: int = 6) -> tuple[Completion, ...]:
    """Who completed a course of the reader's last."""
    # The few first: row security knows a member's name from a list of thousands.
    last = (
        sa.select(CourseCompletion)
        .where(taught_by_me(CourseCompletion.course_id))
        .order_by(CourseCompletion.completed_at.desc(), CourseCompletion.id)
        .limit(limit)
        .cte("last")
        .prefix_with("MATERIALIZED")
    )
    query = (
        sa.select(last.c.enrollment_id, _name(Member), Course.id, Course.title, last.c.completed_at, last.c.final_grade)
        .join(Member, Member.id == last.c.member_id)
        .join(Course, Course.id == last.c.course_id)
        .order_by(last.c.completed_at.desc(), last.c.id)
    )
    return tuple(Completion(*row) for row in session.execute(query))


def list_supervised(session: Session, limit: int = 10) -> tuple[Supervised, ...]:
    """Final exams and live sessions of the next :data:`DAYS_AHEAD` days that the reader may see, the soonest first."""
    now = sa.func.now()
    ahead = now + sa.func.make_interval(0, 0, 0, DAYS_AHEAD)
    exams = (
        sa.select(
            sa.literal("exam").label("kind"),
            Quiz.id,
            Quiz.title,
            Quiz.course_id,
            Course.title.label("course_title"),
            sa.func.greatest(Quiz.available_from, now).label("at"),
            Quiz.available_until.label("until"),
        )
        .join(Course, Course.id == Quiz.course_id)
        .where(
            Quiz.quiz_type == "final_exam", Quiz.available_from < ahead, sa.or_(Quiz.available_until.is_(None), Quiz.available_until > now)
        )
    )
    sessions = (
        sa.select(
            sa.literal("live_session").label("kind"),
            LiveSession.id,
            LiveSession.title,
            LiveSession.course_id,
            Course.title.label("course_title"),
            LiveSession.session_date.label("at"),
            (LiveSession.session_date + sa.func.make_interval(0, 0, 0, 0, 0, LiveSession.duration_minutes)).label("until"),
        )
        .join(Course, Course.id == LiveSession.course_id)
        .where(
            LiveSession.status.in_(("scheduled", "in_progress")),
            LiveSession.session_date.between(now - sa.func.make_interval(0, 0, 0, 1), ahead),
        )
    )
    events = sa.union_all(exams, sessions).subquery("events")
    query = sa.select(events).order_by(events.c.at, events.c.id).limit(limit)
    return tuple(Supervised(**row) for row in session.execute(query).mappings())


def get_waiting(session: Session) -> Waiting:
    """For administrators, in one round trip."""
    payments = sa.select(sa.func.count()).select_from(Transaction).where(Transaction.status == "pending").scalar_subquery()
    without_login = (
        sa.select(sa.func.count())
        .select_from(Member)
        .where(Member.status == "active", ~sa.exists().where(MemberLogin.member_id == Member.id))
        .scalar_subquery()
    )
    due = sa.select(sa.func.count()).select_from(select_due("", CANDIDATE.c.enrollment_id).subquery()).scalar_subquery()
    review = sa.select(sa.func.count()).select_from(Course).where(Course.status == "under_review").scalar_subquery()
    return Waiting(*session.execute(sa.select(payments, without_login, due, review)).one())


def list_pending_payments(session: Session, limit: int = 5) -> tuple[Payment, ...]:
    """The oldest first."""
    query = (
        sa.select(
            Transaction.id,
            Enrollment.id,
            _name(Member),
            Course.title,
            Transaction.amount,
            Transaction.currency,
            Transaction.created_at,
        )
        .join(Member, Member.id == Transaction.member_id)
        .outerjoin(Enrollment, Enrollment.transaction_id == Transaction.id)
        .outerjoin(Course, Course.id == Enrollment.course_id)
        .where(Transaction.status == "pending")
        .order_by(Transaction.created_at, Transaction.id)
        .limit(limit)
    )
    return tuple(Payment(*row) for row in session.execute(query))


def list_certificates_due(session: Session, limit: int = 5) -> tuple[CertificateDue, ...]:
    """The ones that have waited longest first."""
    rows = page_due(session, limit=limit)
    return tuple(CertificateDue(row.enrollment_id, row.member_name, row.course_title, row.completed_at) for row in rows)


def list_trends(session: Session, weeks: int = WEEKS) -> tuple[Trend, ...]:
    """Enrolments, completions, certificates and sign-ups of new members by week, in one query."""
    first = sa.func.date_trunc("week", sa.func.now()) - sa.func.make_interval(0, 0, weeks - 1)
    sources = {
        "enrollments": Enrollment.enrolled_at,
        "completions": CourseCompletion.completed_at,
        "certificates": Certificate.issued_at,
        "members": Member.created_at,
    }
    counted = sa.union_all(
        *(
            sa.select(sa.literal(name).label("name"), sa.func.date_trunc("week", moment).label("week"), sa.func.count().label("n"))
            .where(moment >= first)
            .group_by(sa.text("2"))
            for name, moment in sources.items()
        )
    ).subquery("counted")
    start: date = session.execute(sa.select(sa.cast(first, sa.Date))).scalar_one()
    found: dict[str, list[int]] = {name: [0] * weeks for name in sources}
    for name, week, n in session.execute(sa.select(counted.c.name, sa.cast(counted.c.week, sa.Date), counted.c.n)):
        found[name][(week - start).days // 7] = n
    return tuple(Trend(name, tuple(values)) for name, values in found.items())
