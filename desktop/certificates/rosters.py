"""Rosters of continuing education: which completions are to be reported to which state, by when, and which were.

What a state approved and how it knows the association is kept per workspace (``lms.ce_approvals``, ``lms.ce_providers``); the server's view
``lms.ce_roster`` says whose completion belongs on which roster. Administrators only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.ce import Method, roster_due
from desktop.changes import Changes, Done
from desktop.errors import Invalid
from desktop.i18n import N_, _
from desktop.models import CeApproval, CeProvider, Course

APPROVALS_CHANGED = Changes.of("lms.ce_approvals", "lms.ce_providers")
FILED = Changes.of("lms.ce_filings")

HINDRANCES: Mapping[str, str] = {
    "not-approved": N_("The state did not approve the course for that day"),
    "no-provider-number": N_("The state's provider number is not entered"),
    "no-license": N_("Neither NPN nor licence number on the certificate"),
}
"""What keeps a completion off its roster."""

ROSTER = sa.table(
    "ce_roster",
    sa.column("certificate_id", sa.Uuid()),
    sa.column("certificate_number", sa.Text()),
    sa.column("member_name", sa.Text()),
    sa.column("npn", sa.Text()),
    sa.column("license_number", sa.Text()),
    sa.column("course_title", sa.Text()),
    sa.column("state", sa.Text()),
    sa.column("provider_number", sa.Text()),
    sa.column("course_number", sa.Text()),
    sa.column("credits", sa.Numeric(5, 2)),
    sa.column("method", sa.Text()),
    sa.column("completed_on", sa.Date()),
    sa.column("filed_at", sa.DateTime(timezone=True)),
    sa.column("hindrance", sa.Text()),
    schema="lms",
)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One completion as its state asks for it. ``credits`` are those that the state approved; ``hindrance`` is a key of
    :data:`HINDRANCES`, or None."""

    certificate_id: UUID
    certificate_number: str
    member_name: str
    npn: str | None
    license_number: str | None
    course_title: str
    state: str
    provider_number: str | None
    course_number: str | None
    credits: Decimal | None
    method: Method | None
    completed_on: date
    filed_at: datetime | None
    hindrance: str | None

    @property
    def due(self) -> date | None:
        """The last day for reporting it; None where the state's deadline is not known."""
        return roster_due(self.state, self.completed_on, self.method or Method.SELF_STUDY)


def list_roster(session: Session, *, filed: bool = False) -> tuple[RosterRow, ...]:
    """What is still to be reported, or what was: by state, what was completed first before the others."""
    columns = list(ROSTER.c)
    query = sa.select(*columns).where(ROSTER.c.filed_at.is_not(None) if filed else ROSTER.c.filed_at.is_(None))
    rows = session.execute(query.order_by(ROSTER.c.state, ROSTER.c.completed_on, ROSTER.c.member_name, ROSTER.c.certificate_id))
    return tuple(RosterRow(**{**row, "method": Method(row["method"]) if row["method"] else None}) for row in rows.mappings())


def file_roster(session: Session, rows: Iterable[RosterRow]) -> Done[int]:
    """Note that these were reported. The answer is how many are new."""
    by_state: dict[str, list[UUID]] = {}
    for row in rows:
        by_state.setdefault(row.state, []).append(row.certificate_id)
    filed = 0
    for state, certificates in sorted(by_state.items()):
        filed += session.execute(sa.select(sa.func.lms.file_ce_roster(state, certificates))).scalar_one()
    return Done(filed, FILED)


COLUMNS = ("Provider number", "Course number", "Course title", "Name", "NPN", "License number", "State", "Credits", "Method", "Completed")


