"""The questions that graded attempts of a quiz were asked, as they stand now: what can be regraded."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.models.assessment import Quiz, QuizQuestion
from desktop.questions.model import Question
from desktop.questions.storage import AUTHORED_COLUMNS, from_row


@dataclass(frozen=True, slots=True)
class AskedRow:
    """``question`` as it stands now, which is not what every attempt was given."""

    id: UUID
    question: Question
    attempts: int


@dataclass(frozen=True, slots=True)
class AskedQuiz:
    title: str
    passing: float
    """In percent."""
    questions: tuple[AskedRow, ...]
    hidden: int
    """How many more there are that the reader may not see."""


def get_asked(session: Session, quiz: UUID) -> AskedQuiz:
    """Those that the reader may see: not those of the association's banks, but for administrators.

    Raises:
        NotFound: a quiz of others.
    """
    marks = sa.text("SELECT question_id, cardinality(attempts) AS attempts FROM lms.get_quiz_marks(:quiz)")
    attempts = {row.question_id: row.attempts for row in session.execute(marks, {"quiz": quiz})}
    head = session.execute(sa.select(Quiz.title, Quiz.passing_score).where(Quiz.id == quiz)).one()
    columns = [getattr(QuizQuestion, name) for name in AUTHORED_COLUMNS]
    found = {
        row.id: AskedRow(row.id, from_row(row._asdict()), attempts[row.id])
        for row in session.execute(sa.select(QuizQuestion.id, *columns).where(QuizQuestion.id.in_(attempts)))
    }
    return AskedQuiz(
        head.title, float(head.passing_score), tuple(found[name] for name in attempts if name in found), len(attempts) - len(found)
    )
