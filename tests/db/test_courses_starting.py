"""New courses that begin with something in them, on a real server, for those who may and those who may not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from desktop.changes import Done
from desktop.courses.commands import create_course
from desktop.courses.outline import Outline, build
from desktop.courses.queries import get_course, list_outline
from desktop.courses.starting import Template, list_originals, list_templates, start_from_copy, start_from_template
from desktop.errors import NotFound
from desktop.store.connection import Store
from tests.support.courses import add_course, add_lesson, add_module, insert
from tests.support.postgres import Database


def outline(store: Store, course: UUID) -> Outline:
    return build(*store.read(list_outline, course, None), now=datetime.now(UTC), enrolled=False, unlocked=False)


@pytest.mark.parametrize("template", list_templates(), ids=lambda template: template.name)
def test_a_course_from_a_template_has_its_outline_and_goes_as_one(db: Database, template: Template) -> None:
    author = db.store(db.add_person("instructor"))
    done: Done[UUID] = author.write(start_from_template, "Ethics 2027", "compliance", "What is right.", template)
    course = author.read(get_course, done.value)
    assert (course.title, course.category, course.status, course.teaches) == ("Ethics 2027", "compliance", "draft", True)
    assert (course.description, course.delivery_format) == ("What is right.", template.course["delivery_format"])
    shown = outline(author, done.value)
    assert [module.row.title for module in shown.modules] == [module["title"] for module in template.modules]
    assert [lesson.row.title for lesson in shown.lessons] == [
        lesson["title"] for module in template.modules for lesson in module["lessons"]
    ]
    assert done.undo is not None
    author.write(done.undo.command, *done.undo.arguments)
    with pytest.raises(NotFound):
        author.read(get_course, done.value)


def test_a_copy_takes_lessons_attachments_and_rules_but_no_dates(db: Database) -> None:
    person = db.add_person("instructor")
    author = db.store(person)
    start = datetime(2026, 1, 5, tzinfo=UTC)
    original = add_course(
        db,
        "Ethics",
        instructor_id=person.member_id,
        ce_credits=Decimal("1.5"),
        course_start_date=start,
        learning_objectives=Jsonb(["Know right"]),
    )
    cases = add_module(db, original, "Cases", 2)
    basics = add_module(db, original, "Basics", 1, unlock_after_module_id=cases)  # waits for what comes after it
    duties = add_lesson(db, basics, "Duties", 2)
    terms = add_lesson(db, basics, "Terms", 1, unlock_after_lesson_id=duties)
    insert(db, "lesson_attachments", lesson_id=terms, file_name="terms.pdf", file_url="https://a.example/t", file_type="pdf")

    assert [choice.name for choice in author.read(list_originals)] == ["Ethics"]
    copy = author.write(start_from_copy, "Ethics again", "compliance", "", original).value
    course = author.read(get_course, copy)
    assert (course.title, course.status, course.ce_credits, course.objectives) == (
        "Ethics again",
        "draft",
        Decimal("1.50"),
        ("Know right",),
    )
    assert course.description == "All about Ethics."
    query = """
        SELECT c.course_start_date, m.title, w.title, l.title, v.title, a.file_name
        FROM courses AS c
        JOIN course_modules AS m ON m.course_id = c.id
        LEFT JOIN course_modules AS w ON w.id = m.unlock_after_module_id AND w.course_id = c.id
        LEFT JOIN lessons AS l ON l.module_id = m.id
        LEFT JOIN lessons AS v ON v.id = l.unlock_after_lesson_id AND v.module_id = m.id
        LEFT JOIN lesson_attachments AS a ON a.lesson_id = l.id
        WHERE c.id = %s
        ORDER BY m.module_order, l.lesson_order
    """
    with psycopg.connect(db.dsn) as connection:
        rows = connection.execute(query, (copy,)).fetchall()
    assert rows == [
        (None, "Basics", "Cases", "Terms", "Duties", "terms.pdf"),
        (None, "Basics", "Cases", "Duties", None, None),
        (None, "Cases", None, None, None, None),
    ]


def test_a_copy_takes_quizzes_with_their_banks_and_assignments_along(db: Database) -> None:
    person = db.add_person("instructor")
    author = db.store(person)
    original = add_course(db, "Ethics", instructor_id=person.member_id)
    lesson = add_lesson(db, add_module(db, original, "Basics", 1), "Check", 1)
    shared = insert(db, "quizzes", title="Everybody's", is_bank=True)
    bank = insert(db, "quizzes", course_id=original, title="Pool", is_bank=True)
    quiz = insert(db, "quizzes", lesson_id=lesson, title="Final", passing_score=85, available_until=datetime(2026, 1, 5, tzinfo=UTC))
    for order, (where, words, retired) in enumerate([(bank, "Drawn?", False), (quiz, "Asked?", False), (quiz, "Given up?", True)], 1):
        insert(db, "quiz_questions", quiz_id=where, question_text=words, question_type="essay", question_order=order, retired=retired)
    insert(db, "lms.quiz_draws", quiz_id=quiz, bank_id=bank, position=7)
    insert(db, "lms.quiz_draws", quiz_id=quiz, bank_id=shared, position=8)
    due = datetime(2026, 2, 1, tzinfo=UTC)
    insert(db, "assignments", course_id=original, lesson_id=lesson, title="Essay", description="Write.", due_date=due, total_points=40)

    copy = author.write(start_from_copy, "Ethics again", "compliance", "", original).value
    query = """
        SELECT q.title, q.passing_score, q.available_until, l.title, qq.question_text, b.title, b.course_id
        FROM course_modules AS m JOIN lessons AS l ON l.module_id = m.id JOIN quizzes AS q ON q.lesson_id = l.id
        LEFT JOIN quiz_questions AS qq ON qq.quiz_id = q.id
        LEFT JOIN lms.quiz_draws AS d ON d.quiz_id = q.id LEFT JOIN quizzes AS b ON b.id = d.bank_id
        WHERE m.course_id = %s ORDER BY d.position
    """
    with psycopg.connect(db.dsn) as connection:
        rows = connection.execute(query, (copy,)).fetchall()
        banks = connection.execute(
            "SELECT question_text FROM quiz_questions WHERE quiz_id IN (SELECT id FROM quizzes WHERE course_id = %s AND is_bank)", (copy,)
        ).fetchall()
        tasks = connection.execute("SELECT title, total_points, due_date FROM assignments WHERE course_id = %s", (copy,)).fetchall()
    assert rows == [
        ("Final", 85, None, "Check", "Asked?", "Pool", copy),
        ("Final", 85, None, "Check", "Asked?", "Everybody's", None),
    ]
    assert banks == [("Drawn?",)]
    assert tasks == [("Essay", 40, None)]


def test_nobody_copies_a_course_that_they_do_not_teach(db: Database) -> None:
    original = db.store(db.add_person("instructor")).write(create_course, "Mine", "compliance").value
    stranger = db.store(db.add_person("instructor"))
    assert stranger.read(list_originals) == ()
    with pytest.raises(NotFound):
        stranger.write(start_from_copy, "Yours", "compliance", "", original)
    assert [choice.id for choice in db.store(db.add_person("administrator")).read(list_originals)].count(original) == 1
