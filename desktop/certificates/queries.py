"""Reads about certificates. A member sees their own, an administrator all; the server's policies decide, not these queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from desktop.certificates.render import Snapshot
from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.certificates import Certificate

ORDER = (Certificate.issued_at.desc(), Certificate.id)


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """``text``: every word must occur in the number, the name or the course. ``statuses``: of valid, expired, revoked, superseded."""

    text: str = ""
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """Where a certificate stands in the list: newest first."""

    issued_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class CertificateRow:
    id: UUID
    number: str
    member_name: str
    course_title: str
    ce_credits: Decimal
    issued_at: datetime
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
    return query


def page_certificates(
    session: Session, filter: CertificateFilter, after: CertificateKey | None = None, limit: int = 100
) -> tuple[CertificateRow, ...]:
    """The ``limit`` certificates that follow ``after``, newest first."""
    query = select_certificates(
        filter,
        Certificate.id,
        Certificate.certificate_number.label("number"),
        Certificate.member_name,
        Certificate.course_title,
        Certificate.ce_credits,
        Certificate.issued_at,
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
    later = sa.orm.aliased(Certificate)
    replacement = sa.select(later.certificate_number).where(later.supersedes == Certificate.id).scalar_subquery()
    row = session.execute(
        sa.select(Certificate, status().label("status"), replacement.label("superseded_by")).where(Certificate.id == certificate_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such certificate."))
    found: Certificate = row[0]
    return IssuedCertificate(
        id=found.id,
        enrollment_id=found.enrollment_id,
        course_id=found.course_id,
        member_id=found.member_id,
        snapshot=_snapshot(found),
        status=row.status,
        revoked_at=found.revoked_at,
        revocation_reason=found.revocation_reason,
        superseded_by=row.superseded_by,
        asset_id=found.asset_id,
    )


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
