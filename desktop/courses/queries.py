"""Reads about courses: the catalogue, one course, its outline.

Long lists are keyset pages: a page starts after a :class:`CatalogueKey`, and :func:`list_catalogue_keys` gives the key before each page so
that a view can jump anywhere. Row-level security decides which courses a person sees at all; nothing here repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, SQLColumnExpression
from sqlalchemy.orm import Session, aliased

from desktop.courses.outline import LessonRow, ModuleRow, Progress
from desktop.courses.publishing import ModuleFacts, Problem, PublishFacts
from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.certificates import CertificateTemplate
from desktop.models.courses import Course, CourseModule, Lesson
from desktop.models.learning import CourseReview, Enrollment, LessonProgress
from desktop.models.people import Member, MemberDesignation


class CatalogueSort(Enum):
    """What the catalogue is ordered by; the value is what settings remember."""

    TITLE = "title"
    NEWEST = "newest"
    POPULARITY = "popularity"
    RATING = "rating"
    CREDITS = "credits"
    DURATION = "duration"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """Which courses to show. An empty field filters nothing; within a field any of its values fits, and all fields must fit.

    ``text``: every word must occur in the title, the descriptions, the objectives or the instructor's name.
    Prices are what a member pays, in US dollars; durations are in minutes.
    """

    text: str = ""
    categories: frozenset[str] = frozenset()
    difficulties: frozenset[str] = frozenset()
    pricings: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    designations: frozenset[UUID] = frozenset()
    statuses: frozenset[str] = frozenset()
    instructors: frozenset[UUID] = frozenset()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    credits_from: Decimal | None = None
    credits_to: Decimal | None = None
    minutes_from: int | None = None
    minutes_to: int | None = None
    rating_from: Decimal | None = None
    open_now: bool = False
    starts_from: datetime | None = None
    starts_to: datetime | None = None
    with_certificate: bool = False
    mine: bool = False

    @property
    def empty(self) -> bool:
        return self == CatalogueFilter()

    @property
    def count(self) -> int:
        """How many fields filter, the search text aside."""
        blank = CatalogueFilter()
        return sum(getattr(self, name) != getattr(blank, name) for name in self.__slots__ if name != "text")


@dataclass(frozen=True, slots=True)
class CatalogueKey:
    """Where a row stands in a sorted catalogue: the value sorted by, then the id."""

    value: Any
    id: UUID


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course as a line of the catalogue. ``price`` is what a member pays. ``enrollment_status`` and ``progress`` are the reader's own."""

    id: UUID
    title: str
    short_description: str | None
    category: str
    difficulty_level: str | None
    delivery_format: str
    status: str
    ce_credits: Decimal
    designation: str | None
    pricing_type: str
    price: Decimal
    list_price: Decimal
    minutes: int | None
    instructor: str | None
    rating: Decimal | None
    reviews: int
    enrollments: int
    certificate: bool
    thumbnail_url: str | None
    published_at: datetime | None
    enrollment_status: str | None
    progress: Decimal | None
    key: CatalogueKey


