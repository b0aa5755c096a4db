"""What became of each course in a period: for the table below the key figures, and for a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.courses.queries import taught_by_me
from desktop.i18n import _
from desktop.models.courses import Course
from desktop.models.learning import Enrollment
from desktop.models.people import Member
from desktop.reports.period import Period
from desktop.spreadsheets import Cell


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """A course in a period. ``completion_rate`` in percent of all its enrolments ever; ``revenue`` of those that began in the period."""

    id: UUID
    title: str
    category: str
    instructor: str | None
    enrollments: int
    completions: int
    active: int
    completion_rate: Decimal
    hours: Decimal
    rating: Decimal | None
    revenue: Decimal


def list_course_figures(session: Session, period: Period, *, whole: bool) -> tuple[CourseFigures, ...]:
    """The courses that anything happened in, those with the most enrolments first. ``whole``: all of them, else those of the reader's."""
    start, end = period.starts(), period.ends()
    began = sa.and_(Enrollment.enrolled_at >= start, Enrollment.enrolled_at < end)
    ended = sa.and_(Enrollment.completed_at >= start, Enrollment.completed_at < end)
    seen = sa.and_(Enrollment.last_accessed_at >= start, Enrollment.last_accessed_at < end)
    minutes = sa.func.sum(Enrollment.total_time_spent_minutes)
    happened = (
        sa.select(
            Enrollment.course_id,
            sa.func.count().filter(began).label("enrollments"),
            sa.func.count().filter(ended).label("completions"),
            sa.func.count().filter(Enrollment.status.in_(("enrolled", "in_progress"))).label("active"),
            sa.func.round(Decimal(100) * sa.func.count(Enrollment.completed_at) / sa.func.count(), 1).label("completion_rate"),
            sa.func.round(sa.func.coalesce(minutes.filter(seen), 0) / Decimal(60), 1).label("hours"),
            sa.func.coalesce(sa.func.sum(Enrollment.amount_paid).filter(began), Decimal(0)).label("revenue"),
            sa.func.bool_or(sa.or_(began, ended, seen)).label("any"),
        )
        .where(sa.true() if whole else taught_by_me(Enrollment.course_id))
        .group_by(Enrollment.course_id)
        .subquery("happened")
    )
    query = (
        sa.select(
            Course.id,
            Course.title,
            Course.category,
            (Member.first_name + " " + Member.last_name).label("instructor"),
            happened.c.enrollments,
            happened.c.completions,
            happened.c.active,
            happened.c.completion_rate,
            happened.c.hours,
            Course.avg_rating.label("rating"),
            happened.c.revenue,
        )
        .join(happened, happened.c.course_id == Course.id)
        .outerjoin(Member, Member.id == Course.instructor_id)
        .where(happened.c.any)
        .order_by(happened.c.enrollments.desc(), Course.title, Course.id)
    )
    return tuple(CourseFigures(**row) for row in session.execute(query).mappings())


def table(courses: Sequence[CourseFigures]) -> list[list[Cell]]:
    """As lines of a spreadsheet."""
    head: list[Cell] = [
        _("Course"), _("Instructor"), _("Enrolments"), _("Completions"), _("Active now"), _("Completion rate"), _("Learning hours"),
        _("Rating"), _("Revenue"),
    ]  # fmt: skip
    lines: list[list[Cell]] = [head]
    for row in courses:
        lines.append([row.title, row.instructor, row.enrollments, row.completions, row.active, row.completion_rate, row.hours, row.rating])
        lines[-1].append(row.revenue)
    return lines
