"""Who gets a certificate, and the reason for each one who does not: the same for the list and for the function that issues."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from desktop.certificates.commands import issue, reissue, revoke
from desktop.certificates.eligibility import HINDRANCES
from desktop.certificates.queries import HeldFilter, count_due, count_held, list_due, list_held_keys, page_held
from desktop.errors import Invalid
from desktop.store.connection import Store
from tests.support.courses import complete_course, insert
from tests.support.postgres import Database, Person

SESSION_HELD = """
WITH session AS (
  INSERT INTO live_sessions (course_id, title, session_date, duration_minutes, meeting_url, instructor_id, status)
  SELECT course_id, 'Evening', now() - interval '1 day', 60, 'https://meet.example.org', %(teacher)s, 'completed' FROM enrollments
  RETURNING id
), format AS (
  UPDATE courses SET delivery_format = 'live_virtual'
)
INSERT INTO session_attendance (session_id, enrollment_id, member_id, attended, eligible_for_credit)
SELECT session.id, e.id, e.member_id, true, %(credit)s FROM session, enrollments AS e
"""


@pytest.fixture
def person(db: Database) -> Person:
    return db.add_person("learner", first_name="Amara", last_name="Okafor")


@pytest.fixture
def learner(db: Database, person: Person) -> Store:
    return db.store(person)


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


def change(db: Database, statement: str, **values: object) -> None:
    with psycopg.connect(db.dsn) as connection:
        connection.execute(statement.encode(), values)


@pytest.mark.parametrize(
    ("statement", "hindrance", "says"),
    [
        ("UPDATE courses SET completion_certificate = false", "no-certificate", "issues no certificates"),
        ("UPDATE enrollments SET status = 'in_progress', completed_at = NULL", "not-completed", "has not been completed"),
        ("UPDATE enrollments SET status = 'dropped'", "enrollment-dropped", "was dropped"),
        ("UPDATE enrollments SET status = 'suspended'", "enrollment-suspended", "is suspended"),
        ("UPDATE enrollments SET status = 'expired'", "enrollment-expired", "time to complete"),
        ("UPDATE enrollments SET expires_at = now() - interval '1 day'", "completion-expired", "has expired"),
        (SESSION_HELD, "attendance-missing", "attended for credit"),
    ],
)
def test_the_reason_is_the_same_in_the_list_and_for_who_issues(
    db: Database, learner: Store, administrator: Store, statement: str, hindrance: str, says: str
) -> None:
    enrollment = complete_course(db, learner)
    assert administrator.read(list_due) == (enrollment,)
    change(db, statement, teacher=db.add_person("instructor").member_id, credit=False)
    (held,) = administrator.read(page_held, HeldFilter())
    assert (held.enrollment_id, held.member_name, held.hindrance) == (enrollment, "Amara Okafor", hindrance)
    assert hindrance in HINDRANCES
    assert administrator.read(count_due) == 0
    for store in (learner, administrator):
        with pytest.raises(Invalid, match=says):
            store.write(issue, enrollment)


def test_who_attended_with_credit_gets_one(db: Database, learner: Store, administrator: Store) -> None:
    enrollment = complete_course(db, learner)
    change(db, SESSION_HELD, teacher=db.add_person("instructor").member_id, credit=True)
    assert administrator.read(list_due) == (enrollment,)
    learner.write(issue, enrollment)


def test_after_a_revocation_only_an_administrator_issues_another(db: Database, learner: Store, administrator: Store) -> None:
    enrollment = complete_course(db, learner)
    administrator.write(revoke, learner.write(issue, enrollment).value, "By mistake")
    assert administrator.read(count_held, HeldFilter()) == {"certificate-revoked": 1}
    with pytest.raises(Invalid, match="revoked"):
        learner.write(issue, enrollment)
    certificate: UUID = administrator.write(issue, enrollment).value
    administrator.write(reissue, certificate)
    assert administrator.read(count_held, HeldFilter()) == {}


def test_the_list_is_searched_filtered_and_paged(db: Database, learner: Store, person: Person, administrator: Store) -> None:
    for title in ("Ethics", "Medicare", "Claims"):
        complete_course(db, learner, title)
    change(db, "UPDATE enrollments SET status = 'dropped'")
    other = db.add_person("learner", first_name="Bo", last_name="Li")
    course = insert(db, "courses", title="Ethics II", slug="ethics-2", description="More.", category="compliance", status="published")
    insert(db, "enrollments", course_id=course, member_id=other.member_id)
    assert administrator.read(count_held, HeldFilter("ethics")) == {"enrollment-dropped": 1, "not-completed": 1}
    assert [row.course_title for row in administrator.read(page_held, HeldFilter("", frozenset({"not-completed"})))] == ["Ethics II"]
    everything = administrator.read(page_held, HeldFilter())
    assert [row.course_title for row in everything] == ["Ethics II", "Claims", "Medicare", "Ethics"]
    (first, *_rest) = administrator.read(list_held_keys, HeldFilter(), 1)
    assert administrator.read(page_held, HeldFilter(), first) == everything[1:]
    assert {row.member_name for row in learner.read(page_held, HeldFilter())} == {"Amara Okafor"}, "everybody sees their own part"
