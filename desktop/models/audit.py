"""What was changed by whom, and which files made the schema: migrations 0001, 0002 and 0029."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Now, Xid8, vocabulary


class AuditLog(Base):
    __tablename__ = "audit_logs"
    __table_args__ = (
        CheckConstraint(r"action IN ('insert', 'update', 'delete') OR action ~ '^[a-z_]+\.[a-z_]+$'", name="audit_logs_action_check"),
        Index("idx_audit_logs_row", "row_id", "id"),
        Index("idx_audit_logs_table", "table_name", "id"),
        Index("idx_audit_logs_member", "member_id", "id", postgresql_where=text("member_id IS NOT NULL")),
        Index("idx_audit_logs_occurred", "occurred_at", postgresql_using="brin"),
        {"schema": "public", "comment": "Who changed what and when; appended by triggers and functions only"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    member_id: Mapped[UUID | None]
    session_user_name: Mapped[str] = mapped_column(server_default=text("SESSION_USER"))
    action: Mapped[str]
    table_name: Mapped[str]
    row_id: Mapped[UUID | None]
    old_values: Mapped[dict[str, Any] | None]
    new_values: Mapped[dict[str, Any] | None]
    transaction_id: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class AppliedFile(Base):
    __tablename__ = "applied_files"
    __table_args__ = (
        vocabulary("applied_files", "kind", "migration", "function", "policy"),
        {"schema": "lms", "comment": "Which file of server_sql was applied when, by whom, with which SHA-256"},
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    checksum: Mapped[str]
    applied_at: Mapped[Now]
    applied_by: Mapped[str] = mapped_column(server_default=text("SESSION_USER"))
