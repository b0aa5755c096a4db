"""Grading: one documented function for each type of question, and an attempt that is graded when it is submitted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.counters import Connection
from tests.support.postgres import Database

CHOICES = [{"id": "a", "is_correct": True}, {"id": "b", "is_correct": False}, {"id": "c", "is_correct": True}]
ONE_RIGHT = [{"id": "a", "is_correct": False}, {"id": "b", "is_correct": True}]

PARTS = [{"id": "a", "is_correct": True}, {"id": "b", "part": 0.5}, {"id": "c", "part": -0.5}]

CASES: list[tuple[str, Any, Any, Any, Any]] = [
    # type, options, correct answer, what the learner gave, the part of the points
    ("multiple_choice", ONE_RIGHT, None, {"selected": "b"}, 1),
    ("multiple_choice", ONE_RIGHT, None, {"selected": "a"}, 0),
    ("multiple_choice", ONE_RIGHT, None, {"selected": ["a", "b"]}, 0),
    ("multiple_choice", ONE_RIGHT, None, {"selected": None}, 0),
    ("multiple_choice", ONE_RIGHT, None, {}, 0),
    ("multiple_choice", [{"id": "a"}, {"id": "b"}], "b", {"selected": "b"}, 1),
    ("multiple_choice", [{"id": 1}, {"id": 2}], 2, {"selected": "2"}, 1),
    ("multiple_choice", [{"id": "a"}], None, {"selected": "a"}, None),
    ("true_false", [], True, {"selected": "true"}, 1),
    ("true_false", [], False, {"selected": True}, 0),
    ("true_false", [{"id": "true", "is_correct": True}, {"id": "false", "is_correct": False}], None, {"selected": "true"}, 1),
    ("multiple_answer", CHOICES, None, {"selected": ["c", "a"]}, 1),
    ("multiple_answer", CHOICES, None, {"selected": ["a"]}, Decimal("0.5")),
    ("multiple_answer", CHOICES, None, {"selected": ["a", "a"]}, Decimal("0.5")),
    ("multiple_answer", CHOICES, None, {"selected": ["a", "b", "c"]}, Decimal("0.5")),
    ("multiple_answer", CHOICES, None, {"selected": ["b"]}, 0),
    ("multiple_answer", CHOICES, None, {"selected": []}, 0),
    ("short_answer", [], ["Health Savings Account", "HSA"], {"text": "  health   savings account "}, 1),
    ("short_answer", [], "HSA", {"text": "hsa"}, 1),
    ("short_answer", [], ["HSA"], {"text": "HRA"}, 0),
    ("short_answer", [], ["HSA"], {}, 0),
    ("short_answer", [], None, {"text": "anything"}, None),
    ("fill_blank", [], ["1996", ["HIPAA", "the Act"]], {"blanks": ["1996", "hipaa"]}, 1),
    ("fill_blank", [], ["1996", ["HIPAA", "the Act"]], {"blanks": ["1995", "the act"]}, Decimal("0.5")),
    ("fill_blank", [], ["1996"], {}, 0),
    ("fill_blank", [], None, {"blanks": ["1996"]}, None),
    ("matching", [], {"A": "1", "B": "2"}, {"pairs": {"A": "1", "B": "2"}}, 1),
    ("matching", [], {"A": "1", "B": "2"}, {"pairs": {"A": "1", "B": "1"}}, Decimal("0.5")),
    ("matching", [], {"A": "1", "B": "2"}, {}, 0),
    ("ordering", [], ["c", "a", "b"], {"order": ["c", "a", "b"]}, 1),
    ("ordering", [], ["c", "a", "b"], {"order": ["a", "c", "b"]}, 0),
    ("ordering", [], ["c", "a", "b"], {}, 0),
    ("essay", [], None, {"html": "<p>Because.</p>"}, None),
    ("multiple_choice", PARTS, None, {"selected": "a"}, 1),
    ("multiple_choice", PARTS, None, {"selected": "b"}, Decimal("0.5")),
    ("multiple_choice", PARTS, None, {"selected": "c"}, 0),
    ("short_answer", [], ["HSA", {"text": "HRA", "part": 0.5}], {"text": "hra"}, Decimal("0.5")),
    ("short_answer", [], [{"text": "3.14", "tolerance": 0.01}], {"text": "3,15"}, 1),
    ("short_answer", [], [{"text": "3.14", "tolerance": 0.01}], {"text": "3.1501"}, 0),
    ("short_answer", [], [{"text": "1000", "tolerance": 0}], {"text": "1e3"}, 1),
    ("short_answer", [], [{"text": "3.14", "tolerance": 0.01}], {"text": "pi"}, 0),
]

RULED: list[tuple[str, Any, Any, Any, Any, Any]] = [
    # type, options, correct answer, rules, what the learner gave, the part of the points
    ("short_answer", [], "HSA", {"case": True}, {"text": "hsa"}, 0),
    ("short_answer", [], "café", {}, {"text": "cafe"}, 0),
    ("short_answer", [], "café", {"accents": False}, {"text": "CAFE"}, 1),
    ("short_answer", [], "cafe\u0301", {}, {"text": "café"}, 1),
    ("short_answer", [], "*saving*", {"wildcards": True}, {"text": "Health Savings Account"}, 1),
    ("short_answer", [], "2 \\* 2", {"wildcards": True}, {"text": "2 * 2"}, 1),
    ("short_answer", [], "100%", {"wildcards": True}, {"text": "1000"}, 0),
    ("short_answer", [], "a_c", {"wildcards": True}, {"text": "abc"}, 0),
    ("multiple_answer", CHOICES, None, {"rule": "all_or_nothing"}, {"selected": ["a"]}, 0),
    ("multiple_answer", CHOICES, None, {"rule": "all_or_nothing"}, {"selected": ["a", "c"]}, 1),
    ("multiple_answer", PARTS, None, {"rule": "weights"}, {"selected": ["b", "c"]}, 0),
    ("multiple_answer", PARTS, None, {"rule": "weights"}, {"selected": ["a", "c"]}, Decimal("0.5")),
    ("multiple_answer", PARTS, None, {"rule": "weights"}, {"selected": ["a", "b"]}, 1),
    ("fill_blank", [], ["a", "b"], {"rule": "all_or_nothing"}, {"blanks": ["a", "x"]}, 0),
    ("matching", [], {"A": "1", "B": "2"}, {"rule": "all_or_nothing"}, {"pairs": {"A": "1", "B": "1"}}, 0),
    # Ordering, the key being a b c d: places, and neighbours
    *(
        ("ordering", [], list("abcd"), {"rule": rule}, {"order": list(given)}, Decimal(part))
        for given, positions, neighbours in (
            ("abcd", "1", "1"),
            ("bcda", "0", "0.66666666666666666667"),
            ("abdc", "0.5", "0.33333333333333333333"),
            ("dcba", "0", "0"),
            ("acbd", "0.5", "0"),
            ("bacd", "0.5", "0.33333333333333333333"),
            ("cdab", "0", "0.66666666666666666667"),
            ("ab", "0.5", "0.33333333333333333333"),
            ("aabc", "0", "0"),
            ("", "0", "0"),
        )
        for rule, part in (("positions", positions), ("neighbours", neighbours))
    ),
]


@pytest.fixture
def connection(db: Database) -> Iterator[Connection]:
    with psycopg.connect(db.dsn, autocommit=True) as connection:
        yield connection


def one(connection: Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row


def test_each_type_of_question(connection: Connection) -> None:
    for case in CASES:
        *question, part = case
        graded = one(connection, "SELECT lms.grade_answer(%s, %s, %s, %s)", question[0], *(Jsonb(value) for value in question[1:]))[0]
        assert graded == part, case


def test_each_rule_of_a_question(connection: Connection) -> None:
    for case in RULED:
        kind, *question, part = case
        options, correct, rules, answer = (Jsonb(value) for value in question)
        graded = one(connection, "SELECT lms.grade_answer(%s, %s, %s, %s, %s)", kind, options, correct, answer, rules)[0]
        assert graded == part, case


def start_attempt(connection: Connection, *questions: tuple[str, Any, Any, Any]) -> UUID:
    """An attempt at a quiz worth two points a question; each is type, options, correct answer and the answer given (None: left out)."""
    member = one(connection, "INSERT INTO members (first_name, last_name, email) VALUES ('Ada', 'Long', 'ada@example.org') RETURNING id")[0]
    course = one(connection, "INSERT INTO courses (title, slug, description, category) VALUES ('E', 'e', '', 'compliance') RETURNING id")[0]
    enrollment = one(connection, "INSERT INTO enrollments (course_id, member_id) VALUES (%s, %s) RETURNING id", course, member)[0]
    quiz = one(connection, "INSERT INTO quizzes (course_id, title, passing_score) VALUES (%s, 'Quiz', 50) RETURNING id", course)[0]
    start = "INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number) VALUES (%s, %s, %s, 1) RETURNING id"
    attempt: UUID = one(connection, start, quiz, enrollment, member)[0]
    for order, (kind, options, correct, answer) in enumerate(questions):
        question = one(
            connection,
            "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order, points, answer_options, correct_answer)"
            " VALUES (%s, '?', %s, %s, 2, %s, %s) RETURNING id",
            *(quiz, kind, order, Jsonb(options), Jsonb(correct)),
        )[0]
        if answer is not None:
            connection.execute(
                "INSERT INTO quiz_answers (quiz_attempt_id, question_id, answer_data) VALUES (%s, %s, %s)",
                (attempt, question, Jsonb(answer)),
            )
    return attempt


RESULT = "SELECT status, points_earned, total_points, score, passed FROM quiz_attempts"


def test_an_attempt_is_graded_when_it_is_submitted(connection: Connection) -> None:
    start_attempt(
        connection,
        ("multiple_choice", ONE_RIGHT, None, {"selected": "b"}),
        ("multiple_answer", CHOICES, None, {"selected": ["a"]}),
        ("short_answer", [], ["HSA"], None),
    )
    connection.execute("UPDATE quiz_attempts SET status = 'submitted'")
    assert one(connection, RESULT) == ("graded", Decimal("3.00"), Decimal("6.00"), Decimal("50.00"), True)
    answers = connection.execute("SELECT is_correct, points_earned, max_points FROM quiz_answers ORDER BY points_earned DESC").fetchall()
    assert answers == [(True, Decimal("2.00"), Decimal("2.00")), (False, Decimal("1.00"), Decimal("2.00"))]


def test_an_essay_leaves_the_attempt_waiting_for_a_person(connection: Connection) -> None:
    start_attempt(connection, ("multiple_choice", ONE_RIGHT, None, {"selected": "b"}), ("essay", [], None, {"html": "Because."}))
    connection.execute("UPDATE quiz_attempts SET status = 'submitted'")
    assert one(connection, RESULT) == ("submitted", Decimal("2.00"), Decimal("4.00"), None, None)

    with pytest.raises(psycopg.Error) as refusal:
        connection.execute("UPDATE quiz_attempts SET status = 'graded', score = 100")
    assert refusal.value.sqlstate == "LM003"

    connection.execute("UPDATE quiz_answers SET is_correct = false, points_earned = 1 WHERE is_correct IS NULL")
    connection.execute("UPDATE quiz_attempts SET status = 'graded', score = 100")
    assert one(connection, RESULT) == ("graded", Decimal("3.00"), Decimal("4.00"), Decimal("75.00"), True)


def test_an_essay_left_out_needs_nobody(connection: Connection) -> None:
    start_attempt(connection, ("essay", [], None, None))
    connection.execute("UPDATE quiz_attempts SET status = 'submitted'")
    assert one(connection, RESULT) == ("graded", Decimal("0.00"), Decimal("2.00"), Decimal("0.00"), False)


def test_what_the_client_says_of_points_is_computed_anew(connection: Connection) -> None:
    start_attempt(connection, ("multiple_choice", ONE_RIGHT, None, {"selected": "a"}))
    connection.execute("UPDATE quiz_answers SET is_correct = true, points_earned = 2")
    connection.execute("UPDATE quiz_attempts SET status = 'graded', score = 100, points_earned = 2, passed = true")
    assert one(connection, RESULT) == ("graded", Decimal("0.00"), Decimal("2.00"), Decimal("0.00"), False)


def test_two_answers_to_one_question_are_refused(connection: Connection) -> None:
    start_attempt(connection, ("multiple_choice", ONE_RIGHT, None, {"selected": "a"}))
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            "INSERT INTO quiz_answers (quiz_attempt_id, question_id, answer_data)"
            " SELECT quiz_attempt_id, question_id, answer_data FROM quiz_answers"
        )
