"""The course catalogue and the structure of courses: migration 0003."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base, Counter, Id, Now, Off, On, RowVersion, vocabulary


class Course(Base):
    __tablename__ = "courses"
    __table_args__ = (
        UniqueConstraint("slug", name="courses_slug_key"),
        CheckConstraint("char_length(short_description) <= 200", name="courses_short_description_check"),
        CheckConstraint("jsonb_typeof(learning_objectives) = 'array'", name="courses_learning_objectives_check"),
        CheckConstraint("jsonb_typeof(prerequisites) = 'array'", name="courses_prerequisites_check"),
        vocabulary(
            "courses",
            "category",
            "insurance_fundamentals",
            "health_benefits",
            "life_insurance",
            "retirement_planning",
            "compliance",
            "sales_techniques",
            "leadership",
            "technology",
            "continuing_education",
        ),
        vocabulary("courses", "difficulty_level", "beginner", "intermediate", "advanced", "expert"),
        CheckConstraint("ce_credits >= 0", name="courses_ce_credits_check"),
        vocabulary("courses", "pricing_type", "free", "paid", "member_only", "premium"),
        CheckConstraint("price >= 0", name="courses_price_check"),
        CheckConstraint("member_price >= 0", name="courses_member_price_check"),
        vocabulary("courses", "delivery_format", "self_paced", "instructor_led", "blended", "live_virtual"),
        CheckConstraint("estimated_duration_minutes >= 0", name="courses_estimated_duration_minutes_check"),
        vocabulary("courses", "status", "draft", "published", "archived", "under_review"),
        CheckConstraint("max_enrollments >= 0", name="courses_max_enrollments_check"),
        vocabulary("courses", "scorm_version", "1.2", "2004", "aicc"),
        CheckConstraint("course_end_date >= course_start_date", name="courses_course_window_check"),
        CheckConstraint("enrollment_end_date >= enrollment_start_date", name="courses_enrollment_window_check"),
        Index("idx_courses_status", "status", postgresql_where=text("status = 'published'")),
        Index("idx_courses_category", "category"),
        Index("idx_courses_instructor", "instructor_id"),
        Index("idx_courses_designation", "designation_id"),
        Index("idx_courses_pricing", "pricing_type"),
        Index("idx_courses_prerequisites", "prerequisites", postgresql_using="gin"),
        Index("idx_courses_learning_objectives", "learning_objectives", postgresql_using="gin"),
        Index("idx_courses_co_instructors", "co_instructors", postgresql_using="gin"),
        Index("idx_courses_title", "title", "id"),
        {
            "schema": "public",
            "comment": "Master course catalog supporting self-paced, instructor-led, and blended learning formats with CE credit tracking",
        },
    )

    id: Mapped[Id]
    title: Mapped[str]
    slug: Mapped[str]
    description: Mapped[str]
    short_description: Mapped[str | None]
    learning_objectives: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    prerequisites: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    target_audience: Mapped[str | None]
    category: Mapped[str]
    difficulty_level: Mapped[str | None]
    ce_credits: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    designation_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.member_designations.id"))
    certificate_template_id: Mapped[UUID | None] = mapped_column(ForeignKey("lms.certificate_templates.id"))
    pricing_type: Mapped[str] = mapped_column(server_default=text("'free'"))
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2), server_default=text("0"))
    member_price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    delivery_format: Mapped[str] = mapped_column(server_default=text("'self_paced'"))
    estimated_duration_minutes: Mapped[int | None]
    status: Mapped[str] = mapped_column(server_default=text("'draft'"))
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    instructor_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id"))
    co_instructors: Mapped[list[UUID]] = mapped_column(server_default=text("ARRAY[]::uuid[]"))
    author_bio: Mapped[str | None]
    thumbnail_url: Mapped[str | None]
    promo_video_url: Mapped[str | None]
    syllabus_url: Mapped[str | None]
    allow_enrollment: Mapped[On]
    max_enrollments: Mapped[int | None]
    enrollment_start_date: Mapped[datetime | None]
    enrollment_end_date: Mapped[datetime | None]
    course_start_date: Mapped[datetime | None]
    course_end_date: Mapped[datetime | None]
    enable_discussion_forum: Mapped[Off]
    enable_peer_review: Mapped[Off]
    completion_certificate: Mapped[On]
    total_enrollments: Mapped[Counter]
    active_enrollments: Mapped[Counter]
    completion_count: Mapped[Counter]
    completion_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    avg_rating: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    total_reviews: Mapped[Counter]
    rating_sum: Mapped[Counter]
    lessons_count: Mapped[Counter]
    scorm_package_url: Mapped[str | None]
    scorm_version: Mapped[str | None]
    row_version: Mapped[RowVersion]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("public.members.id"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class CourseModule(Base):
    __tablename__ = "course_modules"
    __table_args__ = (
        UniqueConstraint("course_id", "module_order", name="unique_course_module_order", deferrable=True),
        CheckConstraint("jsonb_typeof(learning_objectives) = 'array'", name="course_modules_learning_objectives_check"),
        CheckConstraint("estimated_duration_minutes >= 0", name="course_modules_estimated_duration_minutes_check"),
        CheckConstraint("unlock_after_module_id <> id", name="course_modules_unlock_check"),
        Index("idx_course_modules_course", "course_id"),
        Index("idx_course_modules_unlock", "unlock_after_module_id"),
        {"schema": "public", "comment": "Course sections enabling modular content organization with sequential unlock capabilities"},
    )

    id: Mapped[Id]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("public.courses.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str | None]
    module_order: Mapped[int]
    position: Mapped[float]
    learning_objectives: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    is_preview: Mapped[Off]
    unlock_after_module_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.course_modules.id", ondelete="SET NULL"))
    unlock_date: Mapped[datetime | None]
    estimated_duration_minutes: Mapped[int | None]
    completion_count: Mapped[Counter]
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Lesson(Base):
    __tablename__ = "lessons"
    __table_args__ = (
        UniqueConstraint("module_id", "lesson_order", name="unique_module_lesson_order", deferrable=True),
        vocabulary(
            "lessons",
            "lesson_type",
            "video",
            "text",
            "pdf",
            "scorm",
            "quiz",
            "assignment",
            "live_session",
            "external_link",
            "embedded_content",
        ),
        CheckConstraint("video_duration_seconds >= 0", name="lessons_video_duration_seconds_check"),
        vocabulary("lessons", "video_provider", "supabase_storage", "vimeo", "youtube", "wistia", "workspace"),
        vocabulary("lessons", "scorm_version", "1.2", "2004", "aicc"),
        vocabulary(
            "lessons",
            "completion_criteria",
            "video_watched",
            "time_spent",
            "quiz_passed",
            "marked_complete",
            "scorm_completed",
        ),
        CheckConstraint("min_time_seconds >= 0", name="lessons_min_time_seconds_check"),
        CheckConstraint("estimated_duration_minutes >= 0", name="lessons_estimated_duration_minutes_check"),
        CheckConstraint("unlock_after_lesson_id <> id", name="lessons_unlock_check"),
        Index("idx_lessons_module", "module_id"),
        Index("idx_lessons_type", "lesson_type"),
        Index("idx_lessons_assets", text("lms.assets_in(content_html)"), postgresql_using="gin"),
        Index("idx_lessons_unlock", "unlock_after_lesson_id"),
        {"schema": "public", "comment": "Granular learning units supporting video, SCORM, and rich text with precise progress tracking"},
    )

    id: Mapped[Id]
    module_id: Mapped[UUID] = mapped_column(ForeignKey("public.course_modules.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str | None]
    lesson_type: Mapped[str]
    lesson_order: Mapped[int]
    position: Mapped[float]
    content_url: Mapped[str | None]
    content_html: Mapped[str | None]
    video_duration_seconds: Mapped[int | None]
    transcript_url: Mapped[str | None]
    video_provider: Mapped[str | None]
    video_thumbnail_url: Mapped[str | None]
    enable_video_controls: Mapped[On]
    allow_download: Mapped[Off]
    scorm_package_url: Mapped[str | None]
    scorm_manifest_url: Mapped[str | None]
    scorm_version: Mapped[str | None]
    is_preview: Mapped[Off]
    unlock_after_lesson_id: Mapped[UUID | None] = mapped_column(ForeignKey("public.lessons.id", ondelete="SET NULL"))
    require_completion: Mapped[On]
    completion_criteria: Mapped[str] = mapped_column(server_default=text("'marked_complete'"))
    min_time_seconds: Mapped[int | None]
    estimated_duration_minutes: Mapped[int | None]
    views_count: Mapped[Counter]
    avg_completion_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    learners_count: Mapped[Counter]
    learners_completed: Mapped[Counter]
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class LessonImport(Base):
    __tablename__ = "lesson_imports"
    __table_args__ = (
        CheckConstraint("version > 0", name="lesson_imports_version_check"),
        CheckConstraint("jsonb_typeof(report) = 'array'", name="lesson_imports_report_check"),
        {
            "schema": "lms",
            "comment": "What was imported into a lesson, when, by whom, and what was tolerated; the highest version is the current one",
        },
    )

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    package_url: Mapped[str]
    file_name: Mapped[str]
    standard: Mapped[str]
    report: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    imported_by: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="RESTRICT"))
    imported_at: Mapped[Now]


class LessonMedia(Base):
    __tablename__ = "lesson_media"
    __table_args__ = (
        CheckConstraint("converted_url IS NULL OR failure IS NULL", name="lesson_media_outcome_check"),
        Index("idx_lesson_media_waiting", "lesson_id", postgresql_where=text("converted_url IS NULL AND failure IS NULL")),
        Index("idx_lesson_media_converted", "converted_url"),
        {"schema": "lms", "comment": "H.264 and AAC media of packages, and what they were converted to"},
    )

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="CASCADE"), primary_key=True)
    package_url: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    converted_url: Mapped[str | None]
    failure: Mapped[str | None]
    found_at: Mapped[Now]


class LessonAttachment(Base):
    __tablename__ = "lesson_attachments"
    __table_args__ = (
        CheckConstraint("file_size_bytes >= 0", name="lesson_attachments_file_size_bytes_check"),
        Index("idx_lesson_attachments_lesson", "lesson_id"),
        {"schema": "public", "comment": "Supplemental course materials with download tracking"},
    )

    id: Mapped[Id]
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("public.lessons.id", ondelete="CASCADE"))
    file_name: Mapped[str]
    file_url: Mapped[str]
    file_type: Mapped[str]
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    description: Mapped[str | None]
    attachment_order: Mapped[Counter]
    position: Mapped[float] = mapped_column(server_default=text("0"))
    requires_enrollment: Mapped[On]
    download_count: Mapped[Counter]
    row_version: Mapped[RowVersion]
    created_at: Mapped[Now]


class RowClock(Base):
    __tablename__ = "row_clocks"
    __table_args__ = (
        vocabulary("row_clocks", "scope", "course", "bank"),
        {
            "schema": "lms",
            "comment": "A counter per course and per question bank, raised with each authored change and locked until commit",
        },
    )

    scope_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger)


class Tombstone(Base):
    __tablename__ = "tombstones"
    __table_args__ = (
        Index("idx_tombstones_scope", "scope_id", "row_version"),
        {
            "schema": "lms",
            "comment": "Authored rows that were deleted from a course or bank; what went with a deleted parent is implied by it",
        },
    )

    table_name: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(ForeignKey("lms.row_clocks.scope_id", ondelete="CASCADE"))
    row_version: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[Now]


class PushOutcome(Base):
    __tablename__ = "push_outcomes"
    __table_args__ = (
        Index("idx_push_outcomes_scope", "scope_id"),
        Index("idx_push_outcomes_member", "member_id"),
        {
            "schema": "lms",
            "comment": ("The outcome of each pushed change, values that lost included; a change that is sent again is answered from here"),
        },
    )

    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(ForeignKey("lms.row_clocks.scope_id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("public.members.id", ondelete="CASCADE"))
    outcome: Mapped[dict[str, Any]]
    decided_at: Mapped[Now]