def roster_csv(rows: Iterable[RosterRow]) -> str:
    """A roster as a table, one for each provider number. A state's own form asks for these columns in its own order."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                row.provider_number or "",
                row.course_number or "",
                _cell(row.course_title),
                _cell(row.member_name),
                row.npn or "",
                _cell(row.license_number or ""),
                row.state,
                row.credits if row.credits is not None else "",
                row.method.value if row.method else "",
                row.completed_on.isoformat(),
            ]
        )
    return buffer.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text  # no formula in a spreadsheet


# What states approved


@dataclass(frozen=True, slots=True)
class Approval:
    """A course as a state approved it. ``expires_on`` is the last day on which a completion counts."""

    id: UUID
    course_id: UUID
    course_title: str
    state: str
    course_number: str
    credits: Decimal
    method: Method
    approved_on: date
    expires_on: date | None


def list_approvals(session: Session) -> tuple[Approval, ...]:
    """All of them, by course and state, the newest first."""
    query = (
        sa.select(
            CeApproval.id, CeApproval.course_id, Course.title, CeApproval.state, CeApproval.course_number, CeApproval.credits,
            CeApproval.method, CeApproval.approved_on, CeApproval.expires_on,
        )
        .join(Course, Course.id == CeApproval.course_id)
        .order_by(Course.title, CeApproval.state, CeApproval.approved_on.desc())
    )  # fmt: skip
    return tuple(Approval(*row[:6], Method(row.method), row.approved_on, row.expires_on) for row in session.execute(query))


def list_credit_courses(session: Session) -> tuple[tuple[UUID, str], ...]:
    """The courses that give credits, by title."""
    query = sa.select(Course.id, Course.title).where(Course.ce_credits > 0, Course.status != "archived").order_by(Course.title, Course.id)
    return tuple((row.id, row.title) for row in session.execute(query))


def list_providers(session: Session) -> dict[str, str]:
    """The association's provider number by state."""
    return {row.state: row.provider_number for row in session.execute(sa.select(CeProvider.state, CeProvider.provider_number))}


def set_provider(session: Session, state: str, number: str) -> Done[None]:
    """The association's number in a state; an empty one is taken away. Raises :class:`Invalid` for what is no state."""
    state, number = check_state(state), number.strip()
    if not number:
        session.execute(sa.delete(CeProvider).where(CeProvider.state == state))
    elif session.execute(sa.update(CeProvider).where(CeProvider.state == state).values(provider_number=number)).rowcount == 0:  # type: ignore[attr-defined]
        session.execute(sa.insert(CeProvider).values(state=state, provider_number=number))
    return Done(None, APPROVALS_CHANGED)


@dataclass(frozen=True, slots=True)
class NewApproval:
    """What a state's letter of approval says."""

    course_id: UUID
    state: str
    course_number: str
    credits: Decimal
    method: Method
    approved_on: date
    expires_on: date | None


def save_approval(session: Session, approval: NewApproval, approval_id: UUID | None = None) -> Done[UUID]:
    """Enter an approval, or correct the one with this id. Raises :class:`Invalid` for what cannot be."""
    state = check_state(approval.state)
    if not approval.course_number.strip():
        raise Invalid(_("Enter the state's number of the course."))
    if approval.credits <= 0:
        raise Invalid(_("An approval is for some credits."))
    if approval.expires_on is not None and approval.expires_on < approval.approved_on:
        raise Invalid(_("The approval ends before it begins."))
    same = sa.select(CeApproval.id).where(
        CeApproval.course_id == approval.course_id, CeApproval.state == state, CeApproval.approved_on == approval.approved_on
    )
    if session.scalar(same) not in (None, approval_id):
        raise Invalid(_("An approval of this course by this state from this day on is entered already."))
    values = {
        "course_number": approval.course_number.strip(),
        "credits": approval.credits,
        "method": approval.method.value,
        "approved_on": approval.approved_on,
        "expires_on": approval.expires_on,
    }
    if approval_id is None:
        approval_id = uuid4()
        session.execute(sa.insert(CeApproval).values(id=approval_id, course_id=approval.course_id, state=state, **values))
    else:
        session.execute(sa.update(CeApproval).where(CeApproval.id == approval_id).values(values))
    return Done(approval_id, APPROVALS_CHANGED)


def delete_approval(session: Session, approval_id: UUID) -> Done[None]:
    """Take an approval away that was entered by mistake."""
    session.execute(sa.delete(CeApproval).where(CeApproval.id == approval_id))
    return Done(None, APPROVALS_CHANGED)


def check_state(state: str) -> str:
    """Two letters, in capitals. Raises :class:`Invalid` for anything else."""
    state = state.strip().upper()
    if len(state) != 2 or not state.isascii() or not state.isalpha():
        raise Invalid(_("A state is two letters, as in WA."))
    return state
