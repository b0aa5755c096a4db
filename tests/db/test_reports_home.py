"""The figures of Home, each as the role that it is for, and empty for the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from desktop.learning.commands import complete_lesson, enroll, open_lesson
from desktop.reports.queries import (
    get_teaching_totals,
    get_waiting,
    list_certificates_due,
    list_pending_payments,
    list_recent_completions,
    list_supervised,
    list_taught_courses,
    list_trends,
)
from tests.support.courses import add_course, add_lesson, add_module, insert
from tests.support.postgres import Database, Person

SOON = datetime.now(UTC) + timedelta(days=3)


@pytest.fixture
def teacher(db: Database) -> Person:
    return db.add_person("instructor")


@pytest.fixture
def completed(db: Database, teacher: Person) -> UUID:
    """A course of one lesson that one learner, Learner Number 2, has completed."""
    course = add_course(db, "Ethics", instructor_id=teacher.member_id)
    lesson = add_lesson(db, add_module(db, course))
    learner = db.store(db.add_person("learner"))
    enrollment = learner.write(enroll, course).value
    learner.write(open_lesson, enrollment, lesson)
    learner.write(complete_lesson, enrollment, lesson)
    return course


def test_an_instructor_sees_their_courses_and_who_completed_them(db: Database, teacher: Person, completed: UUID) -> None:
    add_course(db, "Draft", status="draft", instructor_id=teacher.member_id)
    add_course(db, "Somebody else's")
    store = db.store(teacher)
    assert [(course.title, course.completions) for course in store.read(list_taught_courses)] == [("Ethics", 1), ("Draft", 0)]
    totals = store.read(get_teaching_totals)
    assert (totals.courses, totals.drafts, totals.active, totals.to_grade) == (1, 1, 0, 0)
    (done,) = store.read(list_recent_completions)
    assert (done.learner, done.course_title) == ("Learner Number 2", "Ethics")


def test_work_to_grade_is_counted_over_submissions_and_attempts(db: Database, teacher: Person) -> None:
    course = add_course(db, instructor_id=teacher.member_id)
    person = db.add_person("learner")
    enrollment = db.store(person).write(enroll, course).value
    task = insert(db, "assignments", course_id=course, title="Essay", description="Write.")
    quiz = insert(db, "quizzes", course_id=course, title="Quiz")
    insert(db, "assignment_submissions", assignment_id=task, enrollment_id=enrollment, member_id=person.member_id)
    insert(db, "quiz_attempts", quiz_id=quiz, enrollment_id=enrollment, member_id=person.member_id, attempt_number=1, status="submitted")
    assert db.store(teacher).read(get_teaching_totals).to_grade == 2
    assert db.store(db.add_person("instructor")).read(get_teaching_totals).to_grade == 0


def test_an_administrator_sees_what_waits(db: Database, completed: UUID) -> None:
    payer = db.add_person("learner", first_name="Pat", last_name="Payer")
    paid = add_course(db, "Paid", pricing_type="paid", price=120)
    db.store(payer).write(enroll, paid)
    add_course(db, "Review me", status="under_review")
    insert(db, "members", first_name="No", last_name="Login", email="none@example.org")
    admin = db.store(db.add_person("administrator"))
    waiting = admin.read(get_waiting)
    assert (waiting.payments, waiting.without_login, waiting.certificates_due, waiting.under_review) == (1, 1, 1, 1)
    (payment,) = admin.read(list_pending_payments)
    assert (payment.member, payment.course_title, payment.amount) == ("Pat Payer", "Paid", Decimal(120))
    (due,) = admin.read(list_certificates_due)
    assert (due.member, due.course_title) == ("Learner Number 2", "Ethics")


def test_trends_count_by_week_and_end_with_the_current_one(db: Database, completed: UUID) -> None:
    with psycopg.connect(db.dsn) as connection:
        connection.execute("UPDATE enrollments SET enrolled_at = now() - interval '14 days'")
    trends = {trend.name: trend for trend in db.store(db.add_person("administrator")).read(list_trends)}
    assert trends["enrollments"].weeks[-3] == 1
    assert trends["enrollments"].current == 0
    assert trends["enrollments"].change == -100
    assert trends["completions"].current == 1
    assert trends["certificates"].change is None


def test_supervised_events_are_final_exams_and_sessions_ahead(db: Database, teacher: Person) -> None:
    course = add_course(db, "Ethics", instructor_id=teacher.member_id)
    insert(db, "quizzes", course_id=course, title="Final", quiz_type="final_exam", available_from=SOON)
    insert(db, "quizzes", course_id=course, title="Far away", quiz_type="final_exam", available_from=SOON + timedelta(days=90))
    insert(db, "quizzes", course_id=course, title="Practice", quiz_type="practice", available_from=SOON)
    session = {"course_id": course, "duration_minutes": 60, "meeting_url": "https://example.org/", "instructor_id": teacher.member_id}
    insert(db, "live_sessions", title="Questions", session_date=SOON + timedelta(hours=1), **session)
    insert(db, "live_sessions", title="Called off", session_date=SOON, status="cancelled", **session)
    found = db.store(teacher).read(list_supervised)
    assert [(event.kind, event.title) for event in found] == [("exam", "Final"), ("live_session", "Questions")]


def test_a_learner_finds_none_of_it(db: Database, completed: UUID) -> None:
    store = db.store(db.add_person("learner"))
    assert store.read(list_taught_courses) == ()
    assert store.read(list_recent_completions) == ()
    assert store.read(list_pending_payments) == ()
    assert store.read(list_certificates_due) == ()
