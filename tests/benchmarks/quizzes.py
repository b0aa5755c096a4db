"""100,000 attempts regraded, and the statistics of 20,000, each set by set, against a plain loop over attempts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from desktop.questions.figures import get_figures
from desktop.questions.model import MultipleChoice, Option, Question, Text
from desktop.questions.regrade import QuestionChange, Regrade, apply_regrade, preview_regrade
from desktop.questions.statistics import items, quiz
from desktop.questions.storage import to_row
from desktop.store.dsn import Dsn
from tests.benchmarks.report import Line
from tests.benchmarks.workspace import sign_in, throwaway_workspace

ATTEMPTS = 100_000
FOR_STATISTICS = 20_000
QUESTIONS = 10
LOOPED = 1_000
"""Attempts that the plain loops go through; their time is multiplied, as all of them would take minutes."""
SECONDS = 10.0
"""What a person waits for a regrade of the whole association's year."""

LETTERS = "abcd"


def question(right: str) -> Question:
    return Question(
        Text("Which?"), MultipleChoice(tuple(Option(one, Text(one.upper()), one == right) for one in LETTERS)), points=Decimal(1)
    )


def measure() -> Iterator[Line]:
    with throwaway_workspace() as installer:
        large, changed = fill(installer, ATTEMPTS)
        small, _question = fill(installer, FOR_STATISTICS)
        store = sign_in(installer, "administrator")
        regrade = Regrade(large, (QuestionChange(changed, question("b")),))
        with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
            loop = timed(lambda: regrade_loop(connection, large, changed)) * ATTEMPTS / LOOPED
            start = time.perf_counter()
            preview = store.read(preview_regrade, regrade)
            looked = time.perf_counter() - start
            assert preview.graded == ATTEMPTS
            yield Line(f"whose score would change: {preview.changed:,} of {ATTEMPTS:,}", looked, "s", budget=SECONDS)
            start = time.perf_counter()
            store.write(apply_regrade, preview, "Benchmark")
            applied = time.perf_counter() - start
            yield Line(f"{ATTEMPTS:,} attempts regraded", applied, "s", budget=3 * SECONDS)
            yield Line("  the same", applied, "s", loop, "a loop over attempts", 1.0)
            start = time.perf_counter()
            found = store.read(get_figures, small)
            taken = time.perf_counter() - start
            assert found.statistics.attempts == FOR_STATISTICS
            yield Line(f"statistics of {FOR_STATISTICS:,} attempts", taken, "s", budget=SECONDS)
            loop = timed(lambda: statistics_loop(connection, small)) * FOR_STATISTICS / LOOPED
            yield Line("  the same", taken, "s", loop, "a loop over attempts", 1.0)
        store.close()


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fill(installer: Dsn, attempts: int) -> tuple[UUID, UUID]:
    """A quiz with so many attempts, delivered and graded; the quiz, and its first question."""
    content = to_row(question("a"))
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:

        def value(statement: str, *parameters: object) -> Any:
            row = connection.execute(statement.encode(), parameters).fetchone()
            assert row is not None
            return row[0]

        course = value(
            "INSERT INTO public.courses (title, slug, description, category, status)"
            " VALUES ('Ethics', gen_random_uuid()::text, '', 'compliance', 'published') RETURNING id"
        )
        made: UUID = value("INSERT INTO public.quizzes (course_id, title) VALUES (%s, 'Final') RETURNING id", course)
        connection.execute(
            "INSERT INTO public.quiz_questions (quiz_id, question_text, question_type, question_order, answer_options, correct_answer,"
            " grading, points) SELECT %s, 'Which?', 'multiple_choice', i, %s, %s, %s, 1 FROM generate_series(1, %s) AS i",
            (made, Jsonb(content["answer_options"]), Jsonb(content["correct_answer"]), Jsonb(content["grading"]), QUESTIONS),
        )
        # As attempts would have left it; through the functions it would take an hour.
        connection.execute("SELECT lms.keep_versions(ARRAY(SELECT id FROM public.quiz_questions WHERE quiz_id = %s))", (made,))
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "WITH member AS (INSERT INTO public.members (first_name, last_name, email)"
            " SELECT 'Learner', i::text, gen_random_uuid() || '@example.org' FROM generate_series(1, %s) AS i RETURNING id)"
            " INSERT INTO public.enrollments (course_id, member_id) SELECT %s, id FROM member",
            (attempts, course),
        )
        connection.execute(
            "INSERT INTO public.quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, submitted_at, status, total_points,"
            " points_earned, score, passed) SELECT %s, id, member_id, 1, now(), 'graded', %s, 0, 0, false FROM public.enrollments"
            " WHERE course_id = %s",
            (made, QUESTIONS, course),
        )
        connection.execute("INSERT INTO lms.attempt_delivery (attempt_id) SELECT id FROM public.quiz_attempts WHERE quiz_id = %s", (made,))
        connection.execute(
            "INSERT INTO lms.attempt_questions (attempt_id, number, question_id, shown_version, graded_version)"
            " SELECT a.id, q.question_order, q.id, v.id, v.id FROM public.quiz_attempts AS a"
            " JOIN public.quiz_questions AS q ON q.quiz_id = a.quiz_id JOIN lms.question_versions AS v ON v.question_id = q.id"
            " WHERE a.quiz_id = %s",
            (made,),
        )
        connection.execute(
            "INSERT INTO public.quiz_answers (quiz_attempt_id, question_id, answer_data, is_correct, points_earned, max_points)"
            " SELECT given.attempt_id, given.question_id, jsonb_build_object('selected', given.letter), given.letter = 'a',"
            " (given.letter = 'a')::integer, 1 FROM (SELECT aq.attempt_id, aq.question_id,"
            " substr('aaabbcd', 1 + abs(hashtext(aq.attempt_id::text || aq.number)) %% 7, 1) AS letter FROM lms.attempt_questions AS aq"
            " JOIN public.quiz_attempts AS a ON a.id = aq.attempt_id WHERE a.quiz_id = %s) AS given",
            (made,),
        )
        connection.execute("ANALYZE public.quiz_attempts, public.quiz_answers")
        connection.execute(
            "UPDATE public.quiz_attempts AS a SET points_earned = s.points, score = s.points * 10, passed = s.points >= 7"
            " FROM (SELECT quiz_attempt_id, sum(points_earned) AS points FROM public.quiz_answers GROUP BY quiz_attempt_id) AS s"
            " WHERE s.quiz_attempt_id = a.id AND a.quiz_id = %s",
            (made,),
        )
        connection.execute("SET session_replication_role = origin")
        connection.execute("VACUUM ANALYZE")
        first: UUID = value("SELECT id FROM public.quiz_questions WHERE quiz_id = %s ORDER BY question_order LIMIT 1", made)
    return made, first


