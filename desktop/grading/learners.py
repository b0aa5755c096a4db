"""The learners of an assignment: their own dates, what they handed in, and how far they are with reviewing each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from desktop.models.assessment import Assignment, AssignmentReview, AssignmentSubmission
from desktop.models.grading import AssignmentExtension
from desktop.models.learning import Enrollment
from desktop.models.people import Member

GONE = ("dropped", "expired", "suspended")


@dataclass(frozen=True, slots=True)
class LearnerKey:
    """Where a learner stands in the list: by last name, first name and enrolment."""

    last_name: str
    first_name: str
    enrollment: UUID


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """``due``, ``until`` and ``extra`` attempts are of an extension alone. Of reviews: what they wrote of what they were dealt, and what
    they got; ``average`` is of the points that peers gave, and not told while nobody may know whose work is whose."""

    enrollment: UUID
    member: UUID
    first_name: str
    last_name: str
    due: datetime | None
    until: datetime | None
    extra: int
    reason: str
    submission: UUID | None
    """The last one."""
    handed: int
    last_at: datetime | None
    late_seconds: int
    dealt: int
    written: int
    received: int
    average: Decimal | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def extended(self) -> bool:
        return self.due is not None or self.until is not None or self.extra > 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What the page of learners says of the assignment itself."""

    id: UUID
    course_id: UUID
    title: str
    due: datetime | None
    until: datetime | None
    submissions: int
    peer_review: bool
    reviews_required: int


LEARNER_ORDER = (Member.last_name, Member.first_name, Enrollment.id)


def get_terms(session: Session, assignment: UUID) -> Terms | None:
    row = session.get(Assignment, assignment)
    if row is None:
        return None
    return Terms(
        row.id,
        row.course_id,
        row.title,
        row.due_date,
        row.late_until,
        row.max_submissions,
        row.enable_peer_review,
        row.peer_reviews_required,
    )


def _learners(assignment: UUID, text: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    course = sa.select(Assignment.course_id).where(Assignment.id == assignment).scalar_subquery()
    query = (
        sa.select(*columns)
        .select_from(Enrollment)
        .join(Member, Member.id == Enrollment.member_id)
        .where(Enrollment.course_id == course, Enrollment.status.not_in(GONE))
    )
    for word in text.split():
        query = query.where((Member.first_name + " " + Member.last_name).icontains(word, autoescape=True))
    return query


def count_assignment_learners(session: Session, assignment: UUID, text: str = "") -> int:
    count: int = session.execute(_learners(assignment, text, sa.func.count())).scalar_one()
    return count


def list_assignment_learner_keys(session: Session, assignment: UUID, text: str, page_size: int) -> tuple[LearnerKey, ...]:
    """The key of the last row of each full page."""
    number = sa.func.row_number().over(order_by=LEARNER_ORDER).label("number")
    numbered = _learners(assignment, text, *LEARNER_ORDER, number).subquery()
    query = (
        sa.select(numbered.c.last_name, numbered.c.first_name, numbered.c.id)
        .where(numbered.c.number % page_size == 0)
        .order_by(numbered.c.number)
    )
    return tuple(LearnerKey(*row) for row in session.execute(query))


def page_assignment_learners(
    session: Session, assignment: UUID, text: str = "", after: LearnerKey | None = None, limit: int = 100
) -> tuple[LearnerRow, ...]:
    """The ``limit`` learners that follow ``after``. Every word of ``text`` must occur in the name."""
    found = _learners(assignment, text, Enrollment.id, Enrollment.member_id, Member.first_name, Member.last_name)
    if after is not None:
        behind = sa.tuple_(sa.literal(after.last_name), sa.literal(after.first_name), sa.literal(after.enrollment))
        found = found.where(sa.tuple_(*LEARNER_ORDER) > behind)
    page = found.order_by(*LEARNER_ORDER).limit(limit).subquery("page")
    anonymous = sa.select(Assignment.anonymous_grading).where(Assignment.id == assignment).scalar_subquery()
    handed = (
        sa.select(
            sa.func.count().label("handed"),
            sa.func.array_agg(aggregate_order_by(AssignmentSubmission.id, AssignmentSubmission.submission_number.desc()))[1].label(
                "submission"
            ),
            sa.func.max(AssignmentSubmission.submitted_at).label("last_at"),
            sa.func.coalesce(
                sa.func.array_agg(aggregate_order_by(AssignmentSubmission.late_seconds, AssignmentSubmission.submission_number.desc()))[1],
                0,
            ).label("late_seconds"),
        )
        .where(AssignmentSubmission.assignment_id == assignment, AssignmentSubmission.enrollment_id == page.c.id)
        .lateral("handed")
    )
    of_it, theirs = aliased(AssignmentSubmission), aliased(AssignmentSubmission)
    peers = AssignmentReview.review_type == "peer"
    submitted = AssignmentReview.status == "submitted"
    dealt = (
        sa.select(sa.func.count().label("dealt"), sa.func.count().filter(submitted).label("written"))
        .select_from(AssignmentReview)
        .join(of_it, of_it.id == AssignmentReview.submission_id)
        .where(peers, AssignmentReview.reviewer_id == page.c.member_id, of_it.assignment_id == assignment)
        .lateral("dealt")
    )
    received = (
        sa.select(sa.func.count().label("received"), sa.func.round(sa.func.avg(AssignmentReview.score), 2).label("average"))
        .select_from(AssignmentReview)
        .join(theirs, theirs.id == AssignmentReview.submission_id)
        .where(peers, submitted, theirs.enrollment_id == page.c.id, theirs.assignment_id == assignment)
        .lateral("received")
    )
    own = AssignmentExtension
    query = (
        sa.select(
            page.c.id.label("enrollment"),
            page.c.member_id.label("member"),
            page.c.first_name,
            page.c.last_name,
            own.due_date.label("due"),
            own.late_until.label("until"),
            sa.func.coalesce(own.submissions, 0).label("extra"),
            sa.func.coalesce(own.reason, "").label("reason"),
            handed.c.submission,
            handed.c.handed,
            handed.c.last_at,
            handed.c.late_seconds,
            dealt.c.dealt,
            dealt.c.written,
            received.c.received,
            sa.case((sa.not_(anonymous), received.c.average)).label("average"),
        )
        .select_from(page)
        .outerjoin(own, sa.and_(own.assignment_id == assignment, own.enrollment_id == page.c.id))
        .join(handed, sa.true())
        .join(dealt, sa.true())
        .join(received, sa.true())
        .order_by(page.c.last_name, page.c.first_name, page.c.id)
    )
    return tuple(LearnerRow(**row) for row in session.execute(query).mappings())
