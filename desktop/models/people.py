"""The people of the association, what they may do, and their money: migration 0002."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Counter, Id, Name, Now, Off, On, vocabulary


class Workspace(Base):
    __tablename__ = "workspace"
    __table_args__ = (
        CheckConstraint("singleton", name="workspace_singleton_check"),
        CheckConstraint("name <> ''", name="workspace_name_check"),
        CheckConstraint(r"announced_version ~ '^[0-9]+(\.[0-9]+)*$'", name="workspace_announced_version_check"),
        CheckConstraint(
            r"announced_address ~ '^https://[^/\s]+(/\S*)?$' AND length(announced_address) <= 2000",
            name="workspace_announced_address_check",
        ),
        {"schema": "lms", "comment": "This workspace: one row"},
    )

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    name: Mapped[str]
    schema_version: Mapped[Counter]
    created_at: Mapped[Now]
    announced_version: Mapped[str | None]
    announced_address: Mapped[str | None]
    epoch: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))


class MemberDesignation(Base):
    __tablename__ = "member_designations"
    __table_args__ = (
        UniqueConstraint("code", name="member_designations_code_key"),
        {"schema": "public", "comment": "Professional designations that a course may lead to"},
    )

    id: Mapped[Id]
    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]
    is_active: Mapped[On]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Member(Base):
    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("email LIKE '%_@_%' AND email = btrim(email)", name="members_email_check"),
        vocabulary("members", "status", "active", "lapsed", "suspended", "inactive"),
        CheckConstraint("npn ~ '^[0-9]{1,10}$'", name="members_npn_check"),
        CheckConstraint("license_state ~ '^[A-Z]{2}$'", name="members_license_state_check"),
        Index("members_email_key", text("lower(email)"), unique=True),
        Index("idx_members_name", "last_name", "first_name", "id"),
        Index("idx_members_status", "status"),
        Index("idx_members_npn", "npn", postgresql_where=text("npn IS NOT NULL")),
        Index("idx_members_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        CheckConstraint("merged_into <> id", name="members_merged_into_check"),
        {"schema": "public", "comment": "Members of the association and everybody else who learns, teaches or administers"},
    )

    id: Mapped[Id]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str | None]
    organization: Mapped[str | None]
    job_title: Mapped[str | None]
    credentials: Mapped[list[str]] = mapped_column(server_default=text("ARRAY[]::text[]"))
    designations: Mapped[list[str]] = mapped_column(server_default=text("ARRAY[]::text[]"))
    engagement_score: Mapped[Counter]
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    member_since: Mapped[date | None]
    npn: Mapped[str | None]
    license_state: Mapped[str | None]
    license_number: Mapped[str | None]
    lists_certificates: Mapped[Off]
    time_zone: Mapped[str | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    erased_at: Mapped[datetime | None]


class MeetingAccount(Base):
    __tablename__ = "meeting_accounts"
    __table_args__ = (
        UniqueConstraint("account", name="meeting_accounts_account_key"),
        CheckConstraint("account = lower(btrim(account)) AND account <> ''", name="meeting_accounts_account_check"),
        Index("idx_meeting_accounts_member", "member_id"),
        {"schema": "lms", "comment": "Further addresses and account names under which members come to live sessions"},
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    account: Mapped[str]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]


class PrivacyRequest(Base):
    __tablename__ = "privacy_requests"
    __table_args__ = (
        vocabulary("privacy_requests", "kind", "inspection", "amendment", "erasure"),
        Index("idx_privacy_requests_member", "member_id"),
        Index("idx_privacy_requests_open", "asked_at", postgresql_where=text("answered_at IS NULL")),
        {
            "schema": "lms",
            "comment": "What members asked about their records, and what was done (34 CFR 99.32: kept as long as the records are)",
        },
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    note: Mapped[str | None]
    asked_at: Mapped[Now]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    answer: Mapped[str | None]


class Transaction(Base):
    __tablename__ = "transactions"
    __table_args__ = (
        vocabulary("transactions", "transaction_type", "course_purchase", "event_registration", "membership_dues"),
        CheckConstraint("amount >= 0", name="transactions_amount_check"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="transactions_currency_check"),
        vocabulary("transactions", "status", "pending", "completed", "failed", "refunded"),
        Index("idx_transactions_member", "member_id"),
        Index("idx_transactions_pending", "created_at", postgresql_where=text("status = 'pending'")),
        {"schema": "public", "comment": "Payments: pending until an administrator or a payment provider confirms them"},
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    transaction_type: Mapped[str] = mapped_column(server_default=text("'course_purchase'"))
    amount: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    currency: Mapped[str] = mapped_column(server_default=text("'USD'"))
    description: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    reference: Mapped[str | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class MemberRole(Base):
    __tablename__ = "member_roles"
    __table_args__ = (
        vocabulary("member_roles", "role", "learner", "instructor", "proctor", "administrator"),
        Index("idx_member_roles_role", "role"),
        {"schema": "lms", "comment": "What a person may do; the groups of their login follow it"},
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    granted_at: Mapped[Now]


class MemberLogin(Base):
    __tablename__ = "member_logins"
    __table_args__ = (
        UniqueConstraint("role_name", name="member_logins_role_name_key"),
        {"schema": "lms", "comment": "Which LOGIN role is which member"},
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"), primary_key=True)
    role_name: Mapped[str] = mapped_column(Name)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]
    disabled_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    disabled_at: Mapped[datetime | None]