@dataclass(frozen=True, slots=True)
class Facets:
    """How many courses each value of each filter would show, given all other filters. ``total``: with all filters."""

    total: int
    counts: Mapping[str, Mapping[Any, int]]

    def of(self, facet: str) -> Mapping[Any, int]:
        return self.counts.get(facet, {})


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a filter or a form."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """A course as its own page shows it. ``teaches``: the reader may change it. Prices in US dollars, rates in percent."""

    id: UUID
    title: str
    description: str
    short_description: str | None
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    target_audience: str | None
    category: str
    difficulty_level: str | None
    delivery_format: str
    status: str
    ce_credits: Decimal
    designation_id: UUID | None
    designation: str | None
    pricing_type: str
    price: Decimal
    list_price: Decimal
    member_price: Decimal | None
    minutes: int | None
    certificate: bool
    allow_enrollment: bool
    max_enrollments: int | None
    enrollment_start_date: datetime | None
    enrollment_end_date: datetime | None
    course_start_date: datetime | None
    course_end_date: datetime | None
    published_at: datetime | None
    instructor_id: UUID | None
    instructor: str | None
    instructor_title: str | None
    author_bio: str | None
    thumbnail_url: str | None
    rating: Decimal | None
    reviews: int
    enrollments: int
    active_enrollments: int
    completions: int
    completion_rate: Decimal
    teaches: bool
    enrollment_id: UUID | None
    enrollment_status: str | None
    progress: Decimal | None
    current_lesson_id: UUID | None
    certificate_number: str | None


@dataclass(frozen=True, slots=True)
class Review:
    id: UUID
    rating: int
    title: str | None
    text: str | None
    author: str | None
    featured: bool
    helpful: int
    mine: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """Approved reviews: how many of each rating, 1 to 5, and the ones to show."""

    counts: Mapping[int, int]
    shown: tuple[Review, ...]


Instructor = aliased(Member, name="instructor")

price_to_pay: SQLColumnExpression[Decimal] = sa.case(
    (Course.pricing_type == "free", sa.literal(0, sa.Numeric(10, 2))), else_=sa.func.coalesce(Course.member_price, Course.price)
)
INSTRUCTOR_NAME: SQLColumnExpression[str] = Instructor.first_name + " " + Instructor.last_name

# Nulls are given a value, so that one row comparison finds the next page. An open end sorts last in its usual direction.
SORT_KEYS: Mapping[CatalogueSort, SQLColumnExpression[Any]] = MappingProxyType(
    {
        CatalogueSort.TITLE: sa.func.lower(Course.title),
        CatalogueSort.NEWEST: sa.func.coalesce(Course.published_at, Course.created_at),
        CatalogueSort.POPULARITY: Course.total_enrollments,
        CatalogueSort.RATING: sa.func.coalesce(Course.avg_rating, sa.literal(0, sa.Numeric(3, 2))),
        CatalogueSort.CREDITS: Course.ce_credits,
        CatalogueSort.DURATION: sa.func.coalesce(Course.estimated_duration_minutes, 0),
        CatalogueSort.PRICE: price_to_pay,
    }
)

DESCENDING_FIRST = frozenset({CatalogueSort.NEWEST, CatalogueSort.POPULARITY, CatalogueSort.RATING, CatalogueSort.CREDITS})
"""What people mean by these orders is most first."""

FACETS: Mapping[str, tuple[SQLColumnExpression[Any], str]] = MappingProxyType(
    {
        "category": (Course.category, "categories"),
        "difficulty": (Course.difficulty_level, "difficulties"),
        "pricing": (Course.pricing_type, "pricings"),
        "format": (Course.delivery_format, "formats"),
        "designation": (Course.designation_id, "designations"),
        "status": (Course.status, "statuses"),
        "instructor": (Course.instructor_id, "instructors"),
    }
)
"""Facet → its column and the field of :class:`CatalogueFilter` that it fills."""


def taught_by_me(course_id: SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """Of the courses that the reader teaches: as an array, so that it is computed once and an index serves."""
    return course_id == sa.any_(sa.func.array(sa.select(sa.func.lms.my_courses(type_=sa.Uuid())).scalar_subquery()))


def _me() -> SQLColumnExpression[UUID]:
    return sa.select(sa.func.lms.current_member_id(type_=sa.Uuid())).scalar_subquery()


def _words(text: str) -> list[str]:
    return [word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") for word in text.split()]


def conditions(filter: CatalogueFilter) -> list[SQLColumnExpression[bool]]:
    """``filter`` as SQL conditions on :class:`Course` joined with ``Instructor``."""
    found: list[SQLColumnExpression[bool]] = []
    for word in _words(filter.text):
        pattern = f"%{word}%"
        found.append(
            sa.or_(
                Course.title.ilike(pattern),
                Course.short_description.ilike(pattern),
                Course.description.ilike(pattern),
                sa.cast(Course.learning_objectives, sa.Text).ilike(pattern),
                INSTRUCTOR_NAME.ilike(pattern),
            )
        )
    for column, field in FACETS.values():
        chosen: frozenset[Any] = getattr(filter, field)
        if chosen:
            found.append(column.in_(sorted(chosen)))
    if filter.price_from is not None:
        found.append(price_to_pay >= filter.price_from)
    if filter.price_to is not None:
        found.append(price_to_pay <= filter.price_to)
    if filter.credits_from is not None:
        found.append(Course.ce_credits >= filter.credits_from)
    if filter.credits_to is not None:
        found.append(Course.ce_credits <= filter.credits_to)
    if filter.minutes_from is not None:
        found.append(Course.estimated_duration_minutes >= filter.minutes_from)
    if filter.minutes_to is not None:
        found.append(Course.estimated_duration_minutes <= filter.minutes_to)
    if filter.rating_from is not None:
        found.append(Course.avg_rating >= filter.rating_from)
    if filter.open_now:
        now = sa.func.now()
        found += [
            Course.status == "published",
            Course.allow_enrollment,
            sa.func.coalesce(Course.enrollment_start_date, now) <= now,
            sa.or_(Course.enrollment_end_date.is_(None), Course.enrollment_end_date > now),
            sa.or_(Course.max_enrollments.is_(None), Course.active_enrollments < Course.max_enrollments),
        ]
    if filter.starts_from is not None:
        found.append(Course.course_start_date >= filter.starts_from)
    if filter.starts_to is not None:
        found.append(Course.course_start_date <= filter.starts_to)
    if filter.with_certificate:
        found.append(Course.completion_certificate)
    if filter.mine:
        me = _me()
        found.append(sa.or_(Course.instructor_id == me, me == sa.func.any(Course.co_instructors)))
    return found


def _matching(filter: CatalogueFilter, *columns: Any) -> Select[*tuple[Any, ...]]:
    query = sa.select(*columns).select_from(Course)
    if filter.text:
        query = query.outerjoin(Instructor, Instructor.id == Course.instructor_id)
    return query.where(*conditions(filter))


def _ordered(query: Select[Any], sort: CatalogueSort, descending: bool) -> Select[*tuple[Any, ...]]:
    key = SORT_KEYS[sort]
    return query.order_by(key.desc(), Course.id.desc()) if descending else query.order_by(key, Course.id)


def select_catalogue(
    filter: CatalogueFilter, sort: CatalogueSort, descending: bool, after: CatalogueKey | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """One page of the catalogue: the rows are found and ordered by their keys first, and only those of the page are filled in."""
    key = SORT_KEYS[sort]
    found = _matching(filter, Course.id.label("id"), key.label("key"))
    if after is not None:
        here, there = (
            sa.tuple_(key, Course.id),
            sa.tuple_(sa.literal(after.value, found.selected_columns.key.type), sa.literal(after.id, sa.Uuid())),
        )
        found = found.where(here < there if descending else here > there)
    page = _ordered(found, sort, descending).limit(limit).subquery("page")
    # A member has one enrolment a course, or one a cohort: the latest counts.
    mine = (
        sa.select(Enrollment.status, Enrollment.progress_percentage)
        .where(Enrollment.course_id == Course.id, Enrollment.member_id == _me())
        .order_by(Enrollment.enrolled_at.desc())
        .limit(1)
        .lateral("mine")
    )
    query = (
        sa.select(
            Course.id,
            Course.title,
            Course.short_description,
            Course.category,
            Course.difficulty_level,
            Course.delivery_format,
            Course.status,
            Course.ce_credits,
            MemberDesignation.code.label("designation"),
            Course.pricing_type,
            price_to_pay.label("price"),
            Course.price.label("list_price"),
            Course.estimated_duration_minutes.label("minutes"),
            INSTRUCTOR_NAME.label("instructor"),
            Course.avg_rating.label("rating"),
            Course.total_reviews.label("reviews"),
            Course.total_enrollments.label("enrollments"),
            Course.completion_certificate.label("certificate"),
            Course.thumbnail_url,
            Course.published_at,
            mine.c.status.label("enrollment_status"),
            mine.c.progress_percentage.label("progress"),
            page.c.key,
        )
        .select_from(page)
        .join(Course, Course.id == page.c.id)
        .outerjoin(Instructor, Instructor.id == Course.instructor_id)
        .outerjoin(MemberDesignation, MemberDesignation.id == Course.designation_id)
        .outerjoin(mine, sa.true())
    )
    return query.order_by(page.c.key.desc(), page.c.id.desc()) if descending else query.order_by(page.c.key, page.c.id)


def page_catalogue(
    session: Session,
    filter: CatalogueFilter,
    sort: CatalogueSort = CatalogueSort.TITLE,
    descending: bool = False,
    after: CatalogueKey | None = None,
    limit: int = 100,
) -> tuple[CourseCard, ...]:
    """The ``limit`` courses that follow ``after`` in the given order."""
    rows = session.execute(select_catalogue(filter, sort, descending, after, limit)).mappings()
    return tuple(CourseCard(**{**row, "key": CatalogueKey(row["key"], row["id"])}) for row in rows)


def count_catalogue(session: Session, filter: CatalogueFilter) -> int:
    count: int = session.execute(_matching(filter, sa.func.count())).scalar_one()
    return count


def list_catalogue_keys(
    session: Session, filter: CatalogueFilter, sort: CatalogueSort, descending: bool, page_size: int
) -> tuple[CatalogueKey, ...]:
    """The key of the last row of each full page: page n starts after key n-1. What a jump needs, in one pass and without OFFSET."""
    key = SORT_KEYS[sort]
    order = (key.desc(), Course.id.desc()) if descending else (key, Course.id)
    numbered = _matching(
        filter, Course.id.label("id"), key.label("key"), sa.func.row_number().over(order_by=order).label("number")
    ).subquery()
    query = sa.select(numbered.c.key, numbered.c.id).where(numbered.c.number % page_size == 0).order_by(numbered.c.number)
    return tuple(CatalogueKey(value, id) for value, id in session.execute(query))


def select_facets(filter: CatalogueFilter) -> Select[*tuple[Any, ...]]:
    """Counts for every facet in one pass.

    A facet counts under all other filters but not its own, or choosing one value would empty its siblings. So the rows are those that fit
    what is no facet; each row carries one flag a facet, and each facet counts where the others' flags are set.
    """
    blank = CatalogueFilter()
    base = replace(filter, **{field: getattr(blank, field) for _column, field in FACETS.values()})
    flags = {
        name: (column.in_(sorted(getattr(filter, field))) if getattr(filter, field) else sa.true())
        for name, (column, field) in FACETS.items()
    }
    rows = _matching(
        base,
        *(column.label(name) for name, (column, _field) in FACETS.items()),
        *(flag.label(f"fits_{name}") for name, flag in flags.items()),
    ).subquery("rows")

    def others(own: str | None) -> SQLColumnExpression[bool]:
        return sa.and_(sa.true(), *(rows.c[f"fits_{name}"] for name in FACETS if name != own))

    names = tuple(FACETS)
    return sa.select(
        sa.func.grouping(*(rows.c[name] for name in names)).label("grouping"),
        *(rows.c[name] for name in names),
        *(sa.func.count().filter(others(name)).label(f"count_{name}") for name in names),
        sa.func.count().filter(others(None)).label("total"),
    ).group_by(sa.func.grouping_sets(*(sa.tuple_(rows.c[name]) for name in names), sa.tuple_()))


def get_facets(session: Session, filter: CatalogueFilter) -> Facets:
    names = tuple(FACETS)
    counts: dict[str, dict[Any, int]] = {name: {} for name in names}
    # GROUPING() sets a bit for each column that the row is *not* grouped by, the first column in the highest bit.
    every = (1 << len(names)) - 1
    facet_of = {every ^ (1 << (len(names) - 1 - number)): name for number, name in enumerate(names)}
    total = 0
    for row in session.execute(select_facets(filter)).mappings():
        facet = facet_of.get(row["grouping"])
        if facet is None:
            total = row["total"]
        elif row[facet] is not None and row[f"count_{facet}"]:
            counts[facet][row[facet]] = row[f"count_{facet}"]
    return Facets(total, counts)


def list_designations(session: Session) -> tuple[Choice, ...]:
    query = sa.select(MemberDesignation.id, MemberDesignation.code).where(MemberDesignation.is_active).order_by(MemberDesignation.code)
    return tuple(Choice(*row) for row in session.execute(query))


def list_instructors(session: Session) -> tuple[Choice, ...]:
    """Who teaches a course that the reader can see, by name."""
    query = (
        sa.select(Member.id, Member.first_name + " " + Member.last_name)
        .where(Member.id.in_(sa.select(Course.instructor_id)))
        .order_by(Member.last_name, Member.first_name, Member.id)
    )
    return tuple(Choice(*row) for row in session.execute(query))


@dataclass(frozen=True, slots=True)
class Offered:
    """What the forms of a course offer that is the server's: ``slugs`` are the addresses of other courses, with their titles."""

    people: tuple[Choice, ...] = ()
    designations: tuple[Choice, ...] = ()
    templates: tuple[Choice, ...] = ()
    courses: tuple[Choice, ...] = ()
    slugs: Mapping[str, str] = MappingProxyType({})


