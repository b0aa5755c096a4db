"""The schema against the source document: what it names is there, and what differs is written down in ``server_sql/README.md``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop.models import Base
from desktop.store.migrations import SERVER_SQL
from tests.support.counters import Connection
from tests.support.postgres import ROOT, Database

DATA = Path(os.environ.get("LMS_TEST_DATA", ROOT.parent / "shared" / "data"))
DOCUMENT = DATA.parent / "spec" / "lms-database-architecture.md"

DIFFERENT_TYPES = {
    "lesson_progress.scorm_score": "numeric(8,2)",
    "quiz_questions.points": "numeric(8,2)",
    "quiz_answers.points_earned": "numeric(8,2)",
    "quiz_answers.max_points": "numeric(8,2)",
    "assignments.avg_score": "numeric(8,2)",
    "assignment_submissions.score": "numeric(8,2)",
    "assignment_submissions.grade_percentage": "numeric(8,2)",
    "assignment_submissions.late_penalty_applied": "numeric(8,2)",
    "assignment_submissions.final_score": "numeric(8,2)",
}
MORE_WORDS = {
    "courses.scorm_version": {"aicc"},
    "lessons.scorm_version": {"aicc"},
    "lessons.video_provider": {"workspace"},
    "quiz_attempts.status": {"archived"},
}
LEFT_OUT_INDEXES = {
    "idx_courses_slug",
    "idx_course_modules_order",
    "idx_lessons_order",
    "idx_quiz_questions_order",
    "idx_enrollments_certificate",
    "idx_lesson_progress_scorm",
}
NAMED_OBJECTS = {
    "update_enrollment_progress",
    "generate_certificate_number",
    "auto_grade_quiz_attempt",
    "update_course_analytics",
    "log_audit_trail",
    "verify_certificate",
    "public_certificate_verification",
}


@pytest.fixture(scope="module")
def document() -> str:
    if not DOCUMENT.exists():
        pytest.skip(f"the source document is not at {DOCUMENT}")
    return re.sub(r"/\*.*?\*/", "", re.sub(r"--.*", "", DOCUMENT.read_text()), flags=re.DOTALL)


@pytest.fixture
def connection(db: Database) -> Iterator[Connection]:
    with psycopg.connect(db.dsn, autocommit=True) as connection:
        yield connection


def tables_of(document: str) -> dict[str, str]:
    """The body of each CREATE TABLE of the document."""
    return dict(re.findall(r"^CREATE TABLE (\w+) \(\n(.*?)^\);", document, flags=re.DOTALL | re.MULTILINE))


def words(definition: str) -> set[str]:
    return set(re.findall(r"'([^']*)'", definition))


def vocabularies(connection: Connection) -> dict[str, set[str]]:
    """The words that each column may hold, by ``table.column``, as the installed constraints have them."""
    rows = connection.execute(
        """
        SELECT relname || '.' || attname, pg_get_constraintdef(k.oid)
        FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = conrelid
        JOIN pg_attribute ON attrelid = c.oid AND attnum = conkey[1]
        WHERE contype = 'c' AND cardinality(conkey) = 1 AND pg_get_constraintdef(k.oid) LIKE '%= ANY (ARRAY[%'
          AND relname <> 'audit_logs' -- whose vocabulary is open: commands have names of their own
        """
    )
    return {name: words(definition.replace("'::text", "'")) for name, definition in rows}


def test_every_table_and_column_of_the_document_is_there(document: str, connection: Connection) -> None:
    installed: dict[str, str] = dict(
        connection.execute(
            """
            SELECT relname || '.' || attname, format_type(atttypid, atttypmod)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
            """
        ).fetchall()
    )
    tables = tables_of(document)
    assert len(tables) == 15
    names = {"timestamptz": "timestamp with time zone"}
    for table, body in tables.items():
        for column, kind in re.findall(r"^  (\w+) (\w+(?:\([\d,]+\))?(?:\[\])?)", body, flags=re.MULTILINE):
            if column == "CONSTRAINT":
                continue
            name = f"{table}.{column}"
            assert installed.get(name) == DIFFERENT_TYPES.get(name, names.get(kind, kind)), name


def test_every_vocabulary_of_the_document_is_there(document: str, connection: Connection) -> None:
    installed = vocabularies(connection)
    checked = set()
    for table, body in tables_of(document).items():
        for column, listed in re.findall(r"CHECK \((\w+) IN \((.*?)\)\)", body, flags=re.DOTALL):
            name = f"{table}.{column}"
            assert installed[name] == words(listed) | MORE_WORDS.get(name, set()), name
            checked.add(name)
    assert len(checked) >= 20
    assert checked >= MORE_WORDS.keys()


def test_every_index_and_named_constraint_of_the_document_is_there(document: str, connection: Connection) -> None:
    asked = set(re.findall(r"CREATE INDEX (\w+)", document)) | set(re.findall(r"CONSTRAINT (\w+) UNIQUE", document))
    installed = {name for (name,) in connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    assert len(asked) > 50
    assert asked - installed == LEFT_OUT_INDEXES


def test_every_function_and_view_of_the_document_is_there(document: str, connection: Connection) -> None:
    asked = set(re.findall(r"CREATE OR REPLACE (?:FUNCTION|VIEW) (\w+)", document)) | {"log_audit_trail"}
    assert asked == NAMED_OBJECTS
    found = connection.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
    )
    assert asked <= {name for (name,) in found}


def test_what_differs_is_written_down() -> None:
    readme = (SERVER_SQL / "README.md").read_text()
    differences = {*DIFFERENT_TYPES, *MORE_WORDS, *LEFT_OUT_INDEXES}
    assert {name for name in differences if f"`{name}`" not in readme} == set()


ROWS = """
INSERT INTO member_designations (code, name) VALUES ('RHU', 'Registered Health Underwriter');
INSERT INTO members (first_name, last_name, email) VALUES ('Ada', 'Long', 'ada@example.org');
INSERT INTO transactions (member_id, amount) SELECT id, 199 FROM members;
INSERT INTO lms.member_roles (member_id, role) SELECT id, 'learner' FROM members;
INSERT INTO courses (title, slug, description, category) VALUES ('Ethics', 'ethics', '', 'compliance');
INSERT INTO course_modules (course_id, title, module_order) SELECT id, 'Part', 1 FROM courses;
INSERT INTO lessons (module_id, title, lesson_type, lesson_order) SELECT id, 'Lesson', 'text', 1 FROM course_modules;
INSERT INTO enrollments (course_id, member_id) SELECT c.id, m.id FROM courses AS c, members AS m;
INSERT INTO lesson_progress (enrollment_id, lesson_id) SELECT e.id, l.id FROM enrollments AS e, lessons AS l;
INSERT INTO quizzes (course_id, title) SELECT id, 'Quiz' FROM courses;
INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order) SELECT id, '?', 'essay', 1 FROM quizzes;
INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number)
  SELECT q.id, e.id, e.member_id, 1 FROM quizzes AS q, enrollments AS e;
