"""Key figures of a period beside those of the period before, for the association or for the courses that an instructor teaches.

What each figure means is written in docs/reports.md. The targets are the document's ("Target Metrics"): those for a year count by the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from desktop.courses.queries import taught_by_me
from desktop.models.certificates import Certificate
from desktop.models.courses import CourseModule, Lesson
from desktop.models.learning import CourseReview, Enrollment, LessonProgress
from desktop.models.people import Transaction
from desktop.reports.period import BUCKETS, Period

YEAR = Decimal(365)
COMPLETION_TARGET = Decimal(70)
"""Percent of those who enrol."""
YEARLY_TARGETS = {"certificates": Decimal(5_000), "hours": Decimal(50_000), "revenue": Decimal(500_000)}
COHORT = timedelta(days=365)
"""The completion rate is about those who enrolled in so long a time before the end of the period."""


class Unit(Enum):
    COUNT = "count"
    PERCENT = "percent"
    HOURS = "hours"
    MONEY = "money"
    STARS = "stars"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure. ``value`` is None where there is nothing to compute it from. ``parts`` are its values in the twelve parts of the period,
    oldest first; empty for a figure that is about a moment."""

    name: str
    unit: Unit
    value: Decimal | None
    before: Decimal | None
    target: Decimal | None = None
    parts: tuple[Decimal, ...] = ()

    @property
    def change(self) -> Decimal | None:
        """In percent of the value before; for percentages and stars the difference."""
        if self.value is None or self.before is None:
            return None
        if self.unit in (Unit.PERCENT, Unit.STARS):
            return self.value - self.before
        return None if self.before == 0 else (self.value - self.before) * 100 / self.before


def list_kpis(session: Session, period: Period, *, whole: bool) -> tuple[Kpi, ...]:
    """All figures. ``whole``: of the association, which only administrators are shown; else of the courses that the reader teaches."""
    now, then = (_figures(session, span, whole=whole) for span in (period, period.before))

    def kpi(name: str, unit: Unit, target: Decimal | None = None) -> Kpi:
        values, parts = now[name]
        yearly = YEARLY_TARGETS.get(name)
        if yearly is not None and whole:
            target = (yearly * period.days / YEAR).quantize(Decimal(1))
        return Kpi(name, unit, values, then[name][0], target, parts)

    found = [
        kpi("enrollments", Unit.COUNT),
        kpi("learners", Unit.COUNT),
        kpi("completions", Unit.COUNT),
        kpi("completion_rate", Unit.PERCENT, COMPLETION_TARGET),
        kpi("certificates", Unit.COUNT),
        kpi("hours", Unit.HOURS),
        kpi("video", Unit.PERCENT),
        kpi("rating", Unit.STARS),
    ]
    if whole:
        found.insert(6, kpi("revenue", Unit.MONEY))
    return tuple(found)


type Figure = tuple[Decimal | None, tuple[Decimal, ...]]


def _figures(session: Session, period: Period, *, whole: bool) -> Mapping[str, Figure]:
    start, end = period.starts(), period.ends()

    def mine(course: Any) -> ColumnElement[bool]:
        return sa.true() if whole else taught_by_me(course)

    def inside(moment: Any) -> ColumnElement[bool]:
        return sa.and_(moment >= start, moment < end)

    lessons = (
        sa.select(Lesson.id, Lesson.lesson_type, CourseModule.course_id)
        .join(CourseModule, CourseModule.id == Lesson.module_id)
        .where(mine(CourseModule.course_id))
        .subquery("lessons")
    )
    seen = sa.func.coalesce(LessonProgress.last_accessed_at, LessonProgress.completed_at)
    sums: dict[str, tuple[Any, ColumnElement[Any], Select[Any]]] = {
        "enrollments": (Enrollment.enrolled_at, sa.func.count(), sa.select().select_from(Enrollment).where(mine(Enrollment.course_id))),
        "completions": (Enrollment.completed_at, sa.func.count(), sa.select().select_from(Enrollment).where(mine(Enrollment.course_id))),
        "certificates": (Certificate.issued_at, sa.func.count(), sa.select().select_from(Certificate).where(mine(Certificate.course_id))),
        "hours": (
            seen,
            sa.func.sum(LessonProgress.time_spent_seconds) / Decimal(3600),
            sa.select().select_from(LessonProgress).join(lessons, lessons.c.id == LessonProgress.lesson_id),
        ),
    }
    if whole:
        sums["revenue"] = (
            sa.func.coalesce(Transaction.confirmed_at, Transaction.created_at),
            sa.func.sum(Transaction.amount),
            sa.select()
            .select_from(Transaction)
            .where(Transaction.status == "completed", Transaction.transaction_type == "course_purchase"),
        )
    found: dict[str, Figure] = {
        name: _summed(session, source, moment, amount, start, end) for name, (moment, amount, source) in sums.items()
    }
    found["learners"] = _one(
        session,
        sa.select(sa.func.count(Enrollment.member_id.distinct())).where(
            mine(Enrollment.course_id), Enrollment.last_accessed_at >= start, Enrollment.enrolled_at < end
        ),
    )
    cohort = sa.and_(Enrollment.enrolled_at >= end - COHORT, Enrollment.enrolled_at < end)
    found["completion_rate"] = _one(
        session,
        sa.select(
            sa.func.round(Decimal(100) * sa.func.count().filter(Enrollment.completed_at < end) / sa.func.nullif(sa.func.count(), 0), 1)
        ).where(mine(Enrollment.course_id), cohort),
    )
    found["video"] = _one(
        session,
        sa.select(sa.func.round(sa.func.avg(LessonProgress.video_completion_percentage), 1))
        .join(lessons, lessons.c.id == LessonProgress.lesson_id)
        .where(lessons.c.lesson_type == "video", inside(seen)),
    )
    found["rating"] = _one(
        session,
        sa.select(sa.func.round(sa.func.avg(CourseReview.rating), 2)).where(
            mine(CourseReview.course_id), CourseReview.is_approved, inside(CourseReview.created_at)
        ),
    )
    return found


def _summed(
    session: Session, source: Select[Any], moment: ColumnElement[Any], amount: ColumnElement[Any], start: datetime, end: datetime
) -> Figure:
    """A sum over the period, and over each of its parts."""
    second = sa.func.extract("epoch", moment)
    part = sa.func.width_bucket(second, sa.literal(start.timestamp()), sa.literal(end.timestamp()), BUCKETS).label("part")
    query = source.add_columns(part, amount.label("amount")).where(moment >= start, moment < end).group_by(sa.text("part"))
    parts = [Decimal(0)] * BUCKETS
    for number, sum_ in session.execute(query):
        parts[int(number) - 1] = Decimal(sum_ or 0)
    return sum(parts, Decimal(0)), tuple(parts)


def _one(session: Session, query: Select[Any]) -> Figure:
    value = session.execute(query).scalar_one()
    return (None if value is None else Decimal(value)), ()
