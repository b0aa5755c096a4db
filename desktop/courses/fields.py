"""What an author fills in, field by field: its name, help, kind, and what is wrong with a value.

Pure, and the one list that forms are made of. A check sees the value, the row and the whole course, so that it can say what the database
would refuse (its CHECK constraints) and what would surprise a learner, while the author types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

from desktop.courses.checklist import waits_for_itself
from desktop.courses.content_checks import address_problem
from desktop.courses.draft import ATTACHMENTS, COURSES, LESSONS, MODULES, TITLE_LENGTH, Draft, Row
from desktop.courses.embedding import embed_problem, film
from desktop.courses.vocabulary import CATEGORIES, DIFFICULTIES, FORMATS, LESSON_TYPES, PRICINGS
from desktop.i18n import N_, _


class Kind(Enum):
    """What a field holds, and so how it is edited."""

    LINE = "line"
    TEXT = "text"
    """Several lines of plain text."""
    LINES = "lines"
    """A list, one entry a line."""
    CHOICE = "choice"
    CHECK = "check"
    NUMBER = "number"
    MONEY = "money"
    CREDITS = "credits"
    MOMENT = "moment"
    ADDRESS = "address"
    """A stored file or an address on the web."""
    MODULE = "module"
    LESSON = "lesson"
    DESIGNATION = "designation"
    TEMPLATE = "template"
    """A design of certificates."""
    PEOPLE = "people"
    """Instructors, the first of whom leads. Kept by the server alone: who teaches a course may write in it."""
    COURSES = "courses"
    """Courses, by their ids, and sentences."""


type Check = Callable[[Any, Row, Draft], str]

CRITERIA: Mapping[str, str] = MappingProxyType(
    {
        "marked_complete": N_("The learner marks it complete"),
        "time_spent": N_("A time spent in it"),
        "video_watched": N_("90 % of the video watched"),
        "quiz_passed": N_("Its quiz passed"),
        "scorm_completed": N_("The package says so"),
    }
)
PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "workspace": N_("A file of this workspace"),
        "youtube": "YouTube",
        "vimeo": "Vimeo",
        "wistia": "Wistia",
        "supabase_storage": "Supabase",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """``types``: the lesson types that have it; empty means all. ``most`` is the largest number or the longest text."""

    column: str
    name: str
    kind: Kind
    help: str = ""
    choices: Mapping[str, str] | None = None
    none: str = ""
    check: Check | None = None
    types: frozenset[str] = frozenset()
    most: int = 0
    suffix: str = ""
    also: tuple[str, ...] = ()
    """Other columns that it holds."""

    def problem(self, value: Any, row: Row, draft: Draft) -> str:
        """What is wrong with ``value``; empty where it can be kept."""
        if self.most and self.kind in (Kind.LINE, Kind.TEXT) and value and len(value) > self.most:
            return _("At most {n} characters; this has {length}.").format(n=self.most, length=f"{len(value):,}")
        return self.check(value, row, draft) if self.check is not None else ""


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    fields: tuple[Field, ...]


def _required(sentence: str) -> Check:
    return lambda value, _row, _draft: "" if str(value or "").strip() else _(sentence)


def _slug(value: str | None, _row: Row, _draft: Draft) -> str:
    if not value:
        return _("A course needs an address.")
    return "" if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) else _("Small letters and digits, with single hyphens between them.")


def _file_or_web(value: Any, _row: Row, _draft: Draft) -> str:
    return "" if not value or str(value).startswith("asset:") else address_problem(str(value), web_only=True)


def _member_price(value: Decimal | None, row: Row, _draft: Draft) -> str:
    return _("Members would pay more than others.") if value is not None and value > (row.get("price") or 0) else ""


def _not_before(column: str, sentence: str) -> Check:
    def check(value: datetime | None, row: Row, _draft: Draft) -> str:
        start = row.get(column)
        return _(sentence) if value is not None and start is not None and value < start else ""

    return check


def _not_after(column: str, sentence: str) -> Check:
    def check(value: datetime | None, row: Row, _draft: Draft) -> str:
        end = row.get(column)
        return _(sentence) if value is not None and end is not None and value > end else ""

    return check


def _opens(table: str) -> Check:
    def check(value: Any, row: Row, draft: Draft) -> str:
        return _("These would wait for each other for ever.") if waits_for_itself(draft, table, row["id"], value) else ""

    return check


def _criteria(value: str, row: Row, _draft: Draft) -> str:
    needs = {"video_watched": "video", "scorm_completed": "scorm"}
    kind = needs.get(value)
    if kind is not None and row["lesson_type"] != kind:
        return _("Only a lesson of the type “{type}” can be completed like this.").format(type=_(LESSON_TYPES[kind]))
    return ""


def _content(value: str | None, row: Row, draft: Draft) -> str:
    if not value or value.startswith("asset:"):
        return ""
    match row["lesson_type"]:
        case "embedded_content":
            return embed_problem(value)
        case "video":
            if film(value) is None:
                return _("Give the address of a film on YouTube, Vimeo or Wistia, or choose a file.")
            return ""
        case _:
            return _file_or_web(value, row, draft)


BACKWARDS = N_("This is before the beginning.")
BEHIND = N_("This is after the end.")

COURSE_SECTIONS: tuple[Section, ...] = (
    Section(
        N_("Catalogue"),
        (
            Field("title", N_("Title"), Kind.LINE, check=_required(N_("A course needs a title.")), most=TITLE_LENGTH),
            Field("short_description", N_("Short description"), Kind.LINE, N_("What the catalogue shows under the title."), most=200),
            Field("description", N_("Description"), Kind.TEXT, check=_required(N_("The course needs a description."))),
            Field(
                "slug",
                N_("Address"),
                Kind.LINE,
                N_("The end of its address on the web; its own alone."),
                check=_slug,
                most=100,
            ),
            Field("category", N_("Category"), Kind.CHOICE, choices=CATEGORIES),
            Field("difficulty_level", N_("Difficulty"), Kind.CHOICE, choices=DIFFICULTIES, none=N_("Not said")),
            Field("delivery_format", N_("Delivery"), Kind.CHOICE, choices=FORMATS),
            Field(
                "estimated_duration_minutes",
                N_("Length"),
                Kind.NUMBER,
                N_("Empty: the sum of the lessons."),
                most=1_000_000,
                suffix=N_(" min"),
            ),
            Field("target_audience", N_("Who it is for"), Kind.LINE),
            Field("thumbnail_url", N_("Cover picture"), Kind.ADDRESS, check=_file_or_web),
            Field("promo_video_url", N_("Promotional video"), Kind.ADDRESS, check=_file_or_web),
            Field("syllabus_url", N_("Syllabus"), Kind.ADDRESS, check=_file_or_web),
        ),
    ),
    Section(
        N_("Learning"),
        (
            Field("learning_objectives", N_("Learning objectives"), Kind.LINES, N_("One a line: what a learner can do afterwards.")),
            Field(
                "prerequisites",
                N_("Prerequisites"),
                Kind.COURSES,
                N_("Nobody can enroll before these courses are completed. A sentence of your own is shown, and checked by nobody."),
            ),
            Field(
                "instructor_id",
                N_("Instructors"),
                Kind.PEOPLE,
                N_("The first leads the course. Changing them needs the server."),
                check=_required(N_("The course needs an instructor.")),
                also=("co_instructors",),
            ),
            Field("author_bio", N_("About the author"), Kind.TEXT),
        ),
    ),
    Section(
        N_("Credits and certificate"),
        (
            Field("ce_credits", N_("CE credits"), Kind.CREDITS, N_("They need something that is assessed."), most=999),
            Field("designation_id", N_("Designation"), Kind.DESIGNATION, none=N_("None")),
            Field("completion_certificate", N_("Certificate of completion"), Kind.CHECK),
            Field("certificate_template_id", N_("Design of the certificate"), Kind.TEMPLATE, none=N_("The usual one")),
        ),
    ),
    Section(
        N_("Price"),
        (
            Field("pricing_type", N_("Pricing"), Kind.CHOICE, choices=PRICINGS),
            Field("price", N_("Price"), Kind.MONEY, most=99_999_999),
            Field(
                "member_price",
                N_("Price for members"),
                Kind.MONEY,
                N_("Empty: the same for everybody."),
                check=_member_price,
                most=99_999_999,
            ),
        ),
    ),
    Section(
        N_("Enrollment"),
        (
            Field("allow_enrollment", N_("Members may enroll by themselves"), Kind.CHECK),
            Field("max_enrollments", N_("Places"), Kind.NUMBER, N_("Empty: no limit."), most=1_000_000),
            Field("enrollment_start_date", N_("Enrollment opens"), Kind.MOMENT, check=_not_after("enrollment_end_date", BEHIND)),
            Field("enrollment_end_date", N_("Enrollment closes"), Kind.MOMENT, check=_not_before("enrollment_start_date", BACKWARDS)),
            Field("course_start_date", N_("Course begins"), Kind.MOMENT, check=_not_after("course_end_date", BEHIND)),
            Field("course_end_date", N_("Course ends"), Kind.MOMENT, check=_not_before("course_start_date", BACKWARDS)),
            Field("enable_discussion_forum", N_("Discussion forum"), Kind.CHECK),
            Field("enable_peer_review", N_("Peer review"), Kind.CHECK),
        ),
    ),
)

MODULE_SECTIONS: tuple[Section, ...] = (
    Section(
        N_("Module"),
        (
            Field("title", N_("Title"), Kind.LINE, check=_required(N_("A title cannot be empty.")), most=TITLE_LENGTH),
            Field("description", N_("Description"), Kind.TEXT),
            Field("learning_objectives", N_("Learning objectives"), Kind.LINES, N_("One a line.")),
            Field(
                "estimated_duration_minutes",
                N_("Length"),
                Kind.NUMBER,
                N_("Empty: the sum of the lessons."),
                most=1_000_000,
                suffix=N_(" min"),
            ),
        ),
    ),
    Section(
        N_("When it opens"),
        (
            Field("unlock_after_module_id", N_("After the module"), Kind.MODULE, none=N_("At once"), check=_opens(MODULES)),
            Field("unlock_date", N_("Not before"), Kind.MOMENT),
            Field("is_preview", N_("Open to everybody as a preview"), Kind.CHECK),
        ),
    ),
)

_WITH_CONTENT = frozenset({"video", "pdf", "external_link", "embedded_content"})  # a package is replaced as a whole, from the course page

LESSON_SECTIONS: tuple[Section, ...] = (
    Section(
        N_("Lesson"),
        (
            Field("title", N_("Title"), Kind.LINE, check=_required(N_("A title cannot be empty.")), most=TITLE_LENGTH),
            Field("lesson_type", N_("Type"), Kind.CHOICE, choices=LESSON_TYPES),
            Field("description", N_("Description"), Kind.TEXT, N_("Shown in the outline, before the lesson is opened.")),
            Field("content_url", N_("Content"), Kind.ADDRESS, check=_content, types=_WITH_CONTENT),
            Field("estimated_duration_minutes", N_("Length"), Kind.NUMBER, most=100_000, suffix=N_(" min")),
        ),
    ),
    Section(
        N_("Video"),
        (
            Field(
                "video_provider", N_("Where the film is"), Kind.CHOICE, choices=PROVIDERS, none=N_("Not said"), types=frozenset({"video"})
            ),
            Field(
                "video_duration_seconds", N_("Length of the film"), Kind.NUMBER, N_("How much of it was watched is counted against this."),
                types=frozenset({"video"}), most=1_000_000, suffix=N_(" s"),
            ),
            Field(
                "transcript_url", N_("Transcript"), Kind.ADDRESS, N_("For learners who cannot hear it."), check=_file_or_web,
                types=frozenset({"video"}),
            ),
            Field("video_thumbnail_url", N_("Still picture"), Kind.ADDRESS, check=_file_or_web, types=frozenset({"video"})),
            Field("enable_video_controls", N_("Learners may wind and pause"), Kind.CHECK, types=frozenset({"video"})),
            Field("allow_download", N_("Learners may download it"), Kind.CHECK, types=frozenset({"video", "pdf"})),
        ),
    ),
    Section(
        N_("When it opens, and when it is complete"),
        (
            Field("unlock_after_lesson_id", N_("After the lesson"), Kind.LESSON, none=N_("With its module"), check=_opens(LESSONS)),
            Field("is_preview", N_("Open to everybody as a preview"), Kind.CHECK),
            Field("require_completion", N_("Needed to complete the course"), Kind.CHECK),
            Field("completion_criteria", N_("Complete by"), Kind.CHOICE, choices=CRITERIA, check=_criteria),
            Field("min_time_seconds", N_("At least"), Kind.NUMBER, N_("Where a time completes it."), most=1_000_000, suffix=N_(" s")),
        ),
    ),
)  # fmt: skip

ATTACHMENT_SECTIONS: tuple[Section, ...] = (
    Section(
        N_("Attachment"),
        (
            Field("file_name", N_("Name"), Kind.LINE, check=_required(N_("A file needs a name.")), most=TITLE_LENGTH),
            Field("description", N_("Description"), Kind.LINE),
            Field("requires_enrollment", N_("Only for who is enrolled"), Kind.CHECK),
        ),
    ),
)

SECTIONS: Mapping[str, tuple[Section, ...]] = MappingProxyType(
    {COURSES: COURSE_SECTIONS, MODULES: MODULE_SECTIONS, LESSONS: LESSON_SECTIONS, ATTACHMENTS: ATTACHMENT_SECTIONS}
)


def field_of(table: str, column: str) -> Field | None:
    return next((field for section in SECTIONS[table] for field in section.fields if field.column == column), None)
