"""Reads about certificates. A member sees their own, an administrator all; the server's policies decide, not these queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from desktop.certificates.snapshot import Snapshot
from desktop.chain import START, Entry, Flaw, Head, find_flaw
from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.certificates import Certificate, CertificateDelivery, CertificateLogEntry, SigningKeyRow
from desktop.models.courses import Course
from desktop.models.people import Member, Workspace

if TYPE_CHECKING:
    from desktop.certificates.keys import PublicKeys

ORDER = (Certificate.issued_at.desc(), Certificate.id)


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """``text``: every word must occur in the number, the name or the course. ``statuses``: of valid, expired, revoked, superseded.

    ``member``: the ones of that person alone.
    """

    text: str = ""
    statuses: frozenset[str] = frozenset()
    member: UUID | None = None


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """Where a certificate stands in the list: newest first."""

    issued_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class CertificateRow:
    id: UUID
    enrollment_id: UUID
    number: str
    member_name: str
    course_title: str
    ce_credits: Decimal
    issued_at: datetime
    expires_at: datetime | None
    status: str
    """``valid``, ``expired``, ``revoked`` or ``superseded``."""

    @property
    def key(self) -> CertificateKey:
        return CertificateKey(self.issued_at, self.id)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """One certificate: what is printed on it, and what became of it."""

    id: UUID
    enrollment_id: UUID
    course_id: UUID
    member_id: UUID
    snapshot: Snapshot
    status: str
    revoked_at: datetime | None
    revocation_reason: str | None
    superseded_by: str | None
    """The number that replaced it."""
    asset_id: str | None
    design_id: UUID | None
    """The version of the design that it is drawn by; see :func:`desktop.certificates.designs.read_design`."""


def status() -> ColumnElement[str]:
    """What the certificate is worth today."""
    expired = sa.and_(Certificate.status == "valid", Certificate.expires_at <= sa.func.now())
    return sa.case((expired, "expired"), else_=Certificate.status)


def select_certificates(filter: CertificateFilter, *columns: Any) -> Select[Any]:
    """``columns`` of the certificates that fit, in no particular order."""
    query = sa.select(*columns)
    for word in filter.text.split():
        fields = (Certificate.certificate_number, Certificate.member_name, Certificate.course_title)
        query = query.where(sa.or_(*(field.icontains(word, autoescape=True) for field in fields)))
    if filter.statuses:
        query = query.where(status().in_(sorted(filter.statuses)))
    if filter.member is not None:
        query = query.where(Certificate.member_id == filter.member)
    return query


def page_certificates(
    session: Session, filter: CertificateFilter, after: CertificateKey | None = None, limit: int = 100
) -> tuple[CertificateRow, ...]:
    """The ``limit`` certificates that follow ``after``, newest first."""
    query = select_certificates(
        filter,
        Certificate.id,
        Certificate.enrollment_id,
        Certificate.certificate_number.label("number"),
        Certificate.member_name,
        Certificate.course_title,
        Certificate.ce_credits,
        Certificate.issued_at,
        Certificate.expires_at,
        status().label("status"),
    )
    if after is not None:
        later = sa.and_(Certificate.issued_at == after.issued_at, Certificate.id > after.id)
        query = query.where(sa.or_(Certificate.issued_at < after.issued_at, later))
    return tuple(CertificateRow(**row) for row in session.execute(query.order_by(*ORDER).limit(limit)).mappings())


def count_certificates(session: Session, filter: CertificateFilter) -> int:
    count: int = session.execute(select_certificates(filter, sa.func.count()).select_from(Certificate)).scalar_one()
    return count


def list_certificate_keys(session: Session, filter: CertificateFilter, page_size: int) -> tuple[CertificateKey, ...]:
    """The key of the last row of each full page: page n starts after key n-1."""
    numbered = select_certificates(
        filter, Certificate.issued_at, Certificate.id, sa.func.row_number().over(order_by=ORDER).label("number")
    ).subquery()
    query = sa.select(numbered.c.issued_at, numbered.c.id).where(numbered.c.number % page_size == 0).order_by(numbered.c.number)
    return tuple(CertificateKey(*row) for row in session.execute(query))


def get_certificate(session: Session, certificate_id: UUID) -> IssuedCertificate:
    """Raises :class:`NotFound` where there is none, or none that this person may see."""
    found = list_certificates(session, [certificate_id])
    if not found:
        raise NotFound(_("There is no such certificate."))
    return found[0]


def list_certificates(session: Session, ids: Sequence[UUID]) -> tuple[IssuedCertificate, ...]:
    """Those of ``ids`` that there are and that this person may see, in their order."""
    later = sa.orm.aliased(Certificate)
    replacement = sa.select(later.certificate_number).where(later.supersedes == Certificate.id).scalar_subquery()
    query = sa.select(Certificate, status().label("status"), replacement.label("superseded_by")).where(Certificate.id.in_(ids))
    found = {row[0].id: _issued(row[0], row.status, row.superseded_by) for row in session.execute(query)}
    return tuple(found[one] for one in ids if one in found)


def _issued(row: Certificate, status: str, superseded_by: str | None) -> IssuedCertificate:
    return IssuedCertificate(
        id=row.id,
        enrollment_id=row.enrollment_id,
        course_id=row.course_id,
        member_id=row.member_id,
        snapshot=_snapshot(row),
        status=status,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        superseded_by=superseded_by,
        asset_id=row.asset_id,
        design_id=row.template_version_id,
    )


def find_certificate(session: Session, enrollment_id: UUID) -> IssuedCertificate | None:
    """The certificate of an enrolment that counts, else its newest; None where it never had one that this person may see."""
    query = sa.select(Certificate.id).where(Certificate.enrollment_id == enrollment_id)
    found = session.scalars(query.order_by((Certificate.status == "valid").desc(), *ORDER).limit(1)).one_or_none()
    return None if found is None else get_certificate(session, found)


CANDIDATE = sa.table(
    "certificate_candidates",
    sa.column("enrollment_id", sa.Uuid()),
    sa.column("member_id", sa.Uuid()),
    sa.column("course_id", sa.Uuid()),
    sa.column("status", sa.Text()),
    sa.column("enrolled_at", sa.DateTime(timezone=True)),
    sa.column("completed_at", sa.DateTime(timezone=True)),
    sa.column("progress_percentage", sa.Numeric(5, 2)),
    sa.column("hindrance", sa.Text()),
    schema="lms",
)
"""The view that says of each enrolment without a valid certificate what keeps it from one."""


@dataclass(frozen=True, slots=True)
class DueKey:
    """Where an enrolment stands among those whose certificate is due: the one that waited longest first."""

    completed_at: datetime
    enrollment_id: UUID


@dataclass(frozen=True, slots=True)
class DueRow:
    """A completed enrolment whose certificate has not been issued."""

    enrollment_id: UUID
    member_name: str
    course_title: str
    completed_at: datetime
    course_id: UUID

    @property
    def key(self) -> DueKey:
        return DueKey(self.completed_at, self.enrollment_id)


def select_due(text: str, *columns: Any) -> Select[Any]:
    """``columns`` of :data:`CANDIDATE`, :class:`Member` and :class:`Course` where a certificate can be issued and never was.

    One that was revoked is not due again: to issue another is a decision of its own.
    """
    return select_candidates(text, *columns).where(CANDIDATE.c.status == "completed", CANDIDATE.c.hindrance.is_(None))


def select_candidates(text: str, *columns: Any) -> Select[Any]:
    """``columns`` of those without a valid certificate. ``text``: every word must occur in the member's name or the course's title."""
    query = (
        sa.select(*columns)
        .select_from(CANDIDATE)
        .join(Course, Course.id == CANDIDATE.c.course_id)
        .join(Member, Member.id == CANDIDATE.c.member_id)
    )
    for word in text.split():
        query = query.where(sa.or_(member_name().icontains(word, autoescape=True), Course.title.icontains(word, autoescape=True)))
    return query


def member_name() -> ColumnElement[str]:
    return sa.func.concat_ws(" ", Member.first_name, Member.last_name)


DUE_ORDER = (CANDIDATE.c.completed_at, CANDIDATE.c.enrollment_id)


def page_due(session: Session, text: str = "", after: DueKey | None = None, limit: int = 100) -> tuple[DueRow, ...]:
    """The ``limit`` enrolments that follow ``after``, the longest waiting first."""
    query = select_due(text, CANDIDATE.c.enrollment_id, member_name(), Course.title, CANDIDATE.c.completed_at, Course.id)
    if after is not None:
        query = query.where(sa.tuple_(*DUE_ORDER) > sa.tuple_(after.completed_at, after.enrollment_id))
    return tuple(DueRow(*row) for row in session.execute(query.order_by(*DUE_ORDER).limit(limit)))


def list_due_courses(session: Session, text: str = "") -> tuple[UUID, ...]:
    """The courses whose certificates are due."""
    return tuple(session.scalars(select_due(text, Course.id).distinct().order_by(Course.id)))


def count_due(session: Session, text: str = "") -> int:
    count: int = session.execute(select_due(text, sa.func.count())).scalar_one()
    return count


def list_due_keys(session: Session, text: str, page_size: int) -> tuple[DueKey, ...]:
    """The key of the last row of each full page, as :func:`list_certificate_keys`."""
    numbered = select_due(text, *DUE_ORDER, sa.func.row_number().over(order_by=DUE_ORDER).label("number")).subquery()
    query = sa.select(numbered.c.completed_at, numbered.c.id).where(numbered.c.number % page_size == 0).order_by(numbered.c.number)
    return tuple(DueKey(*row) for row in session.execute(query))


def list_due(session: Session, text: str = "") -> tuple[UUID, ...]:
    """Every enrolment whose certificate is due, the longest waiting first."""
    return tuple(session.scalars(select_due(text, CANDIDATE.c.enrollment_id).order_by(*DUE_ORDER)))


@dataclass(frozen=True, slots=True)
class HeldKey:
    """Where an enrolment stands among those that get no certificate: the latest enrolled first."""

    enrolled_at: datetime
    enrollment_id: UUID


@dataclass(frozen=True, slots=True)
class HeldRow:
    """An enrolment that gets no certificate as it stands. ``hindrance`` is one of :data:`desktop.certificates.eligibility.HINDRANCES`."""

    enrollment_id: UUID
    member_name: str
    course_title: str
    enrolled_at: datetime
    progress: Decimal
    """Per cent of the course."""
    hindrance: str

    @property
    def key(self) -> HeldKey:
        return HeldKey(self.enrolled_at, self.enrollment_id)


@dataclass(frozen=True, slots=True)
class HeldFilter:
    """``text`` as in :func:`select_candidates`; ``hindrances``: only these, or all where empty."""

    text: str = ""
    hindrances: frozenset[str] = frozenset()


HELD_ORDER = (CANDIDATE.c.enrolled_at.desc(), CANDIDATE.c.enrollment_id)


def select_held(filter: HeldFilter, *columns: Any) -> Select[Any]:
    query = select_candidates(filter.text, *columns).where(CANDIDATE.c.hindrance.is_not(None))
    return query.where(CANDIDATE.c.hindrance.in_(sorted(filter.hindrances))) if filter.hindrances else query


def page_held(session: Session, filter: HeldFilter, after: HeldKey | None = None, limit: int = 100) -> tuple[HeldRow, ...]:
    """The ``limit`` enrolments that follow ``after``, the latest enrolled first."""
    query = select_held(
        filter,
        CANDIDATE.c.enrollment_id,
        member_name(),
        Course.title,
        CANDIDATE.c.enrolled_at,
        CANDIDATE.c.progress_percentage,
        CANDIDATE.c.hindrance,
    )
    if after is not None:
        later = sa.and_(CANDIDATE.c.enrolled_at == after.enrolled_at, CANDIDATE.c.enrollment_id > after.enrollment_id)
        query = query.where(sa.or_(CANDIDATE.c.enrolled_at < after.enrolled_at, later))
    return tuple(HeldRow(*row) for row in session.execute(query.order_by(*HELD_ORDER).limit(limit)))


def count_held(session: Session, filter: HeldFilter) -> dict[str, int]:
    """How many each hindrance keeps from a certificate."""
    query = select_held(filter, CANDIDATE.c.hindrance, sa.func.count().label("n")).group_by(CANDIDATE.c.hindrance)
    return {row.hindrance: row.n for row in session.execute(query)}


def list_held_keys(session: Session, filter: HeldFilter, page_size: int) -> tuple[HeldKey, ...]:
    """The key of the last row of each full page, as :func:`list_certificate_keys`."""
    numbered = select_held(
        filter, CANDIDATE.c.enrolled_at, CANDIDATE.c.enrollment_id, sa.func.row_number().over(order_by=HELD_ORDER).label("number")
    ).subquery()
    query = sa.select(numbered.c.enrolled_at, numbered.c.enrollment_id)
    return tuple(HeldKey(*row) for row in session.execute(query.where(numbered.c.number % page_size == 0).order_by(numbered.c.number)))


def list_unsigned(session: Session) -> tuple[UUID, ...]:
    """The valid certificates that have no signed file, oldest first."""
    query = sa.select(Certificate.id).where(Certificate.status == "valid", Certificate.asset_id.is_(None))
    return tuple(session.scalars(query.order_by(Certificate.issued_at, Certificate.id)))


def list_numbers(session: Session, filter: CertificateFilter) -> dict[str, UUID]:
    """Every certificate that fits, by its number, the newest first."""
    query = select_certificates(filter, Certificate.certificate_number, Certificate.id).order_by(*ORDER)
    return {row.certificate_number: row.id for row in session.execute(query)}


def list_unsent(session: Session, filter: CertificateFilter) -> tuple[UUID, ...]:
    """The signed, valid certificates that fit and that their holders were not sent, oldest first. Administrators only."""
    sent = sa.exists().where(CertificateDelivery.certificate_id == Certificate.id, CertificateDelivery.kind == "certificate")
    query = select_certificates(filter, Certificate.id).where(status() == "valid", Certificate.asset_id.is_not(None), ~sent)
    return tuple(session.scalars(query.order_by(Certificate.issued_at, Certificate.id)))


def list_expiring(session: Session, days: int) -> tuple[UUID, ...]:
    """The certificates that expire within ``days`` and whose holders were not reminded in that time, the first to expire first."""
    window = sa.func.make_interval(0, 0, 0, days)
    reminded = sa.exists().where(
        CertificateDelivery.certificate_id == Certificate.id,
        CertificateDelivery.kind == "reminder",
        CertificateDelivery.sent_at > Certificate.expires_at - window,
    )
    query = sa.select(Certificate.id).where(
        Certificate.status == "valid", Certificate.expires_at.between(sa.func.now(), sa.func.now() + window), ~reminded
    )
    return tuple(session.scalars(query.order_by(Certificate.expires_at, Certificate.id)))


def get_address(session: Session, member_id: UUID) -> str:
    """A member's e-mail address. Administrators only."""
    address: str = session.execute(sa.select(Member.email).where(Member.id == member_id)).scalar_one()
    return address


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A signing key as it is on record."""

    keys: PublicKeys
    added_at: datetime
    added_by: str | None
    retired_at: datetime | None
    compromised_at: datetime | None


def list_signing_keys(session: Session) -> tuple[KnownKey, ...]:
    """The association's signing keys, the current one first."""
    from desktop.certificates.keys import PublicKeys  # cryptography takes a while to load, and Home reads certificates, too

    name = sa.func.concat_ws(" ", Member.first_name, Member.last_name)
    query = (
        sa.select(SigningKeyRow, name)
        .join(Member, Member.id == SigningKeyRow.added_by, isouter=True)
        .order_by(SigningKeyRow.retired_at.desc().nulls_first(), SigningKeyRow.added_at.desc())
    )
    return tuple(
        KnownKey(PublicKeys.from_text(row.public_keys), row.added_at, added_by or None, row.retired_at, row.compromised_at)
        for row, added_by in session.execute(query)
    )


