"""Reads about quizzes as their learner sees them: what may be taken, the questions of an attempt, its result and its review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.models.assessment import Quiz, QuizAttempt
from desktop.models.courses import CourseModule, Lesson

type Answer = Mapping[str, Any]
"""What a learner gave, by the type of the question: server_sql/README.md, "Answers"."""


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One of the reader's attempts; no score, which only ``get_result`` gives."""

    id: UUID
    number: int
    status: str
    started_at: datetime
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuizToTake:
    """A quiz, and the reader's attempts at it, the last one first. ``passing_score`` in percent."""

    id: UUID
    course_id: UUID | None
    lesson_id: UUID | None
    title: str
    description: str | None
    instructions: str | None
    passing_score: Decimal
    max_attempts: int | None
    time_limit_minutes: int | None
    total_points: Decimal
    show_correct_answers: str
    available_from: datetime | None
    available_until: datetime | None
    attempts: tuple[AttemptRow, ...]

    @property
    def attempts_left(self) -> int | None:
        """None: as many as one likes."""
        return None if self.max_attempts is None else max(0, self.max_attempts - len(self.attempts))


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt stands. ``seconds_left`` by the server's clock when it was read; None where there is no limit."""

    id: UUID
    quiz_id: UUID
    title: str
    number: int
    status: str
    release: str
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick, to match or to put in order, under the name that it has in this attempt."""

    id: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without its key. Of ``options``, ``left`` and ``right``, ``items``, and ``choices`` its type has one.

    ``choices`` are, for each of the ``blanks``, what can be chosen there; empty where it is typed.
    """

    id: UUID
    number: int
    points: Decimal
    type: str
    text: str
    html: str | None
    hint: str | None
    image: str | None
    options: tuple[Choice, ...] = ()
    left: tuple[Choice, ...] = ()
    right: tuple[Choice, ...] = ()
    items: tuple[Choice, ...] = ()
    blanks: int = 0
    choices: tuple[tuple[str, ...], ...] = ()
    answer: Answer | None = None
    sequence: int = 0
    flagged: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """``score`` in percent, None while a part waits to be graded. ``released``: whether the right answers may be seen."""

    status: str
    score: Decimal | None
    points: Decimal | None
    total: Decimal | None
    passed: bool | None
    feedback: str | None
    released: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer was worth. ``right`` is the key in the form of an answer's value; None where a person judges.

    ``correct`` is None while somebody has yet to grade it, or where nothing was answered. ``feedback`` is by the name of an option.
    """

    earned: Decimal
    correct: bool | None
    right: Any
    explanation: str | None
    feedback: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A question of a submitted attempt with what was answered. ``verdict`` is None until the quiz releases it."""

    asked: Asked
    verdict: Verdict | None


def list_quizzes_to_take(
    session: Session, lesson_id: UUID | None, quiz_id: UUID | None, enrollment_id: UUID | None
) -> tuple[QuizToTake, ...]:
    """The quizzes of a lesson, or the one that is named, with the reader's attempts in their enrolment, if they have one."""
    attempts = session.execute(
        sa.select(
            QuizAttempt.quiz_id,
            QuizAttempt.id,
            QuizAttempt.attempt_number.label("number"),
            QuizAttempt.status,
            QuizAttempt.started_at,
            QuizAttempt.submitted_at,
        )
        .where(QuizAttempt.enrollment_id == enrollment_id)
        .order_by(QuizAttempt.attempt_number.desc())
    ).mappings()
    mine: dict[UUID, list[AttemptRow]] = {}
    for row in attempts:
        mine.setdefault(row["quiz_id"], []).append(AttemptRow(**{name: row[name] for name in AttemptRow.__dataclass_fields__}))
    quizzes = session.execute(
        sa.select(
            Quiz.id,
            sa.func.coalesce(Quiz.course_id, CourseModule.course_id).label("course_id"),
            Quiz.lesson_id,
            Quiz.title,
            Quiz.description,
            Quiz.instructions,
            Quiz.passing_score,
            Quiz.max_attempts,
            Quiz.time_limit_minutes,
            Quiz.total_points,
            Quiz.show_correct_answers,
            Quiz.available_from,
            Quiz.available_until,
        )
        .outerjoin(Lesson, Lesson.id == Quiz.lesson_id)
        .outerjoin(CourseModule, CourseModule.id == Lesson.module_id)
        .where(Quiz.id == quiz_id if quiz_id is not None else Quiz.lesson_id == lesson_id)
        .order_by(Quiz.created_at, Quiz.id)
    ).mappings()
    return tuple(QuizToTake(**row, attempts=tuple(mine.get(row["id"], ()))) for row in quizzes)


