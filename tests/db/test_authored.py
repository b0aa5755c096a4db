"""One declaration of what authors write: the replica's, the server's, the triggers that count versions and the grants say the same."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from desktop.store.authored import TABLES, Authored
from tests.support.courses import add_course, add_lesson, add_module, insert
from tests.support.postgres import Database

BY_FUNCTIONS = {"courses": {"status", "published_at", "archived_at", "instructor_id", "co_instructors", "created_by"}}
"""Authored, and changed by functions of their own or never."""
ORDERS = {
    "course_modules": "module_order",
    "lessons": "lesson_order",
    "lesson_attachments": "attachment_order",
    "quiz_questions": "question_order",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_replica_server_triggers_and_grants_agree(db: Database, table: Authored) -> None:
    authored = set(table.columns)
    order = {ORDERS[table.name]} if table.name in ORDERS else set()
    with psycopg.connect(db.dsn) as connection:
        assert one(connection, "SELECT lms.authored_columns(%s)", table.name) == list(table.columns)
        versioned = one(
            connection,
            "SELECT array_agg(a.attname::text) FROM pg_trigger AS t"
            " JOIN pg_attribute AS a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)"
            " WHERE t.tgrelid = %s::regclass AND t.tgname = 'trigger_touch_authored_update'",
            one(connection, "SELECT lms.authored_table(%s)::text", table.name),
        )
        assert set(versioned) == authored | order | BY_FUNCTIONS.get(table.name, set())
        granted = one(
            connection,
            "SELECT array_agg(column_name::text) FROM information_schema.column_privileges"
            " WHERE grantee = 'lms_staff' AND privilege_type = 'INSERT' AND table_name = %s",
            table.name,
        )
        assert set(granted) - {"id", "instructor_id", "created_by"} == authored | order


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_defaults_are_the_servers(db: Database, table: Authored) -> None:
    with psycopg.connect(db.dsn) as connection:
        course = add_course(db)
        module = add_module(db, course)
        lesson = add_lesson(db, module)
        quiz = insert(db, "quizzes", course_id=course, title="Quiz")
        least: dict[str, dict[str, Any]] = {
            "courses": {"title": "t", "slug": "s", "description": "d", "category": "compliance"},
            "course_modules": {"course_id": course, "title": "t", "module_order": 9, "position": 9},
            "lessons": {"module_id": module, "title": "t", "lesson_type": "text", "lesson_order": 9, "position": 9},
            "lesson_attachments": {"lesson_id": lesson, "file_name": "f", "file_url": "https://example.org", "file_type": "text/plain"},
            "quizzes": {"course_id": course, "title": "t"},
            "quiz_questions": {"quiz_id": quiz, "question_text": "t", "question_type": "essay", "question_order": 9, "position": 9},
            "quiz_draws": {"quiz_id": quiz, "bank_id": insert(db, "quizzes", title="Bank", is_bank=True), "position": 9},
            "assignments": {"course_id": course, "title": "t", "description": "d"},
        }
        row = insert(db, "lms.quiz_draws" if table.name == "quiz_draws" else table.name, **least[table.name])
        found = one(connection, "SELECT lms.authored_row(%s, %s)", table.name, row)
    given = set(least[table.name]) | {"position"}
    assert {column: table.defaults.get(column) for column in table.columns if column not in given} == {
        column: found[column] for column in table.columns if column not in given
    }


def one(connection: psycopg.Connection[Any], statement: str, *arguments: object) -> Any:
    row = connection.execute(statement, arguments).fetchone()
    assert row is not None
    return row[0]