# The log


def list_log(session: Session) -> Iterator[Entry]:
    """Everything that was done to certificates, in its order, to be consumed in this session. Administrators only."""
    query = sa.select(CertificateLogEntry.number, CertificateLogEntry.entry, CertificateLogEntry.hash).order_by(CertificateLogEntry.number)
    for row in session.execute(query.execution_options(yield_per=1_000)):
        yield Entry(*row)


def check_log(session: Session) -> tuple[Head, Flaw | None]:
    """The last entry of the log (0 where there is none), and the first flaw of its chain."""
    last = Head(0, START)

    def watched() -> Iterator[Entry]:
        nonlocal last
        for entry in list_log(session):
            last = Head(entry.number, entry.hash)
            yield entry

    flaw = find_flaw(watched())
    return last, flaw


def get_issuer_name(session: Session) -> str:
    """The association's name, as certificates print it."""
    name: str | None = session.scalar(sa.select(sa.func.coalesce(sa.select(Workspace.name).scalar_subquery(), sa.func.current_database())))
    return name or ""


def _snapshot(row: Certificate) -> Snapshot:
    return Snapshot(
        number=row.certificate_number,
        issuer_name=row.issuer_name,
        member_name=", ".join([row.member_name, *row.credentials]),
        course_title=row.course_title,
        completed_on=row.completed_at.date(),
        issued_at=row.issued_at,
        ce_credits=row.ce_credits,
        expires_on=row.expires_at.date() if row.expires_at else None,
        instructor_name=row.instructor_name,
        designation=row.designation,
    )