def get_offered(session: Session, course_id: UUID) -> Offered:
    """For the editor of a course. Courses that the reader may not see are not among them."""
    people = sa.func.lms.list_instructors().table_valued("member_id", "first_name", "last_name")
    others = session.execute(
        sa.select(Course.id, Course.title, Course.slug).where(Course.id != course_id).order_by(Course.title, Course.id)
    ).all()
    template = sa.select(CertificateTemplate.id, CertificateTemplate.name).order_by(CertificateTemplate.name)
    return Offered(
        tuple(Choice(row.member_id, f"{row.first_name} {row.last_name}") for row in session.execute(sa.select(people))),
        list_designations(session),
        tuple(Choice(*row) for row in session.execute(template)),
        tuple(Choice(row.id, row.title) for row in others),
        {row.slug: row.title for row in others},
    )


def get_course(session: Session, course_id: UUID) -> CourseDetails:
    """Raises :class:`NotFound` where there is no such course or the reader may not see it."""
    me = _me()
    mine = (
        sa.select(
            Enrollment.id,
            Enrollment.status,
            Enrollment.progress_percentage,
            Enrollment.current_lesson_id,
            Enrollment.certificate_number,
        )
        .where(Enrollment.course_id == Course.id, Enrollment.member_id == me)
        .order_by(Enrollment.enrolled_at.desc())
        .limit(1)
        .lateral("mine")
    )
    query = (
        sa.select(
            Course.id,
            Course.title,
            Course.description,
            Course.short_description,
            Course.learning_objectives.label("objectives"),
            Course.prerequisites,
            Course.target_audience,
            Course.category,
            Course.difficulty_level,
            Course.delivery_format,
            Course.status,
            Course.ce_credits,
            Course.designation_id,
            MemberDesignation.code.label("designation"),
            Course.pricing_type,
            price_to_pay.label("price"),
            Course.price.label("list_price"),
            Course.member_price,
            Course.estimated_duration_minutes.label("minutes"),
            Course.completion_certificate.label("certificate"),
            Course.allow_enrollment,
            Course.max_enrollments,
            Course.enrollment_start_date,
            Course.enrollment_end_date,
            Course.course_start_date,
            Course.course_end_date,
            Course.published_at,
            Course.instructor_id,
            INSTRUCTOR_NAME.label("instructor"),
            Instructor.job_title.label("instructor_title"),
            Course.author_bio,
            Course.thumbnail_url,
            Course.avg_rating.label("rating"),
            Course.total_reviews.label("reviews"),
            Course.total_enrollments.label("enrollments"),
            Course.active_enrollments,
            Course.completion_count.label("completions"),
            Course.completion_rate,
            sa.or_(
                sa.select(sa.func.lms.has_role("administrator", type_=sa.Boolean())).scalar_subquery(),
                taught_by_me(Course.id),
            ).label("teaches"),
            mine.c.id.label("enrollment_id"),
            mine.c.status.label("enrollment_status"),
            mine.c.progress_percentage.label("progress"),
            mine.c.current_lesson_id,
            mine.c.certificate_number,
        )
        .outerjoin(Instructor, Instructor.id == Course.instructor_id)
        .outerjoin(MemberDesignation, MemberDesignation.id == Course.designation_id)
        .outerjoin(mine, sa.true())
        .where(Course.id == course_id)
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(_("This course does not exist, or you may not see it."))
    return CourseDetails(
        **{**row, "objectives": tuple(map(str, row["objectives"])), "prerequisites": _prerequisites(session, row["prerequisites"])}
    )


def _prerequisites(session: Session, entries: list[Any]) -> tuple[str, ...]:
    """An entry is the id of a course or a sentence; ids become titles, in the order given."""
    ids = {text: UUID(text) for entry in entries if (text := str(entry)) and _is_uuid(text)}
    titles: dict[UUID, str] = {}
    if ids:
        titles = {row.id: row.title for row in session.execute(sa.select(Course.id, Course.title).where(Course.id.in_(ids.values())))}
    return tuple(
        titles.get(ids[str(entry)], _("A course that is no longer offered")) if str(entry) in ids else str(entry) for entry in entries
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def list_reviews(session: Session, course_id: UUID, limit: int = 5) -> ReviewSummary:
    """Approved reviews of a course, the featured and the most helpful first."""
    approved = (CourseReview.course_id == course_id, CourseReview.is_approved)
    counts = session.execute(
        sa.select(CourseReview.rating, sa.func.count().label("reviews")).where(*approved).group_by(CourseReview.rating)
    )
    query = (
        sa.select(
            CourseReview.id,
            CourseReview.rating,
            CourseReview.title,
            CourseReview.review_text.label("text"),
            (Member.first_name + " " + Member.last_name).label("author"),
            CourseReview.is_featured.label("featured"),
            CourseReview.helpful_count.label("helpful"),
            (CourseReview.member_id == sa.func.lms.current_member_id(type_=sa.Uuid())).label("mine"),
            CourseReview.created_at,
        )
        .outerjoin(Member, Member.id == CourseReview.member_id)
        .where(*approved)
        .order_by(CourseReview.is_featured.desc(), CourseReview.helpful_count.desc(), CourseReview.created_at.desc(), CourseReview.id)
        .limit(limit)
    )
    shown = tuple(Review(**row) for row in session.execute(query).mappings())
    return ReviewSummary({row.rating: row.reviews for row in counts}, shown)


def list_outline(session: Session, course_id: UUID, enrollment_id: UUID | None) -> tuple[tuple[ModuleRow, ...], tuple[LessonRow, ...]]:
    """Modules and lessons in their order, with the progress of ``enrollment_id``, for :func:`desktop.courses.outline.build`.

    Titles, types and lengths come from ``lms.course_outline``: whoever may see the course may read its table of contents. The rest of a
    lesson is there only for those who may open it.
    """
    modules = session.execute(
        sa.select(
            CourseModule.id,
            CourseModule.title,
            CourseModule.description,
            CourseModule.is_preview,
            CourseModule.unlock_after_module_id,
            CourseModule.unlock_date,
            CourseModule.estimated_duration_minutes,
        )
        .where(CourseModule.course_id == course_id)
        .order_by(CourseModule.module_order)
    )
    contents = sa.func.lms.course_outline(course_id).table_valued(
        sa.column("module_id", sa.Uuid()),
        sa.column("lesson_id", sa.Uuid()),
        sa.column("lesson_title", sa.Text()),
        sa.column("lesson_order", sa.Integer()),
        sa.column("lesson_type", sa.Text()),
        sa.column("estimated_duration_minutes", sa.Integer()),
        sa.column("is_preview", sa.Boolean()),
        name="contents",
    )
    lessons = session.execute(
        sa.select(
            contents.c.lesson_id.label("id"),
            contents.c.module_id,
            contents.c.lesson_title.label("title"),
            Lesson.description,
            contents.c.lesson_type,
            contents.c.is_preview,
            Lesson.unlock_after_lesson_id,
            sa.func.coalesce(Lesson.require_completion, True).label("require_completion"),
            sa.func.coalesce(Lesson.completion_criteria, "marked_complete").label("completion_criteria"),
            contents.c.estimated_duration_minutes,
            sa.func.coalesce(LessonProgress.status, "not_started").label("progress"),
            LessonProgress.scorm_score.label("score"),
            sa.func.coalesce(LessonProgress.time_spent_seconds, 0).label("time_spent_seconds"),
        )
        .select_from(contents)
        .outerjoin(Lesson, Lesson.id == contents.c.lesson_id)
        .outerjoin(LessonProgress, sa.and_(LessonProgress.lesson_id == contents.c.lesson_id, LessonProgress.enrollment_id == enrollment_id))
        .where(contents.c.lesson_id.is_not(None))  # a module without lessons is a row too
        .order_by(contents.c.lesson_order)
    ).mappings()
    return (
        tuple(ModuleRow(*row) for row in modules),
        tuple(LessonRow(**{**row, "progress": Progress(row["progress"])}) for row in lessons),
    )


def get_publish_facts(session: Session, course_id: UUID) -> PublishFacts:
    """What :func:`desktop.courses.publishing.problems` judges. The server refuses it to those who do not teach the course."""
    refused = sa.func.lms.publish_problems(course_id).table_valued(
        sa.column("code", sa.Text()), sa.column("lesson_id", sa.Uuid()), sa.column("message", sa.Text()), name="refused"
    )
    found = session.execute(sa.select(refused.c.code, refused.c.message, sa.true(), refused.c.lesson_id))
    problems = tuple(Problem(*row) for row in found)
    course = session.execute(
        sa.select(
            Course.short_description,
            sa.func.jsonb_array_length(Course.learning_objectives).label("objectives"),
            Course.allow_enrollment,
            Course.enrollment_end_date,
        ).where(Course.id == course_id)
    )
    modules = session.execute(
        sa.select(CourseModule.id, CourseModule.title, CourseModule.unlock_after_module_id, sa.func.count(Lesson.id))
        .outerjoin(Lesson, Lesson.module_id == CourseModule.id)
        .where(CourseModule.course_id == course_id)
        .group_by(CourseModule.id)
        .order_by(CourseModule.module_order)
    )
    return PublishFacts(**course.mappings().one(), modules=tuple(ModuleFacts(*row) for row in modules), refused=problems)
