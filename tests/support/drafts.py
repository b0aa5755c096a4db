"""Courses in memory, for what needs no database."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from desktop.courses.draft import ATTACHMENT, LESSON, LESSONS, MODULE, MODULES, Draft

COURSE: dict[str, Any] = {
    "title": "Health Benefits",
    "slug": "health-benefits",
    "description": "What plans pay.",
    "short_description": "Plans and payments",
    "learning_objectives": ["Tell a copay from coinsurance"],
    "prerequisites": [],
    "category": "health_benefits",
    "pricing_type": "free",
    "delivery_format": "self_paced",
    "ce_credits": 0,
    "price": 0,
    "status": "draft",
    "instructor_id": UUID(int=7),
    "co_instructors": [],
    "allow_enrollment": True,
    "enable_discussion_forum": False,
    "enable_peer_review": False,
    "completion_certificate": True,
    **dict.fromkeys(
        ("target_audience", "difficulty_level", "designation_id", "certificate_template_id", "member_price", "author_bio", "syllabus_url")
    ),
    **dict.fromkeys(("estimated_duration_minutes", "thumbnail_url", "promo_video_url", "max_enrollments", "course_start_date")),
    **dict.fromkeys(("enrollment_start_date", "enrollment_end_date", "course_end_date")),
}


def draft(*modules: tuple[str, tuple[str, ...]], **course: Any) -> Draft:
    """A course with these modules and their lessons, all readings with a paragraph."""
    made = Draft({"id": uuid4(), **COURSE, **course})
    for number, (title, lessons) in enumerate(modules, 1):
        module = uuid4()
        made.rows[MODULES][module] = {**MODULE, "id": module, "course_id": made.id, "title": title, "position": float(number)}
        for order, lesson_title in enumerate(lessons, 1):
            lesson = uuid4()
            made.rows[LESSONS][lesson] = {
                **LESSON, "id": lesson, "module_id": module, "title": lesson_title, "position": float(order),
                "content_html": f"<p>{lesson_title}</p>",
            }  # fmt: skip
    return made


def shape(made: Draft) -> list[tuple[str, list[str]]]:
    """Titles in order."""
    return [(module["title"], [lesson["title"] for lesson in made.lessons_of(module["id"])]) for module in made.modules]


def find(made: Draft, title: str) -> UUID:
    """The id of the module or lesson called ``title``."""
    (found,) = [row["id"] for table in (MODULES, LESSONS) for row in made.rows[table].values() if row["title"] == title]
    return UUID(str(found))


def attach(made: Draft, lesson: UUID, name: str) -> UUID:
    row = uuid4()
    made.rows["lesson_attachments"][row] = {**ATTACHMENT, "id": row, "lesson_id": lesson, "file_name": name, "file_url": "asset:1",
                                            "file_type": "text/plain", "position": 1.0}  # fmt: skip
    made._order = None  # as a step would
    return row
