"""The earlier application's key-value store: `ams-courses` and `ams-enrollments`, as JSON, with a report of every entry.

Courses come as drafts under the slug ``earlier-<key>``, so a second run finds them again. Enrolments need a published course: publish, then
run it once more. What the store says about progress and certificates was written by browsers and is not believed; the report says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.errors import Invalid
from desktop.i18n import _
from desktop.members.importing import CHANGE, NEW, PROBLEM, REPEAT, SAME, Plan, Planned, apply_enrollments, plan_enrollments
from desktop.models.courses import Course
from desktop.spreadsheets import LARGEST, Line, Sheet

COURSES, ENROLLMENTS = "ams-courses", "ams-enrollments"
CATEGORIES = (
    "insurance_fundamentals", "health_benefits", "life_insurance", "retirement_planning", "compliance", "sales_techniques", "leadership",
    "technology", "continuing_education",
)  # fmt: skip
"""Of courses; what is none of them becomes the last."""


@dataclass(frozen=True, slots=True)
class EarlierStore:
    """What the file holds, as it was written."""

    courses: tuple[Mapping[str, Any], ...]
    enrollments: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class EarlierPlan:
    """What would be written: courses first, and the enrolments of those that are published."""

    rows: tuple[Planned, ...]
    courses: tuple[Mapping[str, Any], ...]
    enrollments: Plan

    def count(self, *verdicts: str) -> int:
        return sum(row.verdict in verdicts for row in self.rows)


def read_store(path: Path) -> EarlierStore:
    """A dump of the store: an object with the two keys, whose values are lists or, as browsers keep them, lists written as text."""
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid(_("{name} is larger than 50 MB.").format(name=path.name))
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Invalid(_("{name} is no JSON file.").format(name=path.name), details=str(error)) from error
    if not isinstance(content, dict) or not content.keys() & {COURSES, ENROLLMENTS}:
        raise Invalid(_("The file holds neither “{courses}” nor “{enrollments}”.").format(courses=COURSES, enrollments=ENROLLMENTS))
    return EarlierStore(_list(content, COURSES), _list(content, ENROLLMENTS))


def plan_store(session: Session, store: EarlierStore) -> EarlierPlan:
    """What is new, what is there, and what cannot be taken over. Numbers count the entries of both lists."""
    slugs = {row.slug: row.title for row in session.execute(sa.select(Course.slug, Course.title).where(Course.slug.like("earlier-%")))}
    rows: list[Planned] = []
    new: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    for number, entry in enumerate(store.courses, 1):
        key, title = _text(entry, "id", "key"), _text(entry, "title", "name")
        slug = f"earlier-{key}".lower()
        if not key or not title:
            rows.append(Planned(number, title or key, _("Course"), PROBLEM, _("A course needs an id and a title.")))
        elif slug in seen:
            rows.append(Planned(number, title, _("Course"), REPEAT, _("Another course has the same id.")))
        elif slug in slugs:
            rows.append(Planned(number, title, _("Course"), SAME, _("Is here already.")))
        else:
            category = _text(entry, "category").lower().replace(" ", "_").replace("-", "_")
            known = category in CATEGORIES
            told = (
                _("Becomes a draft.")
                if known
                else _("Becomes a draft. Its category “{category}” is not known here.").format(category=category)
            )
            rows.append(Planned(number, title, _("Course"), NEW, told))
            new.append(
                {
                    "title": title,
                    "slug": slug,
                    "description": _text(entry, "description"),
                    "category": category if known else CATEGORIES[-1],
                    "ce_credits": _number(entry, "ceCredits", "ce_credits", "credits"),
                }
            )
        seen.add(slug)
    head = Line(1, ("email", "course", "cohort"))
    first = len(store.courses) + 1
    lines = [head]
    for number, entry in enumerate(store.enrollments, first):
        member = entry.get("member")
        address = _text(entry, "memberEmail", "email", "member_email") or (_text(member, "email") if isinstance(member, dict) else "")
        lines.append(
            Line(number, (address, f"earlier-{_text(entry, 'courseId', 'course_id', 'course')}", _text(entry, "cohort", "cohortName")))
        )
    plan = plan_enrollments(session, Sheet(tuple(lines), ()))
    for row, entry in zip(plan.rows, store.enrollments, strict=True):
        told = row.sentence
        if row.verdict in (NEW, CHANGE) and (_text(entry, "completedAt", "completedDate") or _text(entry, "status") == "completed"):
            told = _("Enrolled; that it was completed is not believed: nothing here has seen it.")
        rows.append(Planned(row.line, row.who, _("Enrolment: {course}").format(course=row.what), row.verdict, told))
    return EarlierPlan(tuple(rows), tuple(new), plan)


def apply_store(session: Session, plan: EarlierPlan) -> Done[int]:
    """Write what was shown; the value is how many courses and enrolments are new. The writer teaches the drafts until told otherwise."""
    made = 0
    me: UUID | None = session.execute(sa.select(sa.func.lms.current_member_id(type_=sa.Uuid()))).scalar_one()
    for values in plan.courses:
        insert = pg.insert(Course).values(**values, instructor_id=me, created_by=me).on_conflict_do_nothing(index_elements=[Course.slug])
        made += session.execute(insert.returning(Course.id)).first() is not None
    enrolled = apply_enrollments(session, plan.enrollments)
    return Done(made + enrolled.value, Changes.of("courses", "enrollments"))


def _list(content: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    value = content.get(key, [])
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise Invalid(_("“{key}” is no list.").format(key=key), details=str(error)) from error
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Invalid(_("“{key}” is no list.").format(key=key))
    return tuple(value)


def _text(entry: Mapping[str, Any], *names: str) -> str:
    """The first of these that is there, as text."""
    return next((str(entry[name]).strip() for name in names if entry.get(name) not in (None, "")), "")


def _number(entry: Mapping[str, Any], *names: str) -> float:
    try:
        return min(max(float(_text(entry, *names) or 0), 0.0), 99.0)
    except ValueError:
        return 0.0
