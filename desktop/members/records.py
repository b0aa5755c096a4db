"""A member's whole record: duplicates merged, what is kept given out, what need not be kept erased. Administrators only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.i18n import _
from desktop.models.people import PrivacyRequest as Request

PEOPLE = ("members", "enrollments", "lms.member_roles", "lms.member_logins", "lms.certificates")


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows of a table name a member in a column."""

    source: str
    column: str
    amount: int


def count_rows(session: Session, member_id: UUID) -> tuple[RowCount, ...]:
    """What a merge would move."""
    rows = session.execute(sa.text("SELECT source, column_name, amount FROM lms.count_member_rows(:member)"), {"member": member_id})
    return tuple(RowCount(*row) for row in rows)


def merge_members(session: Session, kept: UUID, duplicate: UUID) -> Done[int]:
    """Give ``kept`` all that ``duplicate`` has; the value is how many rows. There is no way back."""
    moved: int = session.execute(sa.select(sa.func.lms.merge_members(kept, duplicate))).scalar_one()
    return Done(moved, Changes.of(*PEOPLE, ids=(kept, duplicate)))


def export_record(session: Session, member_id: UUID) -> str:
    """All that is kept about a member, table by table, as JSON."""
    rows = session.execute(sa.text("SELECT source, rows FROM lms.member_record(:member) ORDER BY source"), {"member": member_id})
    return json.dumps({row.source: row.rows for row in rows}, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """What a member asked about their record. ``answered_at`` is None while it is open."""

    id: UUID
    kind: str
    note: str | None
    asked_at: datetime
    answered_at: datetime | None
    answer: str | None


def list_privacy_requests(session: Session, member_id: UUID) -> tuple[PrivacyRequest, ...]:
    """What a member asked, open requests first, then the latest."""
    columns = (Request.id, Request.kind, Request.note, Request.asked_at, Request.answered_at, Request.answer)
    order = (Request.answered_at.is_not(None), Request.asked_at.desc())
    return tuple(
        PrivacyRequest(*row) for row in session.execute(sa.select(*columns).where(Request.member_id == member_id).order_by(*order))
    )


def record_privacy_request(session: Session, member_id: UUID, kind: str, note: str | None) -> Done[UUID]:
    """``kind``: inspection, amendment or erasure."""
    request: UUID = session.execute(sa.select(sa.func.lms.record_privacy_request(member_id, kind, note))).scalar_one()
    return Done(request, Changes.of("lms.privacy_requests"))


def answer_privacy_request(session: Session, request: UUID, answer: str | None) -> Done[None]:
    session.execute(sa.select(sa.func.lms.answer_privacy_request(request, answer)))
    return Done(None, Changes.of("lms.privacy_requests"))


def erase_member(session: Session, member_id: UUID) -> Done[None]:
    """Who it was is gone after this, in our tables; backups end by themselves."""
    session.execute(sa.select(sa.func.lms.erase_member(member_id)))
    return Done(None, Changes.of(*PEOPLE, "lms.privacy_requests", ids=(member_id,)))


def transfer_enrollment(session: Session, enrollment_id: UUID, cohort: str | None) -> Done[None]:
    """To another cohort, with all that was done."""
    query = sa.text("SELECT cohort_name FROM public.enrollments WHERE id = :id")
    before = session.execute(query, {"id": enrollment_id}).scalar_one_or_none()
    session.execute(sa.select(sa.func.lms.transfer_enrollment(enrollment_id, cohort)))
    return Done(None, Changes.of("enrollments"), Undo(_("Transfer"), transfer_enrollment, (enrollment_id, before)))


def set_enrollment_status(session: Session, enrollment_id: UUID, status: str) -> Done[None]:
    """Drop, suspend, expire, or let back in."""
    query = sa.text("SELECT status FROM public.enrollments WHERE id = :id")
    before = session.execute(query, {"id": enrollment_id}).scalar_one_or_none()
    session.execute(sa.select(sa.func.lms.set_enrollment_status(enrollment_id, status)))
    return Done(None, Changes.of("enrollments"), Undo(_("Change status"), set_enrollment_status, (enrollment_id, before)))


def expire_enrollments(session: Session) -> Done[int]:
    """Ends what has run out."""
    count: int = session.execute(sa.select(sa.func.lms.expire_enrollments())).scalar_one()
    return Done(count, Changes.of("enrollments"))
