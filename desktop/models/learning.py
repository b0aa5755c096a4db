"""Enrolment, progress, completions, reviews and live sessions: migration 0004."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE, JSONB, TSTZMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Counter, Id, Now, Off, On, vocabulary


class Enrollment(Base):
    __tablename__ = "enrollments"
    __table_args__ = (
        UniqueConstraint("certificate_number", name="enrollments_certificate_number_key"),
        UniqueConstraint(
            "member_id", "course_id", "cohort_name", name="unique_member_course_enrollment", postgresql_nulls_not_distinct=True
        ),
        vocabulary(
            "enrollments",
            "enrollment_source",
            "self_enrollment",
            "admin_assignment",
            "bulk_import",
            "event_registration",
            "membership_benefit",
        ),
        CheckConstraint("amount_paid >= 0", name="enrollments_amount_paid_check"),
        vocabulary("enrollments", "status", "enrolled", "in_progress", "completed", "dropped", "expired", "suspended"),
        CheckConstraint("progress_percentage BETWEEN 0 AND 100", name="enrollments_progress_percentage_check"),
        CheckConstraint("final_grade BETWEEN 0 AND 100", name="enrollments_final_grade_check"),
        Index("idx_enrollments_course", "course_id"),
        Index("idx_enrollments_member", "member_id"),
        Index("idx_enrollments_status", "status"),
        Index("idx_enrollments_completed", "completed_at", postgresql_where=text("completed_at IS NOT NULL")),
        Index("idx_enrollments_transaction", "transaction_id", postgresql_where=text("transaction_id IS NOT NULL")),
        {
            "schema": "public",
            "comment": "Student course registration with progress tracking, certificate issuance, and payment integration",
        },
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="RESTRICT"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    enrolled_at: Mapped[Now]
    enrollment_source: Mapped[str] = mapped_column(server_default=text("'self_enrollment'"))
    transaction_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.transactions.id"))
    amount_paid: Mapped[Decimal] = mapped_column(Numeric(10, 2), server_default=text("0"))
    status: Mapped[str] = mapped_column(server_default=text("'enrolled'"))
    progress_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    lessons_completed: Mapped[Counter]
    total_lessons: Mapped[Counter]
    current_lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.lessons.id", ondelete="SET NULL"))
    started_at: Mapped[datetime | None]
    last_accessed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    total_time_spent_minutes: Mapped[Counter]
    certificate_issued: Mapped[Off]
    certificate_number: Mapped[str | None]
    certificate_url: Mapped[str | None]
    certificate_issued_at: Mapped[datetime | None]
    cohort_name: Mapped[str | None]
    cohort_start_date: Mapped[datetime | None]
    cohort_end_date: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    final_grade: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    instructor_notes: Mapped[str | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class LessonProgress(Base):
    __tablename__ = "lesson_progress"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "lesson_id", name="unique_enrollment_lesson"),
        vocabulary("lesson_progress", "status", "not_started", "in_progress", "completed"),
        CheckConstraint("video_completion_percentage BETWEEN 0 AND 100", name="lesson_progress_video_completion_percentage_check"),
        Index("idx_lesson_progress_enrollment", "enrollment_id"),
        Index("idx_lesson_progress_lesson", "lesson_id"),
        Index("idx_lesson_progress_status", "status"),
        {"schema": "public", "comment": "Granular progress tracking supporting video resume, SCORM state, and time-on-task analytics"},
    )

    id: Mapped[Id]
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(server_default=text("'not_started'"))
    video_position_seconds: Mapped[Counter]
    video_watched_seconds: Mapped[Counter]
    video_completion_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    scorm_cmi_data: Mapped[dict[str, Any] | None]
    scorm_completion_status: Mapped[str | None]
    scorm_score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    time_spent_seconds: Mapped[Counter]
    last_accessed_at: Mapped[datetime | None]
    access_count: Mapped[Counter]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class ModuleCompletion(Base):
    __tablename__ = "module_completions"
    __table_args__ = (
        Index("idx_module_completions_module", "module_id"),
        {"schema": "lms", "comment": "Which enrollment has completed every lesson of which module; kept by triggers"},
    )

    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"), primary_key=True)
    module_id: Mapped[UUID] = mapped_column(ForeignKey("public.course_modules.id", ondelete="CASCADE"), primary_key=True)
    completed_at: Mapped[Now]


class CourseCompletion(Base):
    __tablename__ = "course_completions"
    __table_args__ = (
        UniqueConstraint("enrollment_id", name="course_completions_enrollment_id_key"),
        Index("idx_course_completions_course", "course_id", "completed_at"),
        Index("idx_course_completions_member", "member_id", "completed_at"),
        {"schema": "public", "comment": "One row for each completed enrollment, with the CE credits it earned; kept by a trigger"},
    )

    id: Mapped[Id]
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="RESTRICT"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    completed_at: Mapped[datetime]
    ce_credits: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    final_grade: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    created_at: Mapped[Now]


class CourseReview(Base):
    __tablename__ = "course_reviews"
    __table_args__ = (
        UniqueConstraint("member_id", "course_id", name="unique_member_course_review"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="course_reviews_rating_check"),
        Index("idx_course_reviews_course", "course_id"),
        Index("idx_course_reviews_member", "member_id"),
        Index("idx_course_reviews_rating", "rating"),
        Index("idx_course_reviews_approved", "is_approved", postgresql_where=text("is_approved = true")),
        {"schema": "public", "comment": "Student feedback enabling data-driven course improvements and social proof"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="RESTRICT"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    rating: Mapped[int]
    title: Mapped[str | None]
    review_text: Mapped[str | None]
    liked_aspects: Mapped[list[str] | None]
    improvement_areas: Mapped[list[str] | None]
    is_approved: Mapped[Off]
    is_featured: Mapped[Off]
    moderated_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    moderated_at: Mapped[datetime | None]
    helpful_count: Mapped[Counter]
    not_helpful_count: Mapped[Counter]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class ReviewVote(Base):
    __tablename__ = "review_votes"
    __table_args__ = (
        Index("idx_review_votes_member", "member_id"),
        {"schema": "lms", "comment": "Who found which review of a course helpful, or not"},
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("public.course_reviews.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)
    helpful: Mapped[bool]
    created_at: Mapped[Now]


class LiveSession(Base):
    __tablename__ = "live_sessions"
    __table_args__ = (
        CheckConstraint("duration_minutes > 0", name="live_sessions_duration_minutes_check"),
        vocabulary("live_sessions", "meeting_platform", "zoom", "microsoft_teams", "google_meet", "webex", "custom"),
        CheckConstraint("max_attendees >= 0", name="live_sessions_max_attendees_check"),
        CheckConstraint("credit_percentage BETWEEN 1 AND 100", name="live_sessions_credit_percentage_check"),
        CheckConstraint("jsonb_typeof(pre_session_materials) = 'array'", name="live_sessions_pre_session_materials_check"),
        CheckConstraint("jsonb_typeof(post_session_materials) = 'array'", name="live_sessions_post_session_materials_check"),
        vocabulary("live_sessions", "status", "scheduled", "in_progress", "completed", "cancelled"),
        Index("idx_live_sessions_course", "course_id"),
        Index("idx_live_sessions_instructor", "instructor_id"),
        Index("idx_live_sessions_date", "session_date"),
        Index("idx_live_sessions_status", "status"),
        Index("idx_live_sessions_assets", text("lms.assets_in(agenda_html)"), postgresql_using="gin"),
        {"schema": "public", "comment": "Live virtual classroom sessions with meeting integration and recording support"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str | None]
    session_date: Mapped[datetime]
    duration_minutes: Mapped[int]
    timezone: Mapped[str] = mapped_column(server_default=text("'America/New_York'"))
    meeting_platform: Mapped[str | None]
    meeting_url: Mapped[str]
    meeting_id: Mapped[str | None]
    meeting_password: Mapped[str | None]
    instructor_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id"))
    co_hosts: Mapped[list[UUID]] = mapped_column(server_default=text("ARRAY[]::uuid[]"))
    max_attendees: Mapped[int | None]
    registered_count: Mapped[Counter]
    recording_enabled: Mapped[On]
    recording_url: Mapped[str | None]
    recording_available: Mapped[Off]
    agenda_html: Mapped[str | None]
    pre_session_materials: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    post_session_materials: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    status: Mapped[str] = mapped_column(server_default=text("'scheduled'"))
    attendance_count: Mapped[Counter]
    avg_attendance_duration_minutes: Mapped[int | None]
    attendance_minutes_sum: Mapped[Counter]
    attendance_minutes_count: Mapped[Counter]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    credit_percentage: Mapped[int] = mapped_column(server_default=text("80"))


class SessionAttendance(Base):
    __tablename__ = "session_attendance"
    __table_args__ = (
        UniqueConstraint("member_id", "session_id", name="unique_member_session"),
        CheckConstraint("duration_minutes >= 0", name="session_attendance_duration_minutes_check"),
        Index("idx_session_attendance_session", "session_id"),
        Index("idx_session_attendance_member", "member_id"),
        Index("idx_session_attendance_attended", "attended"),
        Index("idx_session_attendance_enrollment", "enrollment_id"),
        {"schema": "public", "comment": "Live session participation tracking with CE credit eligibility validation"},
    )

    id: Mapped[Id]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("public.live_sessions.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    registered_at: Mapped[Now]
    attended: Mapped[Off]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    duration_minutes: Mapped[int | None]
    questions_asked: Mapped[Counter]
    polls_answered: Mapped[Counter]
    eligible_for_credit: Mapped[Off]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    presences: Mapped[list[Range[datetime]]] = mapped_column(TSTZMULTIRANGE, server_default=text("'{}'::tstzmultirange"))
    by_hand: Mapped[Off]


class SessionWaiting(Base):
    __tablename__ = "session_waiting"
    __table_args__ = (
        UniqueConstraint("session_id", "enrollment_id", name="unique_session_waiting"),
        Index("idx_session_waiting_enrollment", "enrollment_id"),
        {"schema": "lms", "comment": "Who waits for a seat in a live session that is full, the first come first"},
    )

    id: Mapped[Id]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("public.live_sessions.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class ScormSession(Base):
    __tablename__ = "scorm_sessions"
    __table_args__ = (
        CheckConstraint("seconds >= 0", name="scorm_sessions_seconds_check"),
        Index("idx_scorm_sessions_lesson", "lesson_id"),
        Index(
            "scorm_sessions_current_key",
            "enrollment_id",
            "lesson_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL AND ended_at IS NULL"),
        ),
        {"schema": "lms", "comment": "Launches of SCORM lessons: which is the current one, and the last save of each"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="RESTRICT"))
    begun_at: Mapped[Now]
    last_sequence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    saved_at: Mapped[datetime | None]
    seconds: Mapped[Counter]
    superseded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ScormObjective(Base):
    __tablename__ = "scorm_objectives"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(known) = 'object'", name="scorm_objectives_known_check"),
        {"schema": "lms", "comment": "Global objectives of SCORM 2004 that a learner's courses share (objectivesGlobalToSystem)"},
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)
    objective_id: Mapped[str] = mapped_column(primary_key=True)
    known: Mapped[dict[str, Any]]
    updated_at: Mapped[Now]


class ScormData(Base):
    __tablename__ = "scorm_data"
    __table_args__ = ({"schema": "lms", "comment": "Stores of adl.data that a learner's courses share (sharedDataGlobalToSystem)"},)

    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)
    target_id: Mapped[str] = mapped_column(primary_key=True)
    store: Mapped[str]
    updated_at: Mapped[Now]


class ScormAttempt(Base):
    __tablename__ = "scorm_attempts"
    __table_args__ = (
        CheckConstraint("attempt > 0", name="scorm_attempts_attempt_check"),
        CheckConstraint("score BETWEEN 0 AND 100", name="scorm_attempts_score_check"),
        Index("idx_scorm_attempts_lesson", "lesson_id"),
        {"schema": "lms", "comment": "Attempts at the parts of SCORM lessons, from the documents that were saved"},
    )

    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"), primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="RESTRICT"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    score_raw: Mapped[Decimal | None]
    score_min: Mapped[Decimal | None]
    score_max: Mapped[Decimal | None]
    progress: Mapped[Decimal | None]
    total_seconds: Mapped[Decimal] = mapped_column(server_default=text("0"))
    finished: Mapped[bool]
    begun_at: Mapped[Now]
    saved_at: Mapped[Now]


class ScormInteraction(Base):
    __tablename__ = "scorm_interactions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["enrollment_id", "lesson_id", "item_id", "attempt"],
            [f"lms.scorm_attempts.{name}" for name in ("enrollment_id", "lesson_id", "item_id", "attempt")],
            name="scorm_interactions_attempt_fkey",
            ondelete="CASCADE",
        ),
        Index("idx_scorm_interactions_lesson", "lesson_id", "interaction_id"),
        {"schema": "lms", "comment": "Questions and other interactions that content reported (cmi.interactions), one row each"},
    )

    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[str | None]
    interaction_type: Mapped[str | None]
    description: Mapped[str | None]
    answered_at: Mapped[str | None]
    response: Mapped[str | None]
    correct_responses: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    objectives: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    result: Mapped[str | None]
    weighting: Mapped[Decimal | None]
    latency_seconds: Mapped[Decimal | None]


class VideoWatching(Base):
    __tablename__ = "video_watching"
    __table_args__ = (
        CheckConstraint("replayed <@ played", name="video_watching_replayed_check"),
        {"schema": "lms", "comment": "Which seconds of a video were played, and which of them again"},
    )

    progress_id: Mapped[UUID] = mapped_column(ForeignKey("public.lesson_progress.id", ondelete="CASCADE"), primary_key=True)
    played: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE, server_default=text("'{}'"))
    replayed: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE, server_default=text("'{}'"))


class WatchingClock(Base):
    __tablename__ = "watching_clocks"
    __table_args__ = (
        CheckConstraint("allowance >= 0", name="watching_clocks_allowance_check"),
        {"schema": "lms", "comment": "How much a member can have watched: one clock for all videos, as nobody watches two at once"},
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"), primary_key=True)
    reported_at: Mapped[datetime]
    allowance: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))


class LessonNote(Base):
    __tablename__ = "lesson_notes"
    __table_args__ = (
        CheckConstraint("at_seconds >= 0", name="lesson_notes_at_seconds_check"),
        CheckConstraint("btrim(body) <> '' AND char_length(body) <= 20000", name="lesson_notes_body_check"),
        Index("idx_lesson_notes_member", "member_id", "lesson_id"),
        Index("idx_lesson_notes_lesson", "lesson_id"),
        {"schema": "lms", "comment": "What learners write for themselves beside a lesson; nobody else reads it"},
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="CASCADE"))
    at_seconds: Mapped[int | None]
    body: Mapped[str]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
