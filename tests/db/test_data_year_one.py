"""``./lms data year-one``: whole, consistent, the same for the same seed, and every counter what counting again gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from desktop.errors import Conflict
from tests.data.load import fill
from tests.data.rows import tables
from tests.data.year_one import KNOWN, Content, Year
from tests.support.counters import Connection, kept, recounted
from tests.support.postgres import TEMPLATE, Database, Server

UNTIL = date(2026, 7, 1)
SCALE = 0.01

SCHEMA = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled = 'O' FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2, 3
"""


def year(content: Content) -> Year:
    return Year(1, SCALE, UNTIL, content)


@pytest.fixture(scope="module")
def filled(postgres_server: Server) -> Iterator[tuple[Connection, Database, dict[str, str], dict[str, str]]]:
    """A connection, the database, logins by role and passwords by login."""
    with postgres_server.roles_kept():
        database = Database(postgres_server.clone(TEMPLATE))
        passwords: dict[str, str] = {}
        logins = fill(database.address, year, passwords.__setitem__, lambda _what, _rows, _seconds: None)
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            yield connection, database, logins, passwords
        database.close()
        postgres_server.drop(database.address.database)


def test_every_counter_is_what_counting_again_gives(filled) -> None:
    connection = filled[0]
    assert kept(connection) == recounted(connection)


def test_the_volumes_are_those_of_the_architecture(filled) -> None:
    counts = {
        table: filled[0].execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("members", "courses", "enrollments", "lesson_progress", "quiz_attempts", "lms.certificates")
    }
    assert counts == {
        "members": 200, "courses": 10, "enrollments": 500, "lesson_progress": 5_000, "quiz_attempts": 1_000, "lms.certificates": 50,
    }  # fmt: skip
    completed = filled[0].execute("SELECT avg((status = 'completed')::integer) FROM enrollments").fetchone()[0]
    assert 0.6 < completed < 0.8


def test_the_schema_is_as_it_was(filled, db: Database) -> None:
    with psycopg.connect(db.dsn) as untouched:
        assert filled[0].execute(SCHEMA).fetchall() == untouched.execute(SCHEMA).fetchall()


def test_answers_are_graded_as_the_server_grades_them(filled) -> None:
    wrong = """
        SELECT q.question_type, a.answer_data, a.points_earned
        FROM quiz_answers AS a
        JOIN quiz_questions AS q ON q.id = a.question_id
        JOIN quiz_attempts AS t ON t.id = a.quiz_attempt_id,
          lms.grade_answer(q.question_type, q.answer_options, q.correct_answer, a.answer_data) AS g (part)
        WHERE t.status <> 'in_progress' AND q.question_type <> 'essay'
          AND (a.points_earned / q.points, a.is_correct::integer) IS DISTINCT FROM (g.part, g.part)
    """
    assert filled[0].execute(wrong).fetchall() == []
    wrong = """
        SELECT t.id FROM quiz_attempts AS t JOIN quizzes AS q ON q.id = t.quiz_id
        JOIN (SELECT quiz_attempt_id, sum(points_earned) AS points FROM quiz_answers GROUP BY 1) AS a ON a.quiz_attempt_id = t.id
        WHERE t.status = 'graded'
          AND (t.score, t.points_earned, t.passed) IS DISTINCT FROM
            (lms.percentage(a.points, q.total_points), a.points, lms.percentage(a.points, q.total_points) >= q.passing_score)
    """
    assert filled[0].execute(wrong).fetchall() == []
    kinds = filled[0].execute("SELECT count(DISTINCT question_type), bool_or(question_type = 'essay') FROM quiz_questions").fetchone()
    assert kinds is not None
    assert kinds[0] >= 7


def test_a_completed_course_has_every_lesson_and_every_quiz(filled) -> None:
    unfinished = """
        SELECT e.id FROM enrollments AS e
        WHERE (e.status = 'completed') <> (e.lessons_completed = e.total_lessons)
          OR e.status = 'completed' AND EXISTS (
            SELECT FROM quizzes AS q WHERE q.course_id = e.course_id
              AND NOT EXISTS (SELECT FROM quiz_attempts AS a WHERE a.quiz_id = q.id AND a.enrollment_id = e.id AND a.passed)
          )
    """
    assert filled[0].execute(unfinished).fetchall() == []


def test_nothing_happens_before_its_cause_or_after_the_year(filled) -> None:
    impossible = """
        SELECT 'progress', p.id FROM lesson_progress AS p JOIN enrollments AS e ON e.id = p.enrollment_id
        WHERE p.started_at < e.enrolled_at OR p.completed_at < p.started_at OR p.last_accessed_at >= %(until)s
        UNION ALL SELECT 'attempt', a.id FROM quiz_attempts AS a JOIN enrollments AS e ON e.id = a.enrollment_id
        WHERE a.started_at < e.enrolled_at OR a.submitted_at < a.started_at OR a.submitted_at >= %(until)s
        UNION ALL SELECT 'enrollment', e.id FROM enrollments AS e JOIN members AS m ON m.id = e.member_id
        WHERE e.enrolled_at < m.created_at OR e.completed_at < e.enrolled_at
    """
    assert filled[0].execute(impossible, {"until": UNTIL}).fetchall() == []


def test_each_known_person_can_sign_in(filled) -> None:
    _connection, database, logins, passwords = filled
    assert list(logins) == [role for _first, _last, role in KNOWN]
    for role, login in logins.items():
        with psycopg.connect(database.address.with_(user=login, password=passwords[login]).conninfo()) as person:
            roles = person.execute("SELECT lms.my_roles()").fetchone()
            assert roles is not None
            assert set(roles[0]) == {"learner", role}


def test_a_workspace_with_people_in_it_is_left_alone(filled) -> None:
    with pytest.raises(Conflict):
        fill(filled[1].address, year, lambda _login, _password: None, lambda _what, _rows, _seconds: None)


def test_the_same_seed_gives_the_same_rows() -> None:
    content = Content("asset:a", "asset:b", "asset:c")
    first, again, other = ({table.name: list(table.rows) for table in tables(Year(seed, SCALE, UNTIL, content))} for seed in (7, 7, 8))
    assert first == again
    assert all(first[table] != other[table] for table in first)