def get_attempt(session: Session, attempt_id: UUID) -> Attempt:
    """One of the reader's attempts."""
    stored: dict[str, Any] = session.execute(sa.select(sa.func.lms.get_attempt(attempt_id, type_=JSONB))).scalar_one()
    left = None
    if stored["deadline"] is not None:
        left = (datetime.fromisoformat(stored["deadline"]) - datetime.fromisoformat(stored["now"])).total_seconds()
    return Attempt(attempt_id, UUID(stored["quiz"]), stored["title"], stored["attempt_number"], stored["status"], stored["release"], left)


def list_questions(session: Session, attempt_id: UUID) -> tuple[Asked, ...]:
    """The questions of an open attempt in its order, with what was answered so far. Refused once the attempt is over."""
    rows = sa.func.lms.get_questions(attempt_id).table_valued(
        *(
            sa.column(name, kind)
            for name, kind in (
                ("number", sa.Integer()),
                ("question_id", sa.Uuid()),
                ("points", sa.Numeric()),
                ("question", JSONB()),
                ("answer", JSONB()),
                ("sequence", sa.BigInteger()),
                ("flagged", sa.Boolean()),
                ("settled", sa.Boolean()),
            )
        ),
        name="asked",
    )
    found = session.execute(sa.select(*rows.c).order_by(rows.c.number)).mappings()
    return tuple(asked_from(row, sequence=row["sequence"], flagged=row["flagged"], settled=row["settled"]) for row in found)


def get_result(session: Session, attempt_id: UUID) -> Result | None:
    """The outcome of a submitted attempt; None while it is open."""
    stored: dict[str, Any] | None = session.execute(sa.select(sa.func.lms.get_result(attempt_id, type_=JSONB))).scalar_one()
    if stored is None:
        return None
    score, points, total = (None if stored[name] is None else Decimal(str(stored[name])) for name in ("score", "points", "total"))
    return Result(stored["status"], score, points, total, stored["passed"], stored["feedback"], stored["released"])


def list_review(session: Session, attempt_id: UUID) -> tuple[Reviewed, ...]:
    """What was asked and answered, and as far as the quiz shows it, what was right. While the attempt is open: what was checked."""
    rows = sa.func.lms.get_review(attempt_id).table_valued(
        *(
            sa.column(name, kind)
            for name, kind in (
                ("number", sa.Integer()),
                ("question_id", sa.Uuid()),
                ("points", sa.Numeric()),
                ("question", JSONB()),
                ("answer", JSONB()),
                ("earned", sa.Numeric()),
                ("is_correct", sa.Boolean()),
                ("key", JSONB()),
            )
        ),
        name="reviewed",
    )
    found = session.execute(sa.select(*rows.c).order_by(rows.c.number)).mappings()
    return tuple(Reviewed(asked_from(row), _verdict(row)) for row in found)


def _verdict(row: Mapping[Any, Any]) -> Verdict | None:
    key = row["key"]
    if key is None:
        return None
    return Verdict(row["earned"], row["is_correct"], key["right"], key["explanation"], key["feedback"] or {})


def asked_from(row: Mapping[Any, Any], **state: Any) -> Asked:
    """A question from a row: ``question_id``, ``number``, ``points``, ``answer``, and ``question`` as ``lms.shown_question`` gives it."""
    shown: dict[str, Any] = row["question"]
    return Asked(
        row["question_id"],
        row["number"],
        row["points"],
        shown["type"],
        shown["text"],
        shown["html"],
        shown["hint"],
        shown["image"],
        options=_choices(shown.get("options")),
        left=_choices(shown.get("left")),
        right=_choices(shown.get("right")),
        items=_choices(shown.get("items")),
        blanks=shown.get("blanks") or 0,
        choices=tuple(tuple(each) for each in shown.get("choices") or ()),
        answer=row["answer"],
        **state,
    )


def _choices(shown: Sequence[Mapping[str, Any]] | None) -> tuple[Choice, ...]:
    return tuple(Choice(each["id"], each.get("text") or "", each.get("html")) for each in shown or ())
