"""What authors write: the tables that are on a replica, and of each the columns that a replica may change.

One declaration for all of them; everything that reads, writes, sends or merges authored rows goes by it. A test compares it with the
server's own (``lms.authored_columns``), with the triggers that raise a row's version, and with the grants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Authored:
    """A table on the replica.

    ``columns`` are what authors write; values are JSON as Postgres writes it (ids and times are text, times in UTC). ``parents`` are the
    columns that say what a row belongs to, with the table they point at: the first that is set counts. ``defaults`` are what the server
    fills in where an insert leaves a column out; a column that has none there is None. ``links`` are columns that name another row without
    belonging to it. ``assets`` are columns that may name stored files.
    """

    name: str
    columns: tuple[str, ...]
    parents: tuple[tuple[str, str], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    """Columns that are pulled but changed by functions of their own."""
    together: tuple[str, ...] = ()
    """Columns that mean something only together: where two authors changed any of them, they are one conflict."""

    @property
    def blank(self) -> dict[str, Any]:
        """A row of which nothing is said."""
        return dict.fromkeys(self.columns) | dict(self.defaults)

    @property
    def ordered(self) -> bool:
        """Whether its rows stand in an order that an author chose (``position``, between its neighbours)."""
        return "position" in self.columns

    @property
    def references(self) -> frozenset[str]:
        """The columns that hold the id of another row."""
        return frozenset((*(column for column, _table in self.parents), *self.links))


COURSES = Authored(
    "courses",
    (
        *("title", "slug", "description", "short_description", "learning_objectives", "prerequisites", "target_audience", "category"),
        *("difficulty_level", "ce_credits", "designation_id", "certificate_template_id", "pricing_type", "price", "member_price"),
        *("delivery_format", "estimated_duration_minutes", "author_bio", "thumbnail_url", "promo_video_url", "syllabus_url"),
        *("allow_enrollment", "max_enrollments", "enrollment_start_date", "enrollment_end_date", "course_start_date", "course_end_date"),
        *("enable_discussion_forum", "enable_peer_review", "completion_certificate", "scorm_package_url", "scorm_version"),
    ),
    defaults={
        "learning_objectives": [],
        "prerequisites": [],
        "ce_credits": 0,
        "pricing_type": "free",
        "price": 0,
        "delivery_format": "self_paced",
        "allow_enrollment": True,
        "enable_discussion_forum": False,
        "enable_peer_review": False,
        "completion_certificate": True,
    },
    assets=("thumbnail_url", "promo_video_url", "syllabus_url", "scorm_package_url"),
    shown=("status", "published_at", "archived_at", "instructor_id", "co_instructors"),
)

MODULES = Authored(
    "course_modules",
    (
        *("course_id", "title", "description", "position", "learning_objectives", "is_preview", "unlock_after_module_id", "unlock_date"),
        "estimated_duration_minutes",
    ),
    parents=(("course_id", "courses"),),
    defaults={"learning_objectives": [], "is_preview": False},
    links=("unlock_after_module_id",),
)

LESSONS = Authored(
    "lessons",
    (
        *("module_id", "title", "description", "lesson_type", "position", "content_url", "content_html", "video_duration_seconds"),
        *("transcript_url", "video_provider", "video_thumbnail_url", "enable_video_controls", "allow_download", "scorm_package_url"),
        *("scorm_manifest_url", "scorm_version", "is_preview", "unlock_after_lesson_id", "require_completion", "completion_criteria"),
        *("min_time_seconds", "estimated_duration_minutes"),
    ),
    parents=(("module_id", "course_modules"),),
    defaults={
        "enable_video_controls": True,
        "allow_download": False,
        "is_preview": False,
        "require_completion": True,
        "completion_criteria": "marked_complete",
    },
    links=("unlock_after_lesson_id",),
    assets=("content_url", "content_html", "transcript_url", "video_thumbnail_url", "scorm_package_url", "scorm_manifest_url"),
)

ATTACHMENTS = Authored(
    "lesson_attachments",
    ("lesson_id", "file_name", "file_url", "file_type", "file_size_bytes", "description", "position", "requires_enrollment"),
    parents=(("lesson_id", "lessons"),),
    defaults={"requires_enrollment": True},
    assets=("file_url",),
)

QUIZZES = Authored(
    "quizzes",
    (
        *("course_id", "lesson_id", "title", "description", "instructions", "quiz_type", "passing_score", "max_attempts"),
        *("require_passing", "time_limit_minutes", "shuffle_questions", "shuffle_answers", "show_correct_answers", "available_from"),
        *("available_until", "is_bank"),
    ),
    parents=(("lesson_id", "lessons"), ("course_id", "courses")),
    defaults={
        "is_bank": False,
        "quiz_type": "formative",
        "passing_score": 70,
        "require_passing": False,
        "shuffle_questions": True,
        "shuffle_answers": True,
        "show_correct_answers": "after_submission",
    },
)

QUESTIONS = Authored(
    "quiz_questions",
    (
        *("quiz_id", "question_text", "question_html", "question_type", "position", "answer_options", "correct_answer", "points"),
        *("explanation", "hint", "image_url", "video_url", "title", "tags", "grading", "retired"),
    ),
    parents=(("quiz_id", "quizzes"),),
    defaults={"answer_options": [], "points": 1, "tags": [], "grading": {}, "retired": False},
    assets=("image_url", "video_url"),
    together=("question_type", "answer_options", "correct_answer", "grading"),
)

DRAWS = Authored(
    "quiz_draws",
    ("quiz_id", "bank_id", "question_id", "tags", "count", "position"),
    parents=(("quiz_id", "quizzes"),),
    defaults={"tags": [], "count": 1},
    links=("bank_id", "question_id"),
)

ASSIGNMENTS = Authored(
    "assignments",
    (
        *("course_id", "lesson_id", "title", "description", "instructions_html", "total_points", "rubric", "submission_type"),
        *("allowed_file_types", "max_file_size_mb", "max_submissions", "available_from", "due_date", "late_submission_allowed"),
        *("late_penalty_percentage", "enable_peer_review", "peer_reviews_required", "late_until", "late_grace_minutes"),
        *("late_penalty_interval", "late_penalty_floor", "anonymous_grading", "second_marking_percentage", "peer_reviews_due"),
        "peer_reviews_anonymous",
    ),
    parents=(("lesson_id", "lessons"), ("course_id", "courses")),
    defaults={
        "total_points": 100,
        "submission_type": "file_upload",
        "max_file_size_mb": 10,
        "max_submissions": 1,
        "late_submission_allowed": True,
        "late_penalty_percentage": 10,
        "enable_peer_review": False,
        "peer_reviews_required": 2,
        "late_grace_minutes": 0,
        "late_penalty_interval": "day",
        "late_penalty_floor": 0,
        "anonymous_grading": False,
        "second_marking_percentage": 0,
        "peer_reviews_anonymous": True,
    },
)

TABLES: Mapping[str, Authored] = {
    table.name: table for table in (COURSES, MODULES, LESSONS, ATTACHMENTS, QUIZZES, QUESTIONS, DRAWS, ASSIGNMENTS)
}
"""Every table on the replica, parents before their children."""
