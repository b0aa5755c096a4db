"""Grades before they are released, and what belongs to grading: ``0018_grading.sql``."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Counter, Id, Now, Off, vocabulary


class AssignmentExtension(Base):
    __tablename__ = "assignment_extensions"
    __table_args__ = (
        CheckConstraint("submissions >= 0", name="assignment_extensions_submissions_check"),
        UniqueConstraint("assignment_id", "enrollment_id", name="unique_assignment_enrollment_extension"),
        Index("idx_assignment_extensions_enrollment", "enrollment_id"),
        Index("idx_assignment_extensions_granted_by", "granted_by"),
        {"schema": "lms", "comment": "More time, or more attempts, for one learner at one assignment"},
    )

    id: Mapped[Id]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignments.id", ondelete="CASCADE"))
    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("public.enrollments.id", ondelete="CASCADE"))
    due_date: Mapped[datetime | None]
    late_until: Mapped[datetime | None]
    submissions: Mapped[Counter]
    reason: Mapped[str | None]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Grade(Base):
    __tablename__ = "grades"
    __table_args__ = (
        vocabulary("grades", "stage", "first", "second", "agreed"),
        CheckConstraint("jsonb_typeof(rubric_scores) = 'object'", name="grades_rubric_scores_check"),
        CheckConstraint("score >= 0", name="grades_score_check"),
        UniqueConstraint("submission_id", "stage", name="unique_submission_stage"),
        Index("idx_grades_assignment", "assignment_id"),
        Index("idx_grades_grader", "grader_id"),
        {
            "schema": "lms",
            "comment": "What graders think of a submission; copied to it when it is released, and the learner's from then on",
        },
    )

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignment_submissions.id", ondelete="CASCADE"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignments.id", ondelete="RESTRICT"))
    stage: Mapped[str]
    grader_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    rubric_scores: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    score: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    feedback_html: Mapped[str | None]
    private_note: Mapped[str | None]
    done: Mapped[Off]
    blind: Mapped[Off]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    client_key: Mapped[UUID | None]
    released_version: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class GradingClaim(Base):
    __tablename__ = "grading_claims"
    __table_args__ = (
        Index("idx_grading_claims_member", "member_id"),
        {"schema": "lms", "comment": "Who has a submission in front of them; a courtesy, and no lock"},
    )

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignment_submissions.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    until: Mapped[datetime]


class GradingComment(Base):
    __tablename__ = "grading_comments"
    __table_args__ = (
        CheckConstraint("btrim(comment) <> ''", name="grading_comments_comment_check"),
        Index("idx_grading_comments_member", "member_id"),
        Index("idx_grading_comments_course", "course_id"),
        {"schema": "lms", "comment": "What graders write again and again"},
    )

    id: Mapped[Id]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.courses.id", ondelete="CASCADE"))
    comment: Mapped[str]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class RegradeRequest(Base):
    __tablename__ = "regrade_requests"
    __table_args__ = (
        CheckConstraint("btrim(reason) <> ''", name="regrade_requests_reason_check"),
        vocabulary("regrade_requests", "status", "open", "changed", "unchanged"),
        Index("unique_open_regrade_request", "submission_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("idx_regrade_requests_submission", "submission_id"),
        Index("idx_regrade_requests_answered_by", "answered_by"),
        {"schema": "lms", "comment": "Learners who ask to have released work looked at again"},
    )

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignment_submissions.id", ondelete="CASCADE"))
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Annotation(Base):
    __tablename__ = "annotations"
    __table_args__ = (
        vocabulary("annotations", "kind", "highlight", "note", "drawing"),
        CheckConstraint("page >= 0", name="annotations_page_check"),
        CheckConstraint("jsonb_typeof(strokes) = 'array' AND octet_length(strokes::text) <= 262144", name="annotations_strokes_check"),
        CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="annotations_colour_check"),
        CheckConstraint("length(words) <= 10000", name="annotations_words_check"),
        Index("idx_annotations_submission", "submission_id"),
        Index("idx_annotations_author", "author_id"),
        {
            "schema": "lms",
            "comment": "Highlights, notes and drawings of graders on the files of a submission; the learner's to see once it is released",
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("public.assignment_submissions.id", ondelete="CASCADE"))
    asset_id: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    kind: Mapped[str]
    page: Mapped[int]
    strokes: Mapped[list[list[list[float]]]] = mapped_column(JSONB)
    colour: Mapped[str]
    words: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[Now]


class GradingScheme(Base):
    __tablename__ = "grading_schemes"
    __table_args__ = (
        UniqueConstraint("course_id", name="unique_course_scheme"),
        CheckConstraint("jsonb_typeof(scheme -> 'groups') = 'array'", name="grading_schemes_scheme_check"),
        Index("idx_grading_schemes_changed_by", "changed_by"),
        {"schema": "lms", "comment": "How a course's grade is made of its parts; without a row each part counts the same"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="CASCADE"))
    scheme: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id", ondelete="SET NULL"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
