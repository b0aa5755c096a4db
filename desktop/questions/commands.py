"""Taking a quiz. Each rule is a server function's (docs/design.md, "Taking a quiz"); these call it and say what changed.

A command returns no question, key or score: they are read afterwards, in a transaction of their own (``desktop.questions.queries``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done

TAKEN = Changes.of("quiz_attempts")


def start_attempt(session: Session, enrollment_id: UUID, quiz_id: UUID) -> Done[UUID]:
    """Start an attempt, or come back to the one that is open. Refused outside the quiz's window and when all attempts are used."""
    attempt: UUID = session.execute(sa.select(sa.func.lms.start_attempt(enrollment_id, quiz_id, type_=sa.Uuid()))).scalar_one()
    return Done(attempt, TAKEN)


def save_answer(session: Session, attempt_id: UUID, question_id: UUID, sequence: int, answer: Mapping[str, Any] | None) -> Done[bool]:
    """Keep an answer (server_sql/README.md, "Answers"); None takes it back. ``sequence`` grows with each change of the answer.

    True if it was kept; False if this or a later one is kept already.
    """
    value = sa.cast(sa.null(), JSONB) if answer is None else sa.literal(dict(answer), JSONB)
    said: str = session.execute(sa.select(sa.func.lms.save_answer(attempt_id, question_id, sequence, value))).scalar_one()
    return Done(said == "saved")


def flag_question(session: Session, attempt_id: UUID, question_id: UUID, flagged: bool) -> Done[None]:
    """Mark a question to come back to, or take the mark away."""
    session.execute(sa.select(sa.func.lms.flag_question(attempt_id, question_id, flagged)))
    return Done(None)


def settle_answer(session: Session, attempt_id: UUID, question_id: UUID) -> Done[None]:
    """Have one answer checked, in a quiz that shows the right ones at once. The answer changes no more; ``list_review`` has the verdict."""
    session.execute(sa.select(sa.func.lms.settle_answer(attempt_id, question_id)))
    return Done(None)


def submit_attempt(session: Session, attempt_id: UUID) -> Done[None]:
    """Submit what was saved. Doing it twice is doing it once; after the deadline it counts as of the deadline."""
    session.execute(sa.select(sa.func.lms.submit_attempt(attempt_id)))
    return Done(None, TAKEN)


def settle_attempt(session: Session, attempt_id: UUID) -> Done[None]:
    """Complete the lesson and the course where they waited for this attempt. In a transaction after that of ``submit_attempt``."""
    session.execute(sa.select(sa.func.lms.settle_attempt(attempt_id)))
    return Done(None, Changes.of("lesson_progress", "enrollments"))
