"""What the server knows of question banks: which there are, which quizzes draw from one, and the versions of a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.courses.queries import taught_by_me
from desktop.models.assessment import Quiz, QuizDraw, QuizQuestion
from desktop.models.courses import Course, CourseModule, Lesson
from desktop.questions.drafting import Draw, Use


@dataclass(frozen=True, slots=True)
class BankRow:
    """A bank that one may draw from, or with ``is_bank`` False a quiz that one writes.

    Without ``course_id`` it is the association's, which administrators write; ``lesson`` is the title of a quiz's lesson.
    """

    id: UUID
    title: str
    course_id: UUID | None
    course: str | None
    questions: int
    tags: tuple[str, ...]
    is_bank: bool = True
    lesson: str | None = None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A question as attempts were given it. ``values`` are its columns, as in ``quiz_questions``."""

    version: int
    created_at: datetime
    attempts: int
    values: Mapping[str, Any]


def list_banks(session: Session) -> tuple[BankRow, ...]:
    """The association's banks, then those of the courses that one teaches."""
    shared = session.execute(sa.text("SELECT id, title, questions, tags FROM lms.list_banks()"))
    found = [BankRow(row.id, row.title, None, None, row.questions, tuple(row.tags)) for row in shared]
    asked = (
        sa.select(QuizQuestion.quiz_id, sa.func.count().label("questions"))
        .where(~QuizQuestion.retired)
        .group_by(QuizQuestion.quiz_id)
        .subquery()
    )
    tag = sa.func.unnest(QuizQuestion.tags).table_valued("tag").render_derived().lateral()
    tags = (
        sa.select(sa.func.array_agg(tag.c.tag.distinct()))
        .select_from(QuizQuestion)
        .join(tag, sa.true())
        .where(QuizQuestion.quiz_id == Quiz.id, ~QuizQuestion.retired)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Quiz.id, Quiz.title, Quiz.course_id, Course.title.label("course"), asked.c.questions, tags.label("tags"))
        .join(Course, Course.id == Quiz.course_id)
        .outerjoin(asked, asked.c.quiz_id == Quiz.id)
        .where(Quiz.is_bank)
        .order_by(Course.title, Quiz.title, Quiz.id)
    )
    found += [BankRow(row.id, row.title, row.course_id, row.course, row.questions or 0, tuple(sorted(row.tags or ()))) for row in rows]
    return tuple(found)


def list_banks_and_quizzes(session: Session) -> tuple[BankRow, ...]:
    """The banks, then the quizzes of the courses that one teaches."""
    course_id = sa.func.coalesce(Quiz.course_id, CourseModule.course_id)
    asked = sa.select(sa.func.count()).where(QuizQuestion.quiz_id == Quiz.id, ~QuizQuestion.retired).scalar_subquery()
    drawn = sa.select(sa.func.coalesce(sa.func.sum(QuizDraw.count), 0)).where(QuizDraw.quiz_id == Quiz.id).scalar_subquery()
    rows = session.execute(
        sa.select(Quiz.id, Quiz.title, Course.id.label("course_id"), Course.title.label("course"), Lesson.title.label("lesson"),
                  (asked + drawn).label("questions"))
        .outerjoin(Lesson, Lesson.id == Quiz.lesson_id)
        .outerjoin(CourseModule, CourseModule.id == Lesson.module_id)
        .join(Course, Course.id == course_id)
        .where(~Quiz.is_bank, _mine())
        .order_by(Course.title, CourseModule.position.nulls_last(), Lesson.position, Quiz.title, Quiz.id)
    )  # fmt: skip
    quizzes = (BankRow(row.id, row.title, row.course_id, row.course, row.questions, (), is_bank=False, lesson=row.lesson) for row in rows)
    return (*list_banks(session), *quizzes)


def _mine() -> sa.ColumnElement[bool]:
    """Of courses: those whose quizzes the reader may write."""
    return sa.or_(sa.func.lms.has_role("administrator"), taught_by_me(Course.id))


def list_own_courses(session: Session) -> list[tuple[UUID, str]]:
    """The courses that the reader may write banks of: id and title."""
    return [
        (row.id, row.title) for row in session.execute(sa.select(Course.id, Course.title).where(_mine()).order_by(Course.title, Course.id))
    ]


def list_bank_uses(session: Session, bank: UUID) -> list[Use]:
    """The quizzes that draw from a bank, in every course that the reader teaches."""
    course = sa.func.coalesce(Quiz.course_id, CourseModule.course_id)
    rows = session.execute(
        sa.select(
            Quiz.id,
            sa.func.concat_ws(": ", Course.title, Quiz.title).label("title"),
            QuizDraw.question_id,
            QuizDraw.tags,
            QuizDraw.count.label("drawn"),
        )
        .join(Quiz, Quiz.id == QuizDraw.quiz_id)
        .outerjoin(Lesson, Lesson.id == Quiz.lesson_id)
        .outerjoin(CourseModule, CourseModule.id == Lesson.module_id)
        .outerjoin(Course, Course.id == course)
        .where(QuizDraw.bank_id == bank)
        .order_by(Course.title, Quiz.title, QuizDraw.position, QuizDraw.id)
    )
    return [Use(row.id, row.title, Draw(bank, row.question_id, tuple(row.tags), row.drawn)) for row in rows]


def list_versions(session: Session, question: UUID) -> tuple[VersionRow, ...]:
    """The versions that attempts were given, the newest first. Raises :class:`~desktop.errors.NotFound` for a question of others."""
    rows = session.execute(
        sa.text("SELECT version, created_at, attempts, content FROM lms.list_question_versions(:question)"), {"question": question}
    )
    return tuple(VersionRow(row.version, row.created_at, row.attempts, row.content) for row in rows)
