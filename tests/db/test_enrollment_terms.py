"""What enrolling means for a learner, read before they do: what keeps them out, the price, the seats, and what is pending."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest

from desktop.errors import LmsError
from desktop.learning.commands import drop, enroll
from desktop.learning.payments import ENDED, PENDING, list_payments
from desktop.learning.queries import get_enrollment_terms
from tests.support.association import Association, one


def change(association: Association, course: str, values: str) -> None:
    with association.installer() as installer:
        installer.execute(f"UPDATE courses SET {values} WHERE id = %s", (association[course],))


def standing(association: Association) -> tuple[str, Decimal]:
    with association.installer() as installer:
        query = "SELECT status, amount_paid FROM enrollments WHERE id = %s"
        row = installer.execute(query, (association["paula_enrollment"],)).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ("allow_enrollment = false", "enrollment-closed"),
        ("enrollment_start_date = now() + interval '1 day'", "enrollment-not-open"),
        ("course_end_date = now() - interval '1 day'", "enrollment-over"),
        ("max_enrollments = 3", "course-full"),
        ("max_enrollments = 5", None),
        ("prerequisites = jsonb_build_array((SELECT p.id FROM courses AS p WHERE p.slug = 'leading'))", "prerequisites"),
    ],
)
def test_who_reads_the_terms_knows_what_enrolling_would_answer(association: Association, values: str, problem: str | None) -> None:
    change(association, "course", values)
    store = association.database.store(association.people["proctor"])
    terms = store.read(get_enrollment_terms, association["course"])
    assert terms is not None
    assert terms.problem == problem
    assert bool(terms.missing) == (problem == "prerequisites")
    if problem is None:
        assert (terms.seats_left, terms.due) == (2, terms.price), "three are in the course"
        store.write(enroll, association["course"])
    else:
        with pytest.raises(LmsError):
            store.write(enroll, association["course"])
    assert store.read(get_enrollment_terms, association["draft"]) is None
    assert store.read(get_enrollment_terms, uuid4()) is None


def test_what_is_pending_is_cancelled_by_the_member_and_frees_the_seat(association: Association) -> None:
    paula = association.database.store(association.people["paula"])
    change(association, "paid", "max_enrollments = 1")
    lea = association.database.store(association.people["lea"])
    terms = paula.read(get_enrollment_terms, association["paid"])
    assert terms is not None
    assert terms.pending == terms.due > 0
    full = lea.read(get_enrollment_terms, association["paid"])
    assert full is not None
    assert (full.problem, full.seats_left, full.pending) == ("course-full", 0, None)

    paula.write(drop, association["paula_enrollment"])
    free = lea.read(get_enrollment_terms, association["paid"])
    assert free is not None
    assert (free.problem, free.seats_left) == (None, 1)
    admin = association.database.store(association.people["admin"])
    assert admin.read(list_payments, PENDING, "paula") == ()
    assert [row.status for row in admin.read(list_payments, ENDED, "paula")] == ["failed"]
    paula.write(enroll, association["paid"])
    assert standing(association) == ("suspended", Decimal(0)), "who comes back pays"
    assert len(admin.read(list_payments, PENDING, "paula")) == 1


def test_the_last_seat_is_one_persons_whoever_asks_in_the_same_moment(association: Association) -> None:
    change(association, "course", "max_enrollments = 4")

    def ask(name: str) -> str:
        try:
            association.database.store(association.people[name]).write(enroll, association["course"])
        except LmsError as error:
            return error.message
        return "enrolled"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, ("proctor", "cora"))) == ["This course is full.", "enrolled"]
    with association.installer() as installer:
        query = "SELECT count(*) FROM enrollments WHERE course_id = %s AND status NOT IN ('dropped', 'expired')"
        assert one(installer, query, association["course"]) == 4