INSERT INTO assignments (course_id, title, description) SELECT id, 'Work', '' FROM courses;
INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id)
  SELECT a.id, e.id, e.member_id FROM assignments AS a, enrollments AS e;
INSERT INTO assignment_reviews (submission_id, reviewer_id) SELECT id, member_id FROM assignment_submissions;
INSERT INTO lms.grades (submission_id, assignment_id, stage) SELECT id, assignment_id, 'first' FROM assignment_submissions;
INSERT INTO lms.annotations (id, submission_id, asset_id, kind, page, strokes, colour)
  SELECT gen_random_uuid(), id, 'x', 'note', 0, '[]', '#ffd54a' FROM assignment_submissions;
INSERT INTO lms.regrade_requests (submission_id, reason) SELECT id, 'Look again' FROM assignment_submissions;
INSERT INTO live_sessions (course_id, title, session_date, duration_minutes, meeting_url, instructor_id)
  SELECT c.id, 'Talk', now(), 60, 'https://meet.example.org', m.id FROM courses AS c, members AS m;
INSERT INTO lms.certificates (certificate_number, enrollment_id, member_id, course_id, member_name, course_title, ce_credits, issuer_name,
    completed_at)
  SELECT generate_certificate_number(), id, member_id, course_id, 'Ada Long', 'Ethics', 3, 'NABIP', now() FROM enrollments;
