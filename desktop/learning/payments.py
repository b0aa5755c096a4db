"""Payments for courses: what waits for an administrator, what arrived, what did not or was given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.models.courses import Course
from desktop.models.learning import Enrollment
from desktop.models.people import Member, Transaction

PENDING, RECEIVED, ENDED = "pending", "received", "ended"
STATES = {PENDING: ("pending",), RECEIVED: ("completed",), ENDED: ("failed", "refunded")}
CHANGED = Changes.of("transactions", "enrollments", "courses")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment. ``amount`` in ``currency``; ``at`` is when it was confirmed, else when it was promised."""

    id: UUID
    enrollment_id: UUID | None
    member_id: UUID
    member: str
    email: str
    course: str | None
    amount: Decimal
    currency: str
    status: str
    reference: str | None
    at: datetime


def list_payments(session: Session, state: str, text: str = "", limit: int = 500) -> tuple[PaymentRow, ...]:
    """For administrators: payments of a state, those that wait the longest first, others the latest first.

    Every word of ``text`` must occur in the name, the address, the course or the reference.
    """
    at = sa.func.coalesce(Transaction.confirmed_at, Transaction.created_at)
    name = Member.first_name + " " + Member.last_name
    query = (
        sa.select(
            Transaction.id,
            Enrollment.id.label("enrollment_id"),
            Transaction.member_id,
            name.label("member"),
            Member.email,
            Course.title.label("course"),
            Transaction.amount,
            Transaction.currency,
            Transaction.status,
            Transaction.reference,
            at.label("at"),
        )
        .join(Member, Member.id == Transaction.member_id)
        .outerjoin(Enrollment, Enrollment.transaction_id == Transaction.id)
        .outerjoin(Course, Course.id == Enrollment.course_id)
        .where(Transaction.status.in_(STATES[state]))
        .order_by(at.asc() if state == PENDING else at.desc(), Transaction.id)
        .limit(limit)
    )
    for word in text.split():
        query = query.where(
            sa.or_(*(column.icontains(word, autoescape=True) for column in (name, Member.email, Course.title, Transaction.reference)))
        )
    return tuple(PaymentRow(**row) for row in session.execute(query).mappings())


def end_payment(session: Session, payment: UUID, status: str, reason: str) -> Done[None]:
    """A pending payment ``failed``, or a completed one was ``refunded``; the enrolment ends unless it is completed."""
    session.execute(sa.select(sa.func.lms.end_payment(payment, status, reason)))
    return Done(None, CHANGED)
