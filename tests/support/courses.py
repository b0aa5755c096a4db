"""Courses for tests, put straight into the tables by the installer, past every policy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from desktop.learning.commands import complete_lesson, enroll, open_lesson
from desktop.store.connection import Store
from tests.support.postgres import Database


def insert(db: Database, table: str, **values: Any) -> UUID:
    """One row; lists of text that a JSON column holds are given as ``Jsonb``."""
    row_id: UUID = values.setdefault("id", uuid4())
    schema, name = table.split(".") if "." in table else ("public", table)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(schema, name), sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(sql.Placeholder() * len(values))
    )
    with psycopg.connect(db.dsn) as connection:
        connection.execute(statement, list(values.values()))
    return row_id


def add_course(db: Database, title: str = "Ethics", **values: Any) -> UUID:
    """A published course, open for enrolment, that belongs to nobody unless ``instructor_id`` says."""
    values = {
        "title": title,
        "slug": f"course-{uuid4().hex}",
        "description": f"All about {title}.",
        "category": "compliance",
        "status": "published",
        "learning_objectives": Jsonb([]),
        **values,
    }
    return insert(db, "courses", **values)


def add_module(db: Database, course_id: UUID, title: str = "Basics", order: int = 1, **values: Any) -> UUID:
    return insert(db, "course_modules", course_id=course_id, title=title, module_order=order, position=order, **values)


def add_lesson(db: Database, module_id: UUID, title: str = "Terms", order: int = 1, **values: Any) -> UUID:
    """A reading, unless ``lesson_type`` says otherwise."""
    values = {"lesson_type": "text", "content_html": "<p>Words.</p>", **values}
    return insert(db, "lessons", module_id=module_id, title=title, lesson_order=order, position=order, **values)


def complete_course(db: Database, learner: Store, title: str = "Ethics") -> UUID:
    """A course of one reading, enrolled in and completed; its enrolment."""
    course = add_course(db, title, ce_credits=Decimal("1.5"))
    lesson = add_lesson(db, add_module(db, course), "Terms", 1)
    enrollment = learner.write(enroll, course).value
    learner.write(open_lesson, enrollment, lesson)
    learner.write(complete_lesson, enrollment, lesson)
    return enrollment
