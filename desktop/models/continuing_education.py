"""What states approved, and what was reported to them: migration 0016."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Id, Now, vocabulary


class CeProvider(Base):
    __tablename__ = "ce_providers"
    __table_args__ = (
        UniqueConstraint("state", name="ce_providers_state_key"),
        CheckConstraint("state ~ '^[A-Z]{2}$'", name="ce_providers_state_check"),
        CheckConstraint("btrim(provider_number) <> ''", name="ce_providers_provider_number_check"),
        {"schema": "lms", "comment": "The number under which a state knows the association as a provider of continuing education"},
    )

    id: Mapped[Id]
    state: Mapped[str]
    provider_number: Mapped[str]


class CeApproval(Base):
    __tablename__ = "ce_approvals"
    __table_args__ = (
        CheckConstraint("state ~ '^[A-Z]{2}$'", name="ce_approvals_state_check"),
        CheckConstraint("btrim(course_number) <> ''", name="ce_approvals_course_number_check"),
        CheckConstraint("credits > 0", name="ce_approvals_credits_check"),
        vocabulary("ce_approvals", "method", "self_study", "classroom", "webinar"),
        CheckConstraint("expires_on >= approved_on", name="ce_approvals_expires_on_check"),
        UniqueConstraint("course_id", "state", "approved_on", name="ce_approvals_course_state_key"),
        {"schema": "lms", "comment": "Courses as states approved them for continuing education, each for a time"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="RESTRICT"))
    state: Mapped[str]
    course_number: Mapped[str]
    credits: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    method: Mapped[str] = mapped_column(server_default=text("'self_study'"))
    approved_on: Mapped[date]
    expires_on: Mapped[date | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class CeFiling(Base):
    __tablename__ = "ce_filings"
    __table_args__ = (
        CheckConstraint("state ~ '^[A-Z]{2}$'", name="ce_filings_state_check"),
        {"schema": "lms", "comment": "Completions that were reported to a state"},
    )

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("lms.certificates.id", ondelete="RESTRICT"), primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    filed_at: Mapped[Now]
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
