"""Payments that arrive, fail or are given back, and what that means for the enrolment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from desktop.errors import LmsError, NotAllowed, NotFound
from desktop.learning.commands import confirm_payment
from desktop.learning.payments import ENDED, PENDING, RECEIVED, PaymentRow, end_payment, list_payments
from desktop.store.connection import Store
from tests.support.association import Association


def admin(association: Association) -> Store:
    return association.database.store(association.people["admin"])


def paula(association: Association, state: str) -> PaymentRow:
    (row,) = admin(association).read(list_payments, state, "paula leading")
    return row


def enrollment(association: Association) -> Any:
    with association.installer() as installer:
        return installer.execute("SELECT status, amount_paid FROM enrollments WHERE id = %s", (association["paula_enrollment"],)).fetchone()


def test_a_payment_that_arrives_opens_the_course_and_one_given_back_closes_it(association: Association) -> None:
    row = paula(association, PENDING)
    assert (row.member, row.course, row.status) == ("Paula Payer", "Leading", "pending")
    store = admin(association)
    store.write(confirm_payment, association["paula_enrollment"])
    assert enrollment(association) == ("enrolled", row.amount)
    assert paula(association, RECEIVED).id == row.id
    with pytest.raises(NotFound):
        store.write(end_payment, row.id, "failed", "Too late for that")
    store.write(end_payment, row.id, "refunded", "Asked within a week")
    assert enrollment(association) == ("dropped", 0)
    assert paula(association, ENDED).status == "refunded"
    with association.installer() as installer:
        logged: Any = installer.execute(
            "SELECT action, new_values ->> 'reason' FROM audit_logs WHERE row_id = %s AND action LIKE 'payment.%%'", (row.id,)
        ).fetchall()
    assert logged == [("payment.refunded", "Asked within a week")]


def test_a_payment_that_did_not_arrive_frees_the_seat(association: Association) -> None:
    row = paula(association, PENDING)
    admin(association).write(end_payment, row.id, "failed", "Card refused")
    assert enrollment(association) == ("dropped", 0)
    assert admin(association).read(list_payments, PENDING, "paula leading") == ()


def test_what_is_completed_stays_completed(association: Association) -> None:
    row = paula(association, PENDING)
    with association.installer() as installer:
        installer.execute(
            "UPDATE enrollments SET status = 'completed', completed_at = now() WHERE id = %s", (association["paula_enrollment"],)
        )
    admin(association).write(end_payment, row.id, "failed", "Never paid")
    assert enrollment(association)[0] == "completed"


def test_of_two_who_decide_at_once_one_does(association: Association) -> None:
    row, store = paula(association, PENDING), admin(association)

    def decide(number: int) -> bool:
        try:
            if number % 2:
                store.write(confirm_payment, association["paula_enrollment"])
            else:
                store.write(end_payment, row.id, "failed", "x")
        except LmsError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(decide, range(8))) == 1


@pytest.mark.parametrize("who", ["teacher", "proctor", "paula"])
def test_only_administrators_decide(association: Association, who: str) -> None:
    row = paula(association, PENDING)
    with pytest.raises(NotAllowed):
        association.database.store(association.people[who]).write(end_payment, row.id, "failed", "x")


def test_search_takes_every_word_anywhere(association: Association) -> None:
    store = admin(association)
    assert len(store.read(list_payments, PENDING)) == 2
    assert store.read(list_payments, PENDING, "paula 50%") == ()
    assert [row.member for row in store.read(list_payments, PENDING, "LEAD pay")] == ["Paula Payer"]
