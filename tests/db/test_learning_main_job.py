"""Learning as the learner meets it: enrol, continue, complete, and see what is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from desktop.courses.queries import get_course
from desktop.errors import Conflict, Invalid, LmsError, NotFound
from desktop.learning.commands import complete_lesson, drop, enroll, open_lesson
from desktop.learning.queries import (
    get_learning_totals,
    get_lesson,
    list_deadlines,
    list_my_certificates,
    list_my_enrollments,
    list_recommendations,
)
from desktop.store.connection import Store
from tests.support.courses import add_course, add_lesson, add_module, insert
from tests.support.postgres import Database

SOON = datetime.now(UTC) + timedelta(days=3)


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner"))


@pytest.fixture
def lessons(db: Database) -> tuple[UUID, UUID, UUID]:
    """A course of two readings: its id and theirs."""
    course = add_course(db, "Ethics", ce_credits=Decimal("1.5"))
    module = add_module(db, course)
    return course, add_lesson(db, module, "Terms", 1), add_lesson(db, module, "Cases", 2)


def test_from_enrolment_to_completion(learner: Store, lessons: tuple[UUID, UUID, UUID]) -> None:
    course, terms, cases = lessons
    enrollment = learner.write(enroll, course).value
    learner.write(open_lesson, enrollment, terms)
    (mine,) = learner.read(list_my_enrollments)
    assert (mine.status, mine.current_lesson, mine.progress, mine.total_lessons) == ("in_progress", "Terms", Decimal(0), 2)
    learner.write(complete_lesson, enrollment, terms)
    assert learner.read(list_my_enrollments)[0].progress == 50
    learner.write(open_lesson, enrollment, cases)
    learner.write(complete_lesson, enrollment, cases)
    (mine,) = learner.read(list_my_enrollments)
    assert (mine.status, mine.progress, mine.lessons_completed) == ("completed", Decimal(100), 2)
    totals = learner.read(get_learning_totals)
    assert (totals.active, totals.completed, totals.credits) == (0, 1, Decimal("1.50"))
    assert learner.read(get_course, course).enrollment_status == "completed"


def test_enrolling_twice_is_refused_in_words(learner: Store, lessons: tuple[UUID, UUID, UUID]) -> None:
    learner.write(enroll, lessons[0])
    with pytest.raises(Conflict, match="already"):
        learner.write(enroll, lessons[0])


def test_a_course_that_is_closed_says_so(db: Database, learner: Store) -> None:
    with pytest.raises(Invalid):
        learner.write(enroll, add_course(db, allow_enrollment=False))


def test_leaving_a_course_closes_its_lessons(learner: Store, lessons: tuple[UUID, UUID, UUID]) -> None:
    course, terms, _cases = lessons
    enrollment = learner.write(enroll, course).value
    assert learner.read(get_lesson, terms, enrollment).content_html == "<p>Words.</p>"
    learner.write(drop, enrollment)
    with pytest.raises(NotFound):
        learner.read(get_lesson, terms, enrollment)
    with pytest.raises(LmsError):
        learner.write(open_lesson, enrollment, terms)


def test_a_lesson_is_hidden_from_whoever_is_not_enrolled_but_a_preview_is_not(db: Database, learner: Store) -> None:
    module = add_module(db, add_course(db))
    hidden, shown = add_lesson(db, module, order=1), add_lesson(db, module, order=2, is_preview=True)
    attachment = insert(
        db,
        "lesson_attachments",
        lesson_id=shown,
        file_name="a.pdf",
        file_url="https://example.org/a.pdf",
        file_type="application/pdf",
        requires_enrollment=False,
    )
    with pytest.raises(NotFound):
        learner.read(get_lesson, hidden)
    assert [found.id for found in learner.read(get_lesson, shown).attachments] == [attachment]


def test_deadlines_come_soonest_first_and_leave_out_what_is_done(db: Database) -> None:
    person = db.add_person("learner")
    learner = db.store(person)
    teacher = db.add_person("instructor")
    course = add_course(db, "Ethics", course_end_date=SOON + timedelta(days=5))
    enrollment = learner.write(enroll, course).value
    open_task = insert(db, "assignments", course_id=course, title="Essay", description="Write.", due_date=SOON)
    done_task = insert(db, "assignments", course_id=course, title="Done", description="Write.", due_date=SOON)
    insert(db, "assignment_submissions", assignment_id=done_task, enrollment_id=enrollment, member_id=person.member_id)
    insert(db, "quizzes", course_id=course, title="Exam", available_until=SOON + timedelta(days=1))
    insert(db, "quizzes", course_id=course, title="Over", available_until=SOON - timedelta(days=9))
    insert(
        db,
        "live_sessions",
        course_id=course,
        title="Questions",
        session_date=SOON + timedelta(days=2),
        duration_minutes=60,
        meeting_url="https://example.org/meet",
        instructor_id=teacher.member_id,
    )
    found = learner.read(list_deadlines)
    assert [(entry.kind, entry.title) for entry in found] == [
        ("assignment", "Essay"),
        ("quiz", "Exam"),
        ("live_session", "Questions"),
        ("course", "Ethics"),
    ]
    assert found[0].id == open_task


def test_recommendations_leave_out_what_is_taken_and_prefer_what_is_alike(db: Database, learner: Store) -> None:
    learner.write(enroll, add_course(db, "Taken", category="leadership"))
    add_course(db, "Elsewhere", category="technology", avg_rating=5, total_reviews=1)
    add_course(db, "Alike", category="leadership")
    add_course(db, "Closed", category="leadership", allow_enrollment=False)
    assert [entry.title for entry in learner.read(list_recommendations)] == ["Alike", "Elsewhere"]


def test_nobody_sees_another_s_learning(db: Database, learner: Store, lessons: tuple[UUID, UUID, UUID]) -> None:
    learner.write(enroll, lessons[0])
    for role in ("learner", "administrator"):
        other = db.store(db.add_person(role))
        assert other.read(list_my_enrollments) == ()
        assert other.read(get_learning_totals).active == 0
        assert other.read(list_my_certificates) == ()