def regrade_loop(connection: psycopg.Connection[Any], made: UUID, changed: UUID) -> None:
    """What one would write first: each attempt by itself, the one answer graded and stored, then the score. Taken back."""
    key = to_row(question("b"))
    with connection.transaction(force_rollback=True):
        attempts = connection.execute("SELECT id FROM public.quiz_attempts WHERE quiz_id = %s LIMIT %s", (made, LOOPED)).fetchall()
        for (attempt,) in attempts:
            connection.execute(
                "UPDATE public.quiz_answers SET points_earned = lms.grade_answer('multiple_choice', %s, %s, answer_data, %s),"
                " is_correct = lms.grade_answer('multiple_choice', %s, %s, answer_data, %s) = 1"
                " WHERE quiz_attempt_id = %s AND question_id = %s",
                (*[Jsonb(key[name]) for name in ("answer_options", "correct_answer", "grading")] * 2, attempt, changed),
            )
            earned = connection.execute(
                "SELECT sum(points_earned) FROM public.quiz_answers WHERE quiz_attempt_id = %s", (attempt,)
            ).fetchone()
            assert earned is not None
            connection.execute(
                "UPDATE public.quiz_attempts SET points_earned = %s, score = %s, passed = %s WHERE id = %s",
                (earned[0], earned[0] * 10, earned[0] >= 7, attempt),
            )


def statistics_loop(connection: psycopg.Connection[Any], made: UUID) -> None:
    """Each attempt read by itself, then the same arithmetic."""
    attempts = connection.execute("SELECT id FROM public.quiz_attempts WHERE quiz_id = %s LIMIT %s", (made, LOOPED)).fetchall()
    marks: dict[str, list[float]] = {}
    for (attempt,) in attempts:
        rows = connection.execute("SELECT question_id, points_earned FROM public.quiz_answers WHERE quiz_attempt_id = %s", (attempt,))
        for name, points in rows.fetchall():
            marks.setdefault(str(name), []).append(float(points))
    most = dict.fromkeys(marks, 1.0)
    items(marks, most)
    quiz(marks, most)
