"""A quiz with a question of each type, and somebody who knows every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from desktop.questions.queries import Asked, Choice
from tests.support.association import Association, one

OPTIONS = [
    {"id": "a", "text": "Alpha", "is_correct": True},
    {"id": "b", "text": "Beta"},
    {"id": "c", "text": "Gamma", "is_correct": False},
]
BOTH = [OPTIONS[0], {"id": "b", "text": "Beta", "is_correct": True}, OPTIONS[2]]
STEPS = [{"id": "x", "text": "First"}, {"id": "y", "text": "Second"}, {"id": "z", "text": "Third"}]
QUESTIONS: tuple[tuple[str, str, Any, Any], ...] = (
    ("multiple_choice", "Which letter comes first?", OPTIONS, None),
    ("true_false", "A premium is paid by the insurer.", [], False),
    ("multiple_answer", "Which letters come before Gamma?", BOTH, None),
    ("short_answer", "What does HSA stand for?", [], ["Health Savings Account"]),
    ("essay", "Why does an employer offer benefits?", [], None),
    ("fill_blank", "COBRA passed in [[1]], HIPAA in [[2]].", [], ["1985", ["1996", "ninety-six"]]),
    ("matching", "Match each city to its country.", [], {"Paris": "France", "Rome": "Italy"}),
    ("ordering", "Put these in order.", STEPS, ["x", "y", "z"]),
)
"""Type, text, options and key."""


def add_quiz(association: Association, kinds: tuple[str, ...] = (), **settings: Any) -> UUID:
    """A quiz of the association's course, its questions in the order of ``QUESTIONS``; only those of ``kinds`` where some are named."""
    with association.installer() as installer:
        return insert_quiz(installer, kinds, course_id=association["course"], **settings)


def insert_quiz(installer: psycopg.Connection[Any], kinds: tuple[str, ...] = (), **settings: Any) -> UUID:
    """A quiz with these columns."""
    columns = {"title": "Check", "shuffle_questions": False} | settings
    statement = sql.SQL("INSERT INTO quizzes ({}) VALUES ({}) RETURNING id").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join([sql.Placeholder()] * len(columns))
    )
    row = installer.execute(statement, list(columns.values())).fetchone()
    assert row is not None
    quiz: UUID = row[0]
    for order, (kind, text, options, key) in enumerate(QUESTIONS, 1):
        if not kinds or kind in kinds:
            installer.execute(
                "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order, answer_options, correct_answer,"
                " explanation) VALUES (%s, %s, %s, %s, %s, %s, 'Because.')",
                (quiz, text, kind, order, Jsonb(options), None if key is None else Jsonb(key)),
            )
    assert one(installer, "SELECT count(*) FROM quiz_questions WHERE quiz_id = %s", quiz) > 0
    return quiz


def add_choices(
    association: Association, questions: int, *, points: int = 1, bank: bool = False, shared: bool = False
) -> tuple[UUID, list[UUID]]:
    """A quiz, or a bank, of questions whose right answer is Alpha: it and its questions. A ``shared`` one is the association's."""
    quiz, ids = uuid4(), [uuid4() for _question in range(questions)]
    with association.installer() as installer:
        installer.execute(
            "INSERT INTO quizzes (id, course_id, title, is_bank, require_passing) VALUES (%s, %s, 'Measured', %s, false)",
            (quiz, None if shared else association["course"], bank),
        )
        for order, question in enumerate(ids, 1):
            installer.execute(
                "INSERT INTO quiz_questions (id, quiz_id, question_text, question_type, question_order, position, answer_options, points)"
                " VALUES (%s, %s, %s, 'multiple_choice', %s, %s, %s, %s)",
                (question, quiz, f"Question {order}", order, order, Jsonb(OPTIONS), points),
            )
    return quiz, ids


def record_attempts(association: Association, quiz: UUID, attempts: Sequence[Mapping[UUID, tuple[float, str]]]) -> None:
    """Attempts of another system's years: for each question its mark and what was picked."""
    with association.installer() as installer:
        for number, answers in enumerate(attempts, 1):
            attempt = uuid4()
            installer.execute(
                "INSERT INTO quiz_attempts (id, quiz_id, enrollment_id, member_id, attempt_number, status, submitted_at)"
                " VALUES (%s, %s, %s, %s, %s, 'graded', now() + %s * interval '1 second')",
                (attempt, quiz, association["lea_enrollment"], association["lea"], number, number),
            )
            with installer.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO quiz_answers (quiz_attempt_id, question_id, answer_data, points_earned) VALUES (%s, %s, %s, %s)",
                    [(attempt, question, Jsonb({"selected": option}), mark) for question, (mark, option) in answers.items()],
                )


def knows_all(asked: Asked) -> dict[str, Any]:
    """The right answer to a question of ``QUESTIONS``, in the names of its attempt."""

    def ids(choices: tuple[Choice, ...], *texts: str) -> list[str]:
        return [next(choice.id for choice in choices if choice.text == text) for text in texts]

    match asked.type:
        case "multiple_choice":
            return {"selected": ids(asked.options, "Alpha")[0]}
        case "true_false":
            return {"selected": "false"}
        case "multiple_answer":
            return {"selected": ids(asked.options, "Alpha", "Beta")}
        case "short_answer":
            return {"text": "health savings account"}
        case "essay":
            return {"html": "<p>Because people stay.</p>"}
        case "fill_blank":
            return {"blanks": ["1985", "1996"]}
        case "matching":
            return {"pairs": dict(zip(ids(asked.left, "Paris", "Rome"), ids(asked.right, "France", "Italy"), strict=True))}
        case _:
            return {"order": ids(asked.items, "First", "Second", "Third")}