INSERT INTO lms.certificate_deliveries (certificate_id, kind, address) SELECT id, 'certificate', 'ada@example.org' FROM lms.certificates;
INSERT INTO lms.ce_approvals (course_id, state, course_number, credits, approved_on) SELECT id, 'WA', '1', 1, '2026-01-01' FROM courses;
INSERT INTO lms.sittings (quiz_id, title, opens_at, closes_at, duration_minutes)
  SELECT id, 'May', now(), now() + interval '1 day', 60 FROM quizzes;
INSERT INTO lms.seats (sitting_id, enrollment_id, attempt_id, began_at)
  SELECT s.id, a.enrollment_id, a.id, now() FROM lms.sittings AS s, quiz_attempts AS a;
INSERT INTO lms.seat_commands (seat_id, command, body) SELECT id, 'message', '{}' FROM lms.seats;
INSERT INTO lms.late_answers (seat_id, epoch, sequence, question_id, reason)
  SELECT s.id, 1, 1, q.id, 'superseded' FROM lms.seats AS s, quiz_questions AS q;
INSERT INTO lms.privacy_requests (member_id, kind) SELECT id, 'inspection' FROM members;
"""
"""One row in every table that has a vocabulary."""


def test_each_word_of_each_vocabulary_is_taken_and_no_other(connection: Connection) -> None:
    connection.execute(ROWS.encode())
    schemas = {table.name: table.schema for table in Base.metadata.tables.values()}
    tried = 0
    for name, vocabulary in vocabularies(connection).items():
        table, column = name.split(".")
        if table in ("applied_files", "row_clocks", "certificate_log", "incidents"):
            continue  # written by the runner, by triggers and by functions that hash

        def take(word: str, target: str = f"{schemas[table]}.{table}", column: str = column) -> None:
            # A revoked certificate must say when and why.
            more = ", revoked_at = now(), revocation_reason = 'Error'" if word == "revoked" else ""
            with connection.transaction(force_rollback=True):
                changed = connection.execute(f"UPDATE {target} SET {column} = %s{more}".encode(), (word,)).rowcount
                assert changed == 1, target

        for word in sorted(vocabulary):
            take(word)
            tried += 1
        with pytest.raises(psycopg.errors.CheckViolation):
            take("something else")
        with pytest.raises(psycopg.errors.CheckViolation):
            take(sorted(vocabulary)[0].upper() + " ")
    assert tried > 100


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO members (first_name, last_name, email) VALUES ('Ada', 'Again', 'ADA@Example.org')", "members_email_key"),
        ("INSERT INTO enrollments (course_id, member_id) SELECT course_id, member_id FROM enrollments", "unique_member_course_enrollment"),
        ("UPDATE members SET email = ' ada@example.org'", "members_email_check"),
        ("UPDATE enrollments SET progress_percentage = 101", "enrollments_progress_percentage_check"),
        (
            "UPDATE courses SET enrollment_start_date = now(), enrollment_end_date = now() - interval '1 day'",
            "courses_enrollment_window_check",
        ),
        ("UPDATE courses SET prerequisites = '{}'", "courses_prerequisites_check"),
        ("UPDATE lms.certificates SET status = 'revoked'", "certificates_revoked_check"),
    ],
)
def test_what_is_refused(connection: Connection, statement: str, constraint: str) -> None:
    connection.execute(ROWS.encode())
    with pytest.raises(psycopg.errors.IntegrityError) as refusal:
        connection.execute(statement.encode())
    assert refusal.value.diag.constraint_name == constraint


def test_a_cohort_may_be_joined_beside_the_course_itself(connection: Connection) -> None:
    connection.execute(ROWS.encode())
    cohort = "INSERT INTO enrollments (course_id, member_id, cohort_name) SELECT course_id, member_id, 'Spring' FROM enrollments"
    connection.execute(cohort.encode())
    rows: list[Any] = connection.execute("SELECT cohort_name FROM enrollments ORDER BY cohort_name NULLS FIRST").fetchall()
    assert rows == [(None,), ("Spring",)]
