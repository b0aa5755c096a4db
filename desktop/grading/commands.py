"""What learners and graders do with work. Each rule is a server function's (server_sql/functions/54_grading.sql)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.models.grading import GradingComment

HANDED_IN = Changes.of("assignment_submissions")
GRADED = Changes.of("assignment_submissions", "grades")
CLAIM_SECONDS = 120


@dataclass(frozen=True, slots=True)
class WorkFile:
    """A file that has been stored (``desktop.store.assets.put``); ``name`` is the learner's own."""

    asset: str
    name: str


@dataclass(frozen=True, slots=True)
class Work:
    """What a learner hands in; which parts an assignment takes is its ``submission_type``."""

    text: str | None = None
    html: str | None = None
    url: str | None = None
    files: tuple[WorkFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the server says it has. ``digest`` is the SHA-256 of the submission as it is stored."""

    submission: UUID
    number: int
    submitted_at: datetime
    late_seconds: int
    digest: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a grader thinks of a submission. ``score`` is before any penalty; ``note`` is never a learner's.

    ``rubric`` is by criterion: ``{"level": …, "points": …, "comment": …}``.
    """

    score: Decimal | None = None
    rubric: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    feedback: str = ""
    note: str = ""
    done: bool = False


def submit_assignment(session: Session, enrollment: UUID, assignment: UUID, key: UUID, work: Work) -> Done[Receipt]:
    """Hand in. ``key`` names this handing in, so that one whose answer was lost can be sent again.

    Raises:
        Invalid: outside the assignment's time, once too often, or work that it does not take; the sentence says which.
    """
    value = {
        "text": work.text,
        "html": work.html,
        "url": work.url,
        "files": [{"asset": one.asset, "name": one.name} for one in work.files],
    }
    said: dict[str, Any] = session.execute(
        sa.select(sa.func.lms.submit_assignment(enrollment, assignment, key, sa.literal(value, JSONB), type_=JSONB))
    ).scalar_one()
    receipt = Receipt(
        UUID(said["submission"]), said["number"], datetime.fromisoformat(said["submitted_at"]), said["late_seconds"], said["digest"]
    )
    return Done(receipt, HANDED_IN)


def save_grade(session: Session, submission: UUID, stage: str, seen: int, key: UUID, mark: Mark) -> Done[int]:
    """Keep a grade, which no learner sees. ``seen`` is the version that the grader had in front of them, 0 for none; gives the new one.

    Raises:
        Conflict: somebody else has saved another one since.
        Invalid: a score outside the assignment's points, or by another rubric.
    """
    value = {
        "score": None if mark.score is None else float(mark.score),
        "rubric": {name: dict(given) for name, given in mark.rubric.items()},
        "feedback": mark.feedback,
        "note": mark.note,
        "done": mark.done,
    }
    version: int = session.execute(
        sa.select(sa.func.lms.save_grade(submission, stage, seen, key, sa.literal(value, JSONB), type_=sa.BigInteger()))
    ).scalar_one()
    return Done(version, GRADED)


def claim_submission(session: Session, submission: UUID, seconds: int = CLAIM_SECONDS) -> Done[UUID | None]:
    """Say that one has a submission in front of oneself; gives who has. 0 seconds gives it up."""
    return Done(session.execute(sa.select(sa.func.lms.claim_submission(submission, seconds, type_=sa.Uuid()))).scalar_one())


def release_grades(session: Session, submissions: Collection[UUID]) -> Done[dict[UUID, str]]:
    """Give learners their grades. For each: ``released``, ``released-before``, or why not (``no-score``, ``not-agreed``, …)."""
    rows = sa.func.lms.release_grades(sa.cast(list(submissions), ARRAY(sa.Uuid()))).table_valued(
        sa.column("submission_id", sa.Uuid()), sa.column("outcome", sa.Text()), name="released"
    )
    found = session.execute(sa.select(rows.c.submission_id, rows.c.outcome))
    return Done({row.submission_id: row.outcome for row in found}, GRADED)


def return_submission(session: Session, submission: UUID, again: bool, feedback: str) -> Done[None]:
    """Give work back with words; ``again`` asks for it once more, whatever the due date and the number of attempts."""
    session.execute(sa.select(sa.func.lms.return_submission(submission, again, feedback)))
    return Done(None, GRADED)


def extend_assignment(
    session: Session,
    assignment: UUID,
    enrollments: Sequence[UUID],
    due: datetime | None = None,
    until: datetime | None = None,
    submissions: int = 0,
    reason: str = "",
) -> Done[int]:
    """Give learners other dates or more attempts (none of them: take them back); gives how many submissions are less or more late by it."""
    changed = sum(
        session.execute(
            sa.select(sa.func.lms.extend_assignment(assignment, enrollment, due, until, submissions, reason, type_=sa.Integer()))
        ).scalar_one()
        for enrollment in sorted(enrollments)
    )
    return Done(changed, GRADED)


def request_regrade(session: Session, submission: UUID, reason: str) -> Done[UUID]:
    """Ask to have one's released work looked at again."""
    request: UUID = session.execute(sa.select(sa.func.lms.request_regrade(submission, reason, type_=sa.Uuid()))).scalar_one()
    return Done(request, Changes.of("regrade_requests"))


def answer_regrade(session: Session, request: UUID, changed: bool, answer: str) -> Done[None]:
    """Close a request: the grade was changed (and released again before), or stays."""
    session.execute(sa.select(sa.func.lms.answer_regrade(request, changed, answer)))
    return Done(None, Changes.of("regrade_requests"))


def grade_essay(session: Session, attempt: UUID, question: UUID, mark: Mark, seen: datetime | None) -> Done[datetime]:
    """Give points for an answer in a quiz that a person must grade. ``seen`` is when it was last graded; gives when it was now.

    Raises:
        Conflict: somebody else has graded it since.
        Invalid: no points, or more than the question is worth.
    """
    said: dict[str, Any] = session.execute(
        sa.select(sa.func.lms.grade_by_hand(attempt, question, mark.score, mark.feedback, seen, type_=JSONB))
    ).scalar_one()
    return Done(datetime.fromisoformat(said["graded_at"]), Changes.of("quiz_attempts", "quiz_answers"))


def add_comment(session: Session, comment: str, course: UUID | None = None) -> Done[None]:
    """Keep something that one writes again and again; with a ``course`` for everybody who teaches it."""
    session.execute(sa.insert(GradingComment).values(member_id=sa.func.lms.current_member_id(), course_id=course, comment=comment.strip()))
    return Done(None, Changes.of("grading_comments"))
