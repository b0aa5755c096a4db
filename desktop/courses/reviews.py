"""What learners say of a course: one's own review, votes of others, and the queue of an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.errors import NotFound
from desktop.i18n import N_, _
from desktop.models.courses import Course
from desktop.models.learning import CourseReview, ReviewVote
from desktop.models.people import Member

CHANGED = Changes.of("course_reviews", "courses")
LONGEST_TITLE, LONGEST_TEXT = 200, 5000
"""Characters."""


class Standing(Enum):
    """Where a review is: it waits for an administrator, is shown to everybody, or is not."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OwnReview:
    rating: int
    title: str | None
    text: str | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class QueuedReview:
    """A review as an administrator reads it."""

    id: UUID
    course_id: UUID
    course_title: str
    author: str
    rating: int
    title: str | None
    text: str | None
    featured: bool
    helpful: int
    not_helpful: int
    created_at: datetime
    updated_at: datetime


def _standing() -> sa.ColumnElement[str]:
    return sa.case(
        (CourseReview.is_approved, Standing.APPROVED.value),
        (CourseReview.moderated_at.is_(None), Standing.WAITING.value),
        else_=Standing.REFUSED.value,
    )


def get_own_review(session: Session, course_id: UUID) -> OwnReview | None:
    """The reader's review of a course, if they wrote one."""
    query = sa.select(CourseReview.rating, CourseReview.title, CourseReview.review_text, _standing()).where(
        CourseReview.course_id == course_id, CourseReview.member_id == sa.func.lms.current_member_id(type_=sa.Uuid())
    )
    row = session.execute(query).one_or_none()
    return None if row is None else OwnReview(row[0], row[1], row[2], Standing(row[3]))


def list_own_votes(session: Session, course_id: UUID) -> dict[UUID, bool]:
    """Which reviews of a course the reader found helpful (True), and which not."""
    query = (
        sa.select(ReviewVote.review_id, ReviewVote.helpful)
        .join(CourseReview, CourseReview.id == ReviewVote.review_id)
        .where(CourseReview.course_id == course_id, ReviewVote.member_id == sa.func.lms.current_member_id(type_=sa.Uuid()))
    )
    return {row.review_id: row.helpful for row in session.execute(query)}


def list_queue(session: Session, standing: Standing, limit: int = 200) -> tuple[QueuedReview, ...]:
    """For administrators: what waits, the longest first; else the latest first."""
    order = CourseReview.updated_at.asc() if standing is Standing.WAITING else CourseReview.updated_at.desc()
    query = (
        sa.select(
            CourseReview.id,
            CourseReview.course_id,
            Course.title.label("course_title"),
            (Member.first_name + " " + Member.last_name).label("author"),
            CourseReview.rating,
            CourseReview.title,
            CourseReview.review_text.label("text"),
            CourseReview.is_featured.label("featured"),
            CourseReview.helpful_count.label("helpful"),
            CourseReview.not_helpful_count.label("not_helpful"),
            CourseReview.created_at,
            CourseReview.updated_at,
        )
        .join(Course, Course.id == CourseReview.course_id)
        .join(Member, Member.id == CourseReview.member_id)
        .where(_standing() == standing.value)
        .order_by(order, CourseReview.id)
        .limit(limit)
    )
    return tuple(QueuedReview(**row) for row in session.execute(query).mappings())


def count_waiting(session: Session) -> int:
    count: int = session.execute(sa.select(sa.func.count()).where(_standing() == Standing.WAITING.value)).scalar_one()
    return count


def write_review(session: Session, course_id: UUID, rating: int, title: str, text: str) -> Done[None]:
    """Rate a course that one has begun, or rate it anew. Words wait for an administrator; stars alone count at once."""
    session.execute(sa.select(sa.func.lms.write_review(course_id, rating, title, text)))
    return Done(None, CHANGED)


def delete_review(session: Session, course_id: UUID) -> Done[None]:
    """Take one's review back."""
    session.execute(sa.select(sa.func.lms.delete_review(course_id)))
    return Done(None, CHANGED)


def vote_review(session: Session, review: UUID, helpful: bool | None) -> Done[None]:
    """Whether somebody's review was helpful; None takes the vote back."""
    session.execute(sa.select(sa.func.lms.vote_review(review, helpful)))
    return Done(None, CHANGED)


def moderate(session: Session, review: UUID, approved: bool, featured: bool = False) -> Done[None]:
    """For administrators: show a review to everybody, before others where it is ``featured``, or do not. Can be undone."""
    before = session.execute(sa.select(CourseReview.is_approved, CourseReview.is_featured).where(CourseReview.id == review)).one_or_none()
    if before is None:
        raise NotFound(_("This review is no longer there."))
    session.execute(
        sa.update(CourseReview)
        .where(CourseReview.id == review)
        .values(
            is_approved=approved,
            is_featured=approved and featured,
            moderated_by=sa.func.lms.current_member_id(type_=sa.Uuid()),
            moderated_at=sa.func.now(),
        )
    )
    return Done(None, CHANGED, Undo(N_("Moderate the review"), moderate, (review, before.is_approved, before.is_featured)))
