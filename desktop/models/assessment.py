"""Quizzes, attempts and answers, assignments, submissions and reviews: migration 0005."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Counter, Id, Now, Off, On, RowVersion, Xid8, vocabulary


class Quiz(Base):
    __tablename__ = "quizzes"
    __table_args__ = (
        vocabulary("quizzes", "quiz_type", "pre_assessment", "formative", "summative", "final_exam", "practice"),
        CheckConstraint("passing_score BETWEEN 0 AND 100", name="quizzes_passing_score_check"),
        CheckConstraint("max_attempts > 0", name="quizzes_max_attempts_check"),
        CheckConstraint("time_limit_minutes > 0", name="quizzes_time_limit_minutes_check"),
        vocabulary("quizzes", "show_correct_answers", "immediately", "after_submission", "after_deadline", "never"),
        CheckConstraint("available_until >= available_from", name="quizzes_available_check"),
        CheckConstraint("NOT is_bank OR lesson_id IS NULL AND NOT require_passing", name="quizzes_is_bank_check"),
        Index("idx_quizzes_course", "course_id"),
        Index("idx_quizzes_lesson", "lesson_id"),
        Index("idx_quizzes_type", "quiz_type"),
        {"schema": "public", "comment": "Assessment configuration with passing criteria, time limits, and retry policies"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.courses.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.lessons.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str | None]
    instructions: Mapped[str | None]
    quiz_type: Mapped[str] = mapped_column(server_default=text("'formative'"))
    passing_score: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("70.00"))
    max_attempts: Mapped[int | None]
    require_passing: Mapped[Off]
    time_limit_minutes: Mapped[int | None]
    shuffle_questions: Mapped[On]
    shuffle_answers: Mapped[On]
    show_correct_answers: Mapped[str] = mapped_column(server_default=text("'after_submission'"))
    total_points: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("0"))
    available_from: Mapped[datetime | None]
    available_until: Mapped[datetime | None]
    attempts_count: Mapped[Counter]
    avg_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    pass_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    graded_count: Mapped[Counter]
    passed_count: Mapped[Counter]
    score_sum: Mapped[Decimal] = mapped_column(Numeric(14, 2), server_default=text("0"))
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    is_bank: Mapped[Off]


class QuizQuestion(Base):
    __tablename__ = "quiz_questions"
    __table_args__ = (
        UniqueConstraint("quiz_id", "question_order", name="unique_quiz_question_order", deferrable=True),
        vocabulary(
            "quiz_questions",
            "question_type",
            "multiple_choice",
            "true_false",
            "multiple_answer",
            "short_answer",
            "essay",
            "fill_blank",
            "matching",
            "ordering",
        ),
        CheckConstraint("jsonb_typeof(answer_options) = 'array'", name="quiz_questions_answer_options_check"),
        CheckConstraint("points >= 0", name="quiz_questions_points_check"),
        CheckConstraint("jsonb_typeof(grading) = 'object'", name="quiz_questions_grading_check"),
        Index("idx_quiz_questions_quiz", "quiz_id"),
        Index("idx_quiz_questions_type", "question_type"),
        Index(
            "idx_quiz_questions_assets",
            text("lms.assets_in((question_text || answer_options::text) || COALESCE(explanation, ''::text))"),
            postgresql_using="gin",
        ),
        {"schema": "public", "comment": "Flexible question bank supporting 8 question types with rich media support"},
    )

    id: Mapped[Id]
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("public.quizzes.id", ondelete="CASCADE"))
    question_text: Mapped[str]
    question_html: Mapped[str | None]
    question_type: Mapped[str]
    question_order: Mapped[int]
    position: Mapped[float]
    answer_options: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    correct_answer: Mapped[Any] = mapped_column(JSONB, nullable=True)
    points: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("1.00"))
    explanation: Mapped[str | None]
    hint: Mapped[str | None]
    image_url: Mapped[str | None]
    video_url: Mapped[str | None]
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    title: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    grading: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    retired: Mapped[Off]


class QuizDraw(Base):
    __tablename__ = "quiz_draws"
    __table_args__ = (
        CheckConstraint("count > 0", name="quiz_draws_count_check"),
        CheckConstraint("question_id IS NULL OR count = 1 AND tags = '{}'", name="quiz_draws_question_id_check"),
        Index("idx_quiz_draws_quiz", "quiz_id"),
        Index("idx_quiz_draws_bank", "bank_id"),
        Index("idx_quiz_draws_question", "question_id"),
        {"schema": "lms", "comment": "Questions that a quiz takes from a bank for each attempt: one that is named, or some at random"},
    )

    id: Mapped[Id]
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("public.quizzes.id", ondelete="CASCADE"))
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("public.quizzes.id", ondelete="RESTRICT"))
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.quiz_questions.id", ondelete="RESTRICT"))
    tags: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    count: Mapped[int] = mapped_column(server_default=text("1"))
    position: Mapped[float]
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class QuizAttempt(Base):
    __tablename__ = "quiz_attempts"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "quiz_id", "attempt_number", name="unique_enrollment_quiz_attempt"),
        CheckConstraint("attempt_number > 0", name="quiz_attempts_attempt_number_check"),
        CheckConstraint("score BETWEEN 0 AND 100", name="quiz_attempts_score_check"),
        vocabulary("quiz_attempts", "status", "in_progress", "submitted", "graded", "expired", "archived"),
        Index("idx_quiz_attempts_quiz", "quiz_id"),
        Index("idx_quiz_attempts_enrollment", "enrollment_id"),
        Index("idx_quiz_attempts_member", "member_id"),
        Index("idx_quiz_attempts_status", "status"),
        {"schema": "public", "comment": "Quiz submission tracking with scoring, timing, and proctoring metadata"},
    )

    id: Mapped[Id]
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("public.quizzes.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    attempt_number: Mapped[int]
    started_at: Mapped[Now]
    submitted_at: Mapped[datetime | None]
    time_spent_seconds: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    points_earned: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    total_points: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    passed: Mapped[bool | None]
    status: Mapped[str] = mapped_column(server_default=text("'in_progress'"))
    ip_address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None]
    graded_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime | None]
    instructor_feedback: Mapped[str | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class QuizAnswer(Base):
    __tablename__ = "quiz_answers"
    __table_args__ = (
        UniqueConstraint("quiz_attempt_id", "question_id", name="unique_attempt_question"),
        Index("idx_quiz_answers_attempt", "quiz_attempt_id"),
        Index("idx_quiz_answers_question", "question_id"),
        Index("idx_quiz_answers_correct", "is_correct"),
        Index("idx_quiz_answers_graded_by", "graded_by"),
        {"schema": "public", "comment": "Question-level response tracking enabling granular analytics and partial credit"},
    )

    id: Mapped[Id]
    quiz_attempt_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_attempts.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_questions.id", ondelete="RESTRICT"))
    answer_data: Mapped[Any] = mapped_column(JSONB, nullable=False)
    is_correct: Mapped[bool | None]
    points_earned: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("0"))
    max_points: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    answered_at: Mapped[Now]
    time_spent_seconds: Mapped[int | None]
    automated_feedback: Mapped[str | None]
    instructor_feedback: Mapped[str | None]
    created_at: Mapped[Now]
    graded_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime | None]


class QuestionVersion(Base):
    __tablename__ = "question_versions"
    __table_args__ = (
        UniqueConstraint("question_id", "version", name="unique_question_version"),
        {"schema": "lms", "comment": "Questions as learners were given them; a new version when one is given after it was changed"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_questions.id", ondelete="CASCADE"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[bytes]
    points: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    created_at: Mapped[Now]


class AttemptDelivery(Base):
    __tablename__ = "attempt_delivery"
    __table_args__ = ({"schema": "lms", "comment": "How an attempt is delivered"},)

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_attempts.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    deadline: Mapped[datetime | None]
    changed_in: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class AttemptQuestion(Base):
    __tablename__ = "attempt_questions"
    __table_args__ = (
        UniqueConstraint("attempt_id", "question_id", name="unique_attempt_question"),
        Index("idx_attempt_questions_question", "question_id"),
        Index("idx_attempt_questions_shown", "shown_version"),
        Index("idx_attempt_questions_graded", "graded_version"),
        {"schema": "lms", "comment": "The questions of an attempt, answered or not"},
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_attempts.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("public.quiz_questions.id", ondelete="RESTRICT"))
    shown_version: Mapped[int] = mapped_column(BigInteger, ForeignKey("lms.question_versions.id", ondelete="RESTRICT"))
    graded_version: Mapped[int] = mapped_column(BigInteger, ForeignKey("lms.question_versions.id", ondelete="RESTRICT"))
    sequence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    flagged: Mapped[Off]
    settled_in: Mapped[int | None] = mapped_column(Xid8)


class Regrade(Base):
    __tablename__ = "regrades"
    __table_args__ = (
        Index("idx_regrades_quiz", "quiz_id"),
        Index("idx_regrades_regraded_by", "regraded_by"),
        {"schema": "lms", "comment": "Who changed which scores after the fact, and why"},
    )

    id: Mapped[Id]
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("public.quizzes.id", ondelete="CASCADE"))
    regraded_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    regraded_at: Mapped[Now]
    reason: Mapped[str]
    changes: Mapped[list[Any]] = mapped_column(JSONB)
    request: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class Assignment(Base):
    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("total_points >= 0", name="assignments_total_points_check"),
        vocabulary("assignments", "submission_type", "file_upload", "text_entry", "url_submission", "both"),
        CheckConstraint("max_file_size_mb > 0", name="assignments_max_file_size_mb_check"),
        CheckConstraint("max_submissions > 0", name="assignments_max_submissions_check"),
        CheckConstraint("late_penalty_percentage BETWEEN 0 AND 100", name="assignments_late_penalty_percentage_check"),
        CheckConstraint("peer_reviews_required >= 0", name="assignments_peer_reviews_required_check"),
        CheckConstraint("late_grace_minutes >= 0", name="assignments_late_grace_minutes_check"),
        vocabulary("assignments", "late_penalty_interval", "hour", "day"),
        CheckConstraint("late_penalty_floor BETWEEN 0 AND 100", name="assignments_late_penalty_floor_check"),
        CheckConstraint("second_marking_percentage BETWEEN 0 AND 100", name="assignments_second_marking_percentage_check"),
        Index("idx_assignments_course", "course_id"),
        Index("idx_assignments_lesson", "lesson_id"),
        Index("idx_assignments_due_date", "due_date"),
        Index("idx_assignments_assets", text("lms.assets_in(instructions_html)"), postgresql_using="gin"),
        {"schema": "public", "comment": "Practical assignments with rubric-based grading and peer review capabilities"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="CASCADE"))
    lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.lessons.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str]
    instructions_html: Mapped[str | None]
    total_points: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("100"))
    rubric: Mapped[list[Any] | None] = mapped_column(JSONB)
    submission_type: Mapped[str] = mapped_column(server_default=text("'file_upload'"))
    allowed_file_types: Mapped[list[str] | None]
    max_file_size_mb: Mapped[int] = mapped_column(server_default=text("10"))
    max_submissions: Mapped[int] = mapped_column(server_default=text("1"))
    available_from: Mapped[datetime | None]
    due_date: Mapped[datetime | None]
    late_submission_allowed: Mapped[On]
    late_penalty_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("10"))
    enable_peer_review: Mapped[Off]
    peer_reviews_required: Mapped[int] = mapped_column(server_default=text("2"))
    submissions_count: Mapped[Counter]
    avg_score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    graded_count: Mapped[Counter]
    score_sum: Mapped[Decimal] = mapped_column(Numeric(14, 2), server_default=text("0"))
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    late_until: Mapped[datetime | None]
    late_grace_minutes: Mapped[Counter]
    late_penalty_interval: Mapped[str] = mapped_column(server_default=text("'day'"))
    late_penalty_floor: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    anonymous_grading: Mapped[Off]
    second_marking_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    peer_reviews_due: Mapped[datetime | None]
    peer_reviews_anonymous: Mapped[On]


class AssignmentSubmission(Base):
    __tablename__ = "assignment_submissions"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "assignment_id", "submission_number", name="unique_enrollment_assignment_submission"),
        UniqueConstraint("enrollment_id", "client_key", name="unique_enrollment_client_key"),
        CheckConstraint("late_seconds >= 0", name="assignment_submissions_late_seconds_check"),
        CheckConstraint("submission_number > 0", name="assignment_submissions_submission_number_check"),
        CheckConstraint("jsonb_typeof(file_attachments) = 'array'", name="assignment_submissions_file_attachments_check"),
        vocabulary("assignment_submissions", "status", "submitted", "grading", "graded", "returned", "resubmission_requested"),
        Index("idx_assignment_submissions_assignment", "assignment_id"),
        Index("idx_assignment_submissions_enrollment", "enrollment_id"),
        Index("idx_assignment_submissions_member", "member_id"),
        Index("idx_assignment_submissions_status", "status"),
        Index("idx_assignment_submissions_queue", "assignment_id", "submitted_at", "id"),
        Index(
            "idx_assignment_submissions_files",
            "file_attachments",
            postgresql_using="gin",
            postgresql_ops={"file_attachments": "jsonb_path_ops"},
        ),
        Index("idx_assignment_submissions_graded_by", "graded_by"),
        {"schema": "public", "comment": "Student assignment submissions with file uploads, grading, and feedback"},
    )

    id: Mapped[Id]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignments.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    submission_number: Mapped[int] = mapped_column(server_default=text("1"))
    submitted_at: Mapped[Now]
    is_late: Mapped[Off]
    late_days: Mapped[Counter]
    submission_text: Mapped[str | None]
    submission_html: Mapped[str | None]
    submission_url: Mapped[str | None]
    file_attachments: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    status: Mapped[str] = mapped_column(server_default=text("'submitted'"))
    score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    points_earned: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    grade_percentage: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    graded_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime | None]
    instructor_feedback_html: Mapped[str | None]
    rubric_scores: Mapped[Any] = mapped_column(JSONB, nullable=True)
    late_penalty_applied: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("0"))
    final_score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    client_key: Mapped[UUID | None]
    late_seconds: Mapped[Counter]


class AssignmentReview(Base):
    __tablename__ = "assignment_reviews"
    __table_args__ = (
        UniqueConstraint("submission_id", "reviewer_id", name="unique_submission_reviewer"),
        vocabulary("assignment_reviews", "review_type", "instructor", "peer"),
        vocabulary("assignment_reviews", "status", "assigned", "draft", "submitted"),
        Index("idx_assignment_reviews_reviewer", "reviewer_id"),
        {"schema": "public", "comment": "Feedback on a submission by an instructor or a peer"},
    )

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignment_submissions.id", ondelete="CASCADE"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    review_type: Mapped[str] = mapped_column(server_default=text("'instructor'"))
    status: Mapped[str] = mapped_column(server_default=text("'assigned'"))
    rubric_scores: Mapped[Any] = mapped_column(JSONB, nullable=True)
    score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    feedback_html: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
