"""Certificates and the designs that they are drawn from: migrations 0003, 0007, 0008, 0013, 0015 and 0019."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Id, Now, Off, vocabulary


class CertificateTemplate(Base):
    __tablename__ = "certificate_templates"
    __table_args__ = (
        UniqueConstraint("name", name="certificate_templates_name_key"),
        UniqueConstraint("designation_id", name="certificate_templates_designation_key"),
        CheckConstraint("jsonb_typeof(definition) = 'object'", name="certificate_templates_definition_check"),
        Index("certificate_templates_default_key", "is_default", unique=True, postgresql_where=text("is_default")),
        {"schema": "lms", "comment": "Designs that a certificate is drawn from"},
    )

    id: Mapped[Id]
    name: Mapped[str]
    definition: Mapped[dict[str, Any]]
    is_default: Mapped[Off]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    designation_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.member_designations.id", ondelete="SET NULL"))


class CertificateTemplateVersion(Base):
    __tablename__ = "certificate_template_versions"
    __table_args__ = (
        UniqueConstraint("template_id", "number", name="certificate_template_versions_number_key"),
        CheckConstraint("number > 0", name="certificate_template_versions_number_check"),
        CheckConstraint("jsonb_typeof(definition) = 'object'", name="certificate_template_versions_definition_check"),
        Index("idx_certificate_template_versions_created_by", "created_by"),
        {"schema": "lms", "comment": "Every design as it was when it was saved; written by a trigger, changed by nothing"},
    )

    id: Mapped[Id]
    template_id: Mapped[UUID] = mapped_column(ForeignKey("lms.certificate_templates.id", ondelete="CASCADE"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]


class Certificate(Base):
    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("certificate_number", name="certificates_certificate_number_key"),
        UniqueConstraint("supersedes", name="certificates_supersedes_key"),
        CheckConstraint("certificate_number ~ '^CERT-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{8}$'", name="certificates_certificate_number_check"),
        vocabulary("certificates", "status", "valid", "revoked", "superseded"),
        CheckConstraint("expires_at > issued_at", name="certificates_expires_at_check"),
        CheckConstraint(
            "(status = 'revoked') = (revoked_at IS NOT NULL AND revocation_reason IS NOT NULL)",
            name="certificates_revoked_check",
        ),
        Index("certificates_current_key", "enrollment_id", unique=True, postgresql_where=text("status = 'valid'")),
        Index("idx_certificates_enrollment", "enrollment_id"),
        Index("idx_certificates_member", "member_id"),
        Index("idx_certificates_course", "course_id"),
        Index("idx_certificates_issued", "issued_at", "id"),
        Index("idx_certificates_template_version", "template_version_id"),
        Index("idx_certificates_expiry", "expires_at", "id", postgresql_where=text("status = 'valid' AND expires_at IS NOT NULL")),
        Index("idx_certificates_unsigned", "issued_at", "id", postgresql_where=text("status = 'valid' AND asset_id IS NULL")),
        {
            "schema": "lms",
            "comment": "Certificates as issued; status, revocation and PDF come later, nothing else changes, and no row is deleted",
        },
    )

    id: Mapped[Id]
    certificate_number: Mapped[str]
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="RESTRICT"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="RESTRICT"))
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey("lms.certificate_templates.id", ondelete="RESTRICT"))
    member_name: Mapped[str]
    credentials: Mapped[list[str]] = mapped_column(server_default=text("ARRAY[]::text[]"))
    course_title: Mapped[str]
    designation: Mapped[str | None]
    ce_credits: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    instructor_name: Mapped[str | None]
    issuer_name: Mapped[str]
    npn: Mapped[str | None]
    license_state: Mapped[str | None]
    license_number: Mapped[str | None]
    completed_at: Mapped[datetime]
    issued_at: Mapped[Now]
    expires_at: Mapped[datetime | None]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(server_default=text("'valid'"))
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("lms.certificates.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    revocation_reason: Mapped[str | None]
    asset_id: Mapped[str | None] = mapped_column(ForeignKey("lms.assets.id", ondelete="RESTRICT"))
    signing_key_id: Mapped[str | None] = mapped_column(ForeignKey("lms.signing_keys.id", ondelete="RESTRICT"))
    template_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("lms.certificate_template_versions.id", ondelete="RESTRICT"))


class SigningKeyRow(Base):
    __tablename__ = "signing_keys"
    __table_args__ = (
        CheckConstraint("id ~ '^[A-Z2-7]{12}$'", name="signing_keys_id_check"),
        CheckConstraint("compromised_at IS NULL OR retired_at IS NOT NULL", name="signing_keys_compromised_check"),
        Index("signing_keys_current_key", text("(true)"), unique=True, postgresql_where=text("retired_at IS NULL")),
        {"schema": "lms", "comment": "Public keys that certificates are verified with; one is current, and no row is deleted"},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    public_keys: Mapped[str]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    added_at: Mapped[Now]
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    compromised_at: Mapped[datetime | None]


class CertificateLogEntry(Base):
    __tablename__ = "certificate_log"
    __table_args__ = (
        CheckConstraint("number > 0", name="certificate_log_number_check"),
        vocabulary("certificate_log", "event", "issued", "filed", "superseded", "revoked"),
        CheckConstraint("octet_length(hash) = 32", name="certificate_log_hash_check"),
        Index("idx_certificate_log_certificate", "certificate_id"),
        {
            "schema": "lms",
            "comment": "Append-only hash chain of what was done to certificates; lms.append_to_certificate_log says what is hashed",
        },
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("lms.certificates.id", ondelete="RESTRICT"))
    event: Mapped[str]
    entry: Mapped[str]
    hash: Mapped[bytes]


class CertificateLogHead(Base):
    __tablename__ = "certificate_log_head"
    __table_args__ = (
        CheckConstraint("singleton", name="certificate_log_head_singleton_check"),
        {"schema": "lms", "comment": "The last entry of the log; who appends holds this row, so that the chain never forks"},
    )

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class CertificateDelivery(Base):
    __tablename__ = "certificate_deliveries"
    __table_args__ = (
        vocabulary("certificate_deliveries", "kind", "certificate", "reminder"),
        Index("idx_certificate_deliveries_certificate", "certificate_id", "kind", "sent_at"),
        {"schema": "lms", "comment": "E-mail that a mail server accepted: the certificate itself, or a reminder that it expires"},
    )

    id: Mapped[Id]
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("lms.certificates.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    address: Mapped[str]
    sent_at: Mapped[Now]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
