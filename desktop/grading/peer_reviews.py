"""Learners who review each other's work: dealing it out, writing a review, reading what came. Each rule is a server function's
(server_sql/functions/55_peer_reviews.sql)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.grading.own_work import HandedFile, handed_files
from desktop.grading.rubric import Given, read_given, write_given

REVIEWED = Changes.of("assignment_reviews")


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody's work that the reader is to review, and what they have written so far. ``author`` is empty where it is anonymous."""

    id: UUID
    status: str
    author: str
    text: str
    url: str
    files: tuple[HandedFile, ...]
    given: Mapping[str, Given]
    score: Decimal | None
    feedback: str


@dataclass(frozen=True, slots=True)
class Received:
    """What a peer wrote about one's own work. ``reviewer`` is empty where it is anonymous."""

    reviewer: str
    given: Mapping[str, Given]
    score: Decimal | None
    feedback: str


def list_my_reviews(session: Session, assignment: UUID) -> tuple[Review, ...]:
    """The work that the reader is to review, in an order that says nothing."""
    rows = session.execute(
        sa.text(
            "SELECT review_id, status, author, submission_text, submission_url, file_attachments, rubric_scores, score, feedback_html"
            " FROM lms.list_my_reviews(:assignment)"
        ),
        {"assignment": assignment},
    )
    return tuple(
        Review(
            row.review_id,
            row.status,
            row.author or "",
            row.submission_text or "",
            row.submission_url or "",
            handed_files(row.file_attachments),
            read_given(row.rubric_scores),
            row.score,
            row.feedback_html or "",
        )
        for row in rows
    )


def list_received_reviews(session: Session, submission: UUID) -> tuple[Received, ...]:
    """What peers wrote about one's own work: nothing before the time to review is over."""
    rows = session.execute(
        sa.text("SELECT reviewer, rubric_scores, score, feedback_html FROM lms.list_received_reviews(:submission)"),
        {"submission": submission},
    )
    return tuple(Received(row.reviewer or "", read_given(row.rubric_scores), row.score, row.feedback_html or "") for row in rows)


def assign_peer_reviews(session: Session, assignment: UUID) -> Done[int]:
    """Deal what was handed in to the others; again later, for who came since. Gives how many reviews that made."""
    made: int = session.execute(sa.select(sa.func.lms.assign_peer_reviews(assignment, type_=sa.Integer()))).scalar_one()
    return Done(made, REVIEWED)


def save_review(session: Session, review: UUID, score: Decimal | None, given: Mapping[str, Given], feedback: str, done: bool) -> Done[str]:
    """Keep a review of one's own; gives its status. With ``done`` it is the author's to read, and never changes again.

    Raises:
        Invalid: points outside the assignment's, too late, or handed in already.
    """
    value: dict[str, Any] = {
        "score": None if score is None else float(score),
        "rubric": write_given(given),
        "feedback": feedback,
        "done": done,
    }
    status: str = session.execute(sa.select(sa.func.lms.save_review(review, sa.literal(value, JSONB), type_=sa.Text()))).scalar_one()
    return Done(status, REVIEWED)
