"""What triggers do to rows: versions and tombstones of authored ones, the audit trail, certificates that stay as they are."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from desktop.models import Base
from tests.support.counters import Connection
from tests.support.postgres import Database


@pytest.fixture
def connection(db: Database) -> Iterator[Connection]:
    with psycopg.connect(db.dsn, autocommit=True) as connection:
        yield connection


def one(connection: Connection, query: str, *parameters: object) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def add_course(connection: Connection, slug: str = "ethics") -> UUID:
    course: UUID = one(
        connection, "INSERT INTO courses (title, slug, description, category) VALUES ('Ethics', %s, '', 'compliance') RETURNING id", slug
    )
    return course


def add_module(connection: Connection, course: UUID, order: int = 1) -> UUID:
    module: UUID = one(
        connection, "INSERT INTO course_modules (course_id, title, module_order) VALUES (%s, 'Part', %s) RETURNING id", course, order
    )
    return module


def add_lesson(connection: Connection, module: UUID, order: int = 1) -> UUID:
    lesson: UUID = one(
        connection,
        "INSERT INTO lessons (module_id, title, lesson_type, lesson_order) VALUES (%s, 'Lesson', 'text', %s) RETURNING id",
        *(module, order),
    )
    return lesson


def add_member(connection: Connection, email: str = "ada@example.org") -> UUID:
    member: UUID = one(connection, "INSERT INTO members (first_name, last_name, email) VALUES ('Ada', 'Long', %s) RETURNING id", email)
    return member


# Versions


def test_every_authored_change_raises_the_clock_of_its_course(connection: Connection) -> None:
    course, other = add_course(connection), add_course(connection, "other")
    module = add_module(connection, course)
    lesson = add_lesson(connection, module)
    assert one(connection, "SELECT row_version FROM lessons") == 3
    connection.execute("UPDATE courses SET title = 'Ethics II' WHERE id = %s", (course,))
    assert one(connection, "SELECT row_version FROM courses WHERE id = %s", course) == 4
    connection.execute("UPDATE lessons SET title = title")
    assert one(connection, "SELECT row_version FROM lessons WHERE id = %s", lesson) == 3
    assert dict(connection.execute("SELECT scope_id, value FROM lms.row_clocks").fetchall()) == {course: 4, other: 1}


def test_questions_outside_any_course_follow_the_clock_of_their_bank(connection: Connection) -> None:
    bank = one(connection, "INSERT INTO quizzes (title) VALUES ('Bank') RETURNING id")
    connection.execute(
        "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order) VALUES (%s, '?', 'essay', 1)", (bank,)
    )
    assert one(connection, "SELECT scope_id, scope, value FROM lms.row_clocks") == (bank, "bank", 2)


def test_a_version_is_never_seen_before_a_smaller_one(db: Database, connection: Connection) -> None:
    lessons = [add_lesson(connection, add_module(connection, add_course(connection)), order) for order in (1,)]
    with psycopg.connect(db.dsn) as slow:
        slow.execute("UPDATE lessons SET title = 'slow' WHERE id = %s", (lessons[0],))
        fast = threading.Thread(target=lambda: connection.execute("UPDATE courses SET title = 'fast'"))
        fast.start()
        fast.join(0.3)
        assert fast.is_alive()  # waits for the clock
        slow.commit()
        fast.join(10)
    assert one(connection, "SELECT l.row_version, c.row_version FROM lessons AS l, courses AS c") == (4, 5)


def test_authored_and_counted_columns_are_all_of_them(connection: Connection) -> None:
    """A new column is either authored, and then named in the trigger, or kept by triggers, and then named here."""
    counted = {
        "courses": "total_enrollments active_enrollments completion_count completion_rate lessons_count avg_rating total_reviews"
        " rating_sum",
        "course_modules": "completion_count",
        "lessons": "views_count avg_completion_rate learners_count learners_completed",
        "lesson_attachments": "download_count",
        "quizzes": "total_points attempts_count avg_score pass_rate graded_count passed_count score_sum",
        "quiz_questions": "",
        "assignments": "submissions_count avg_score graded_count score_sum",
    }
    for table, columns in counted.items():
        definition = one(
            connection,
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'trigger_touch_authored_update' AND tgrelid = %s::regclass",
            table,
        )
        named = re.search(r"UPDATE OF (.*?) ON", definition)
        assert named is not None
        authored = set(named[1].replace('"', "").split(", "))
        everything = set(Base.metadata.tables[f"public.{table}"].columns.keys())
        assert authored | set(columns.split()) | {"id", "row_version", "created_at", "updated_at"} >= everything
        assert authored <= everything
        assert not authored & set(columns.split())


def test_a_row_without_a_position_takes_its_number_and_moves_with_it(connection: Connection) -> None:
    module = add_module(connection, add_course(connection))
    add_lesson(connection, module, 4)
    assert one(connection, "SELECT position FROM lessons") == 4
    connection.execute("UPDATE lessons SET lesson_order = 2")
    assert one(connection, "SELECT position FROM lessons") == 2
    connection.execute("UPDATE lessons SET lesson_order = 1, position = 1.5")
    assert one(connection, "SELECT position FROM lessons") == 1.5


def test_lessons_swap_in_one_statement(connection: Connection) -> None:
    module = add_module(connection, add_course(connection))
    first, second = add_lesson(connection, module, 1), add_lesson(connection, module, 2)
    connection.execute("UPDATE lessons SET lesson_order = 3 - lesson_order")
    assert [row[0] for row in connection.execute("SELECT id FROM lessons ORDER BY lesson_order")] == [second, first]


def test_nothing_moves_to_another_course(connection: Connection) -> None:
    here, there = add_module(connection, add_course(connection)), add_module(connection, add_course(connection, "other"))
    lesson = add_lesson(connection, here)
    with pytest.raises(psycopg.Error) as refusal:
        connection.execute("UPDATE lessons SET module_id = %s", (there,))
    assert refusal.value.sqlstate == "LM003"
    with pytest.raises(psycopg.Error) as refusal:
        connection.execute(
            "INSERT INTO quizzes (course_id, lesson_id, title) SELECT id, %s, 'Quiz' FROM courses WHERE slug = 'other'", (lesson,)
        )
    assert refusal.value.sqlstate == "LM003"


def test_deletion_leaves_a_tombstone_and_undoing_it_takes_it_away(connection: Connection) -> None:
    course = add_course(connection)
    module = add_module(connection, course)
    lesson = add_lesson(connection, module)
    connection.execute("DELETE FROM lessons")
    assert one(connection, "SELECT table_name, row_id, scope_id, row_version FROM lms.tombstones") == ("lessons", lesson, course, 4)
    connection.execute(
        "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order) VALUES (%s, %s, 'Lesson', 'text', 1)", (lesson, module)
    )
    assert one(connection, "SELECT count(*) FROM lms.tombstones") == 0
    connection.execute("DELETE FROM course_modules")
    assert {row[0] for row in connection.execute("SELECT row_id FROM lms.tombstones")} == {lesson, module}


def test_a_course_goes_without_a_trace(connection: Connection) -> None:
    add_lesson(connection, add_module(connection, add_course(connection)))
    connection.execute("DELETE FROM courses")
    assert one(connection, "SELECT count(*) FROM lms.tombstones") == 0


def test_what_learners_have_records_on_is_never_deleted_with_its_course(connection: Connection) -> None:
    course = add_course(connection)
    lesson = add_lesson(connection, add_module(connection, course))
    member = add_member(connection)
    enrollment = one(connection, "INSERT INTO enrollments (course_id, member_id) VALUES (%s, %s) RETURNING id", course, member)
    connection.execute("INSERT INTO lesson_progress (enrollment_id, lesson_id) VALUES (%s, %s)", (enrollment, lesson))
    for statement in ("DELETE FROM lessons", "DELETE FROM course_modules", "DELETE FROM courses"):
        # Postgres 18 gives RESTRICT a state of its own.
        with pytest.raises((psycopg.errors.ForeignKeyViolation, psycopg.errors.RestrictViolation)):
            connection.execute(statement.encode())


# Audit


def test_the_log_says_who_changed_which_columns(db: Database, connection: Connection) -> None:
    person = db.add_person("administrator")
    connection.execute("DELETE FROM audit_logs")
    member = add_member(connection, "grace@example.org")
    connection.execute("UPDATE members SET last_name = 'Short', engagement_score = 5 WHERE id = %s", (member,))
    connection.execute("DELETE FROM members WHERE id = %s", (member,))
    rows = connection.execute("SELECT action, table_name, row_id, old_values, new_values FROM audit_logs ORDER BY id").fetchall()
    assert rows[0] == ("insert", "members", member, None, None)
    assert rows[1] == ("update", "members", member, {"last_name": "Long"}, {"last_name": "Short"})
    assert rows[2][:3] == ("delete", "members", member)
    assert rows[2][3]["last_name"] == "Short"

    with psycopg.connect(db.address.with_(user=person.login, password=person.password).conninfo()) as signed_in:
        signed_in.execute("SELECT lms.grant_role(%s, 'instructor')", (person.member_id,))
    entry = "SELECT action, table_name, row_id, member_id, session_user_name FROM audit_logs ORDER BY id DESC LIMIT 1"
    assert one(connection, entry) == ("insert", "lms.member_roles", person.member_id, person.member_id, person.login)


def test_a_role_changed_into_another_is_logged_as_what_went_and_what_came(connection: Connection) -> None:
    member = add_member(connection)
    connection.execute("INSERT INTO lms.member_roles (member_id, role) VALUES (%s, 'learner'), (%s, 'proctor')", (member, member))
    connection.execute("UPDATE lms.member_roles SET role = 'administrator' WHERE role = 'proctor'")
    rows = connection.execute(
        "SELECT old_values ->> 'role', new_values ->> 'role' FROM audit_logs WHERE action = 'update' AND row_id = %s", (member,)
    ).fetchall()
    assert set(rows) == {("proctor", None), (None, "administrator")}
    connection.execute("UPDATE lms.member_roles SET granted_by = %s", (member,))
    changed = "SELECT count(*) FROM audit_logs WHERE new_values = jsonb_build_object('granted_by', %s::text)"
    assert one(connection, changed, str(member)) == 2


def test_progress_alone_is_not_logged(connection: Connection) -> None:
    course = add_course(connection)
    lesson = add_lesson(connection, add_module(connection, course))
    enrollment = one(
        connection, "INSERT INTO enrollments (course_id, member_id) VALUES (%s, %s) RETURNING id", course, add_member(connection)
    )
    before = one(connection, "SELECT count(*) FROM audit_logs")
    connection.execute("INSERT INTO lesson_progress (enrollment_id, lesson_id, status) VALUES (%s, %s, 'completed')", (enrollment, lesson))
    assert one(connection, "SELECT progress_percentage FROM enrollments") == 100
    assert one(connection, "SELECT count(*) FROM audit_logs") == before


def test_updated_at_follows_changes_only(connection: Connection) -> None:
    add_member(connection)
    connection.execute("UPDATE members SET updated_at = '2020-01-01'")
    before = one(connection, "SELECT updated_at FROM members")
    connection.execute("UPDATE members SET last_name = last_name")
    assert one(connection, "SELECT updated_at FROM members") == before
    connection.execute("UPDATE members SET last_name = 'Short'")
    assert one(connection, "SELECT updated_at FROM members") > before


# Certificates


@pytest.fixture
def certificate(connection: Connection) -> UUID:
    course, member = add_course(connection), add_member(connection)
    enrollment = one(connection, "INSERT INTO enrollments (course_id, member_id) VALUES (%s, %s) RETURNING id", course, member)
    issued: UUID = one(
        connection,
        "INSERT INTO lms.certificates (certificate_number, enrollment_id, member_id, course_id, member_name, course_title, ce_credits,"
        " issuer_name, completed_at) VALUES (generate_certificate_number(), %s, %s, %s, 'Ada Long', 'Ethics', 3, 'NABIP', now())"
        " RETURNING id",
        *(enrollment, member, course),
    )
    return issued


def test_numbers_are_random_and_well_formed(connection: Connection) -> None:
    numbers = [row[0] for row in connection.execute("SELECT generate_certificate_number() FROM generate_series(1, 500)")]
    year = one(connection, "SELECT to_char(now(), 'YYYY')")
    assert all(re.fullmatch(rf"CERT-{year}-[0-9A-HJKMNP-TV-Z]{{8}}", number) for number in numbers)
    assert len(set(numbers)) == 500
    assert {number[-1] for number in numbers} == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE lms.certificates SET member_name = 'Somebody Else'",
        "UPDATE lms.certificates SET ce_credits = 30",
        "UPDATE lms.certificates SET certificate_number = 'CERT-2020-00000000'",
        "DELETE FROM lms.certificates",
        "TRUNCATE lms.certificates CASCADE",
    ],
)
def test_a_certificate_is_never_changed(connection: Connection, certificate: UUID, change: str) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        connection.execute(change.encode())
    assert refusal.value.sqlstate == "LM003"


def test_a_revocation_is_final(connection: Connection, certificate: UUID) -> None:
    connection.execute("UPDATE lms.certificates SET status = 'revoked', revoked_at = now(), revocation_reason = 'Issued in error'")
    for change in ("status = 'valid', revoked_at = NULL, revocation_reason = NULL", "revocation_reason = 'Another'"):
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute(f"UPDATE lms.certificates SET {change}".encode())
        assert refusal.value.sqlstate == "LM003"


def test_an_enrollment_has_one_current_certificate(connection: Connection, certificate: UUID) -> None:
    again = """
        INSERT INTO lms.certificates (certificate_number, enrollment_id, member_id, course_id, member_name, course_title, ce_credits,
          issuer_name, completed_at, supersedes)
        SELECT generate_certificate_number(), enrollment_id, member_id, course_id, 'Ada Short', course_title, ce_credits, issuer_name,
          completed_at, id
        FROM lms.certificates
    """
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(again.encode())
    connection.execute("UPDATE lms.certificates SET status = 'superseded'")
    connection.execute(again.encode())
    assert one(connection, "SELECT count(*) FROM lms.certificates WHERE status = 'valid'") == 1
    with pytest.raises((psycopg.errors.ForeignKeyViolation, psycopg.errors.RestrictViolation)):
        connection.execute("DELETE FROM enrollments")
