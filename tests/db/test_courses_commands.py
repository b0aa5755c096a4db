"""Writing a course, from an empty draft to the catalogue and back, as those who may and those who may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from desktop.changes import Done
from desktop.courses.commands import (
    NewLesson,
    add_lesson,
    add_module,
    archive,
    create_course,
    edit_course,
    publish,
    remove_lesson,
    remove_module,
    slug,
    unpublish,
)
from desktop.courses.outline import LockReason, Outline, build
from desktop.courses.publishing import problems
from desktop.courses.queries import get_course, get_publish_facts, list_outline, list_reviews
from desktop.errors import Invalid, LmsError, NotAllowed, NotFound
from desktop.store.connection import Store
from tests.support.courses import add_course, insert
from tests.support.courses import add_lesson as put_lesson
from tests.support.courses import add_module as put_module
from tests.support.postgres import Database, Person


@dataclass
class Desk:
    person: Person
    store: Store

    def outline(self, course: UUID, enrollment: UUID | None = None, *, teaches: bool = False) -> Outline:
        rows = self.store.read(list_outline, course, enrollment)
        return build(*rows, now=datetime.now(UTC), enrolled=enrollment is not None, unlocked=teaches)

    def undo(self, done: Done) -> Done:
        assert done.undo is not None
        return self.store.write(done.undo.command, *done.undo.arguments)


def desk(db: Database, *roles: str) -> Desk:
    person = db.add_person(*roles)
    return Desk(person, db.store(person))


@pytest.fixture
def author(db: Database) -> Desk:
    return desk(db, "instructor")


@pytest.fixture
def draft(author: Desk) -> UUID:
    return author.store.write(create_course, "Ethics at work", "compliance", "What is right.").value


def test_a_new_course_is_a_draft_that_its_author_teaches(author: Desk, draft: UUID) -> None:
    course = author.store.read(get_course, draft)
    assert (course.title, course.status, course.teaches, course.instructor_id) == ("Ethics at work", "draft", True, author.person.member_id)


def test_taking_back_a_new_course_removes_it(author: Desk) -> None:
    done = author.store.write(create_course, "Oops", "compliance")
    author.undo(done)
    with pytest.raises(NotFound):
        author.store.read(get_course, done.value)


def test_two_courses_may_have_one_title(author: Desk, draft: UUID) -> None:
    again = author.store.write(create_course, "Ethics at work", "compliance").value
    assert again != draft


@pytest.mark.parametrize(("title", "expected"), [("Éthique & Co.", "ethique-co"), ("  A--B ", "a-b"), ("倫理", "course")])
def test_slugs(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_editing_changes_what_is_named_and_undo_brings_it_back(author: Desk, draft: UUID) -> None:
    done = author.store.write(edit_course, draft, {"title": "Ethics", "ce_credits": Decimal("2.5"), "learning_objectives": ["Know right"]})
    course = author.store.read(get_course, draft)
    assert (course.title, course.ce_credits, course.objectives) == ("Ethics", Decimal("2.50"), ("Know right",))
    assert course.description == "What is right."
    author.undo(done)
    course = author.store.read(get_course, draft)
    assert (course.title, course.ce_credits, course.objectives) == ("Ethics at work", Decimal(0), ())


def test_a_title_cannot_be_emptied(author: Desk, draft: UUID) -> None:
    with pytest.raises(Invalid):
        author.store.write(edit_course, draft, {"title": "  "})


@pytest.mark.parametrize("column", ["status", "instructor_id", "avg_rating", "total_enrollments"])
def test_what_functions_keep_cannot_be_edited(author: Desk, draft: UUID, column: str) -> None:
    with pytest.raises(ValueError, match=column):
        author.store.write(edit_course, draft, {column: 5})


@pytest.mark.parametrize("role", ["learner", "instructor", "proctor"])
def test_nobody_else_edits_it(db: Database, draft: UUID, role: str) -> None:
    stranger = desk(db, role)
    with pytest.raises((NotFound, NotAllowed)):
        stranger.store.write(edit_course, draft, {"title": "Mine now"})
    with pytest.raises(LmsError):
        stranger.store.write(add_module, draft, "Mine too")


def test_modules_and_lessons_come_in_the_order_in_which_they_were_added(author: Desk, draft: UUID) -> None:
    for title in ("Basics", "Cases"):
        module = author.store.write(add_module, draft, title).value
        for number in (1, 2):
            author.store.write(add_lesson, module, NewLesson(f"{title} {number}", "text", content_html="<p>Words</p>"))
    outline = author.outline(draft, teaches=True)
    assert [module.row.title for module in outline.modules] == ["Basics", "Cases"]
    assert [lesson.row.title for lesson in outline.lessons] == ["Basics 1", "Basics 2", "Cases 1", "Cases 2"]
    assert all(lesson.lock is None for lesson in outline.lessons)


def test_adding_and_removing_are_each_other_s_inverse(author: Desk, draft: UUID) -> None:
    module = author.store.write(add_module, draft, "Basics")
    lesson = author.store.write(add_lesson, module.value, NewLesson("Link", "external_link", content_url="https://example.org/"))
    removed = author.undo(lesson)
    assert author.outline(draft, teaches=True).lessons == ()
    author.undo(removed)
    assert [entry.row.title for entry in author.outline(draft, teaches=True).lessons] == ["Link"]
    with pytest.raises(Invalid):
        author.store.write(remove_module, module.value)
    with pytest.raises(NotFound):
        author.store.write(remove_lesson, uuid4())


def test_a_draft_without_lessons_is_refused_and_says_why(author: Desk, draft: UUID) -> None:
    facts = author.store.read(get_publish_facts, draft)
    assert [problem.code for problem in problems(facts, datetime.now(UTC)) if problem.blocking] == ["no-lessons"]
    with pytest.raises(Invalid, match="lesson"):
        author.store.write(publish, draft)


def test_a_complete_course_is_published_unpublished_and_archived(db: Database, author: Desk, draft: UUID) -> None:
    module = author.store.write(add_module, draft, "Basics").value
    author.store.write(add_lesson, module, NewLesson("Terms", "text", content_html="<p>Words</p>"))
    done = author.store.write(publish, draft)
    learner = desk(db, "learner")
    assert learner.store.read(get_course, draft).status == "published"
    author.undo(done)
    with pytest.raises(NotFound):
        learner.store.read(get_course, draft)
    author.store.write(publish, draft)
    author.store.write(archive, draft)
    assert author.store.read(get_course, draft).status == "archived"
    author.store.write(unpublish, draft)  # nothing to take out of the catalogue: no error, no change
    assert author.store.read(get_course, draft).status == "archived"


def test_only_who_teaches_a_course_is_told_what_is_missing(db: Database, draft: UUID) -> None:
    with pytest.raises(NotAllowed):
        desk(db, "instructor").store.read(get_publish_facts, draft)


def test_a_stranger_reads_the_table_of_contents_but_finds_it_locked(db: Database) -> None:
    course = add_course(db)
    module = put_module(db, course)
    put_lesson(db, module, "Open to all", 1, is_preview=True)
    put_lesson(db, module, "Members", 2)
    outline = desk(db, "learner").outline(course)
    assert [(entry.row.title, entry.lock and entry.lock.reason) for entry in outline.lessons] == [
        ("Open to all", None),
        ("Members", LockReason.NOT_ENROLLED),
    ]


def test_prerequisites_are_named_and_objectives_listed(db: Database) -> None:
    from psycopg.types.json import Jsonb

    first = add_course(db, "First steps")
    course = add_course(db, prerequisites=Jsonb([str(first), "A licence", str(uuid4())]), learning_objectives=Jsonb(["Know", "Do"]))
    found = desk(db, "learner").store.read(get_course, course)
    assert found.prerequisites == ("First steps", "A licence", "A course that is no longer offered")
    assert found.objectives == ("Know", "Do")


def test_reviews_are_those_that_were_approved(db: Database) -> None:
    course = add_course(db)
    for rating, approved in ((5, True), (5, True), (2, True), (1, False)):
        member = db.add_person("learner").member_id
        insert(db, "course_reviews", course_id=course, member_id=member, rating=rating, is_approved=approved, review_text=f"{rating} stars")
    summary = desk(db, "learner").store.read(list_reviews, course)
    assert summary.counts == {5: 2, 2: 1}
    assert sorted(review.text or "" for review in summary.shown) == ["2 stars", "5 stars", "5 stars"]
