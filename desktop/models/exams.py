"""Supervised exams: migration 0020."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Interval, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Counter, Id, Name, Now, Xid8, vocabulary

SHA256 = 32


def _hash(table: str, column: str) -> CheckConstraint:
    return CheckConstraint(f"octet_length({column}) = {SHA256}", name=f"{table}_{column}_check")


class Station(Base):
    __tablename__ = "stations"
    __table_args__ = (
        CheckConstraint("name <> ''", name="stations_name_check"),
        UniqueConstraint("name", name="stations_name_key"),
        UniqueConstraint("role_name", name="stations_role_name_key"),
        Index("idx_stations_created_by", "created_by"),
        {"schema": "lms", "comment": "Machines that candidates sit at"},
    )

    id: Mapped[Id]
    name: Mapped[str]
    role_name: Mapped[str] = mapped_column(Name())
    guesses_forgiven: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]
    revoked_at: Mapped[datetime | None]


class Sitting(Base):
    __tablename__ = "sittings"
    __table_args__ = (
        CheckConstraint("title <> ''", name="sittings_title_check"),
        CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="sittings_duration_minutes_check"),
        CheckConstraint("closes_at > opens_at", name="sittings_window_check"),
        Index("idx_sittings_quiz", "quiz_id"),
        Index("idx_sittings_opens", "opens_at"),
        Index("idx_sittings_created_by", "created_by"),
        {"schema": "lms", "comment": "An exam at a time; while there is one, its quiz is taken at stations only"},
    )

    id: Mapped[Id]
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("public.quizzes.id", ondelete="RESTRICT"))
    title: Mapped[str]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]


class SittingRoom(Base):
    __tablename__ = "sitting_rooms"
    __table_args__ = (
        CheckConstraint("name <> ''", name="sitting_rooms_name_check"),
        UniqueConstraint("sitting_id", "name", name="unique_sitting_room"),
        {"schema": "lms", "comment": "The rooms of a sitting"},
    )

    id: Mapped[Id]
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("lms.sittings.id", ondelete="CASCADE"))
    name: Mapped[str]


class SittingProctor(Base):
    __tablename__ = "sitting_proctors"
    __table_args__ = (
        Index("idx_sitting_proctors_member", "member_id"),
        {"schema": "lms", "comment": "Who supervises a sitting"},
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("lms.sittings.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)


class Seat(Base):
    __tablename__ = "seats"
    __table_args__ = (
        vocabulary(
            "seats",
            "delivery",
            *("rostered", "checked_in", "awaiting", "authorized", "active", "paused", "submitted", "terminated", "absent", "cancelled"),
        ),
        vocabulary("seats", "review", "none", "pending", "cleared", "violation", "voided"),
        CheckConstraint("time_factor BETWEEN 1 AND 5", name="seats_time_factor_check"),
        CheckConstraint("extra_minutes BETWEEN 0 AND 1440", name="seats_extra_minutes_check"),
        CheckConstraint("incident_minutes BETWEEN 0 AND 1440", name="seats_incident_minutes_check"),
        CheckConstraint("began_at IS NOT NULL OR delivery NOT IN ('active', 'paused', 'submitted')", name="seats_began_check"),
        CheckConstraint("paused_at IS NULL OR delivery = 'paused'", name="seats_paused_check"),
        UniqueConstraint("sitting_id", "enrollment_id", name="unique_seat_enrollment"),
        UniqueConstraint("attempt_id", name="seats_attempt_id_key"),
        Index("idx_seats_enrollment", "enrollment_id"),
        Index("idx_seats_room", "room_id"),
        {"schema": "lms", "comment": "One candidate of one sitting. Connectivity is derived from heartbeats, never stored"},
    )

    id: Mapped[Id]
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("lms.sittings.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="RESTRICT"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("lms.sitting_rooms.id", ondelete="SET NULL"))
    label: Mapped[str | None]
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_attempts.id", ondelete="RESTRICT"))
    delivery: Mapped[str] = mapped_column(server_default=text("'rostered'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    epoch: Mapped[Counter]
    time_factor: Mapped[Decimal] = mapped_column(Numeric(4, 2), server_default=text("1"))
    extra_minutes: Mapped[Counter]
    incident_minutes: Mapped[Counter]
    began_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_for: Mapped[timedelta] = mapped_column(Interval, server_default=text("'00:00:00'"))
    ended_at: Mapped[datetime | None]
    review: Mapped[str] = mapped_column(server_default=text("'none'"))
    changed_in: Mapped[int] = mapped_column(Xid8(), server_default=func.pg_current_xact_id())


class StartCode(Base):
    __tablename__ = "start_codes"
    __table_args__ = (
        _hash("start_codes", "code_hash"),
        Index("start_codes_open_key", "seat_id", unique=True, postgresql_where=text("spent_at IS NULL")),
        Index("idx_start_codes_issued_by", "issued_by"),
        {"schema": "lms", "comment": "What lets a station enter a seat, once; the code itself is on paper only"},
    )

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("lms.seats.id", ondelete="CASCADE"))
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    issued_at: Mapped[Now]
    spent_at: Mapped[datetime | None]


class SeatSession(Base):
    __tablename__ = "seat_sessions"
    __table_args__ = (
        _hash("seat_sessions", "token_hash"),
        UniqueConstraint("seat_id", "epoch", name="unique_seat_epoch"),
        Index("idx_seat_sessions_station", "station_id"),
        {"schema": "lms", "comment": "Which station sat at which seat; one session of a seat at most is not revoked"},
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("lms.seats.id", ondelete="CASCADE"))
    station_id: Mapped[UUID] = mapped_column(ForeignKey("lms.stations.id", ondelete="RESTRICT"))
    epoch: Mapped[int]
    address: Mapped[str | None] = mapped_column(INET)
    began_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    revoked_at: Mapped[datetime | None]


class Heartbeat(Base):
    __tablename__ = "heartbeats"
    __table_args__ = (
        {
            "schema": "lms",
            "comment": "The last word of each seat; narrow and without an index but its key, so that updates stay within their page (HOT)",
        },
    )

    seat_id: Mapped[UUID] = mapped_column(ForeignKey("lms.seats.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    unsaved: Mapped[int]
    unsaved_seconds: Mapped[int]
    question: Mapped[int | None]
    answered: Mapped[int]


class SeatCommand(Base):
    __tablename__ = "seat_commands"
    __table_args__ = (
        vocabulary("seat_commands", "command", "state", "time", "message"),
        CheckConstraint("jsonb_typeof(body) = 'object'", name="seat_commands_body_check"),
        Index("idx_seat_commands_seat", "seat_id", "id"),
        Index("idx_seat_commands_given_by", "given_by"),
        {
            "schema": "lms",
            "comment": "What a heartbeat brings back to a station; written under the lock of the seat, so their ids are in order",
        },
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("lms.seats.id", ondelete="CASCADE"))
    command: Mapped[str]
    body: Mapped[dict[str, Any]]
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class LateAnswer(Base):
    __tablename__ = "late_answers"
    __table_args__ = (
        vocabulary("late_answers", "reason", "after_deadline", "not_active", "session_ended", "superseded"),
        Index("idx_late_answers_question", "question_id"),
        {"schema": "lms", "comment": "Answers in quarantine: kept for the proctor, graded by nobody"},
    )

    seat_id: Mapped[UUID] = mapped_column(ForeignKey("lms.seats.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_questions.id", ondelete="RESTRICT"))
    answer: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    arrived_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Incident(Base):
    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("number > 0", name="incidents_number_check"),
        vocabulary("incidents", "severity", "info", "low", "medium", "high"),
        _hash("incidents", "hash"),
        Index("idx_incidents_seat", "seat_id"),
        {"schema": "lms", "comment": "Append-only hash chain of each sitting; lms.append_incident says what is hashed"},
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("lms.sittings.id", ondelete="RESTRICT"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seat_id: Mapped[UUID | None] = mapped_column(ForeignKey("lms.seats.id", ondelete="RESTRICT"))
    kind: Mapped[str]
    severity: Mapped[str]
    at: Mapped[datetime]
    entry: Mapped[str]
    hash: Mapped[bytes]


class IncidentHead(Base):
    __tablename__ = "incident_heads"
    __table_args__ = ({"schema": "lms", "comment": "The last entry of each log; who appends holds this row, so that no chain forks"},)

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("lms.sittings.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]
