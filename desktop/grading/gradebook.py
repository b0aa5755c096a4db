"""The gradebook of a course: everybody's scores and what they come to, and the scheme by which they do (docs/grading.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.i18n import _

QUIZ, ASSIGNMENT, SCORM, ATTENDANCE = "quiz", "assignment", "scorm", "attendance"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a course is graded by. Attendance is one item for all live sessions; its id is the course's."""

    kind: str
    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """A group of a scheme: its mean counts with ``weight`` beside those of other groups, without its ``drop`` lowest scores.

    ``items`` are ids with their weights among each other.
    """

    name: str
    weight: Decimal = Decimal(1)
    drop: int = 0
    items: tuple[tuple[UUID, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a grade is made. What is in no part does not count. What has no score is left out, or ``missing_is_zero``."""

    parts: tuple[Part, ...]
    missing_is_zero: bool = False

    def share(self, part: Part) -> Decimal:
        """Of the whole grade, in percent, where every part has a score."""
        return 100 * part.weight / sum(each.weight for each in self.parts)


@dataclass(frozen=True, slots=True)
class Entry:
    """An enrolment's line. ``scores`` and ``grade`` are percent; ``final_grade`` is that of who has completed the course."""

    enrollment: UUID
    name: str
    email: str
    cohort: str | None
    status: str
    scores: Mapping[UUID, Decimal]
    grade: Decimal | None
    final_grade: Decimal | None


@dataclass(frozen=True, slots=True)
class Gradebook:
    """``scheme`` is None where everything but attendance counts the same."""

    course: UUID
    title: str
    items: tuple[Item, ...]
    entries: tuple[Entry, ...]
    scheme: Scheme | None

    def mean(self, item: Item) -> Decimal | None:
        """Of the scores that there are for an item."""
        scores = [entry.scores[item.id] for entry in self.entries if item.id in entry.scores]
        return sum(scores, Decimal(0)) / len(scores) if scores else None


@dataclass(frozen=True, slots=True)
class GradeOutcome:
    """The grade of an enrolment as it is, and as it would be by another scheme: the final one of who has ``completed``, else today's."""

    enrollment: UUID
    name: str
    completed: bool
    before: Decimal | None
    after: Decimal | None

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class SchemeOutcomes:
    """What a scheme would do. Applied, it does exactly this, or refuses."""

    course: UUID
    scheme: Scheme | None
    outcomes: tuple[GradeOutcome, ...]
    fingerprint: str | None

    @property
    def changed(self) -> tuple[GradeOutcome, ...]:
        return tuple(one for one in self.outcomes if one.changes)


def get_gradebook(session: Session, course: UUID) -> Gradebook:
    """The whole gradebook.

    Raises:
        NotFound: the caller teaches no such course.
    """
    items = list_items(session, course)
    rows = session.execute(sa.text("SELECT * FROM lms.gradebook(:course)"), {"course": course}).all()
    entries = tuple(
        Entry(
            row.enrollment_id,
            row.name,
            row.email,
            row.cohort,
            row.status,
            {UUID(item): Decimal(str(score)) for item, score in row.scores.items()},
            row.grade,
            row.final_grade,
        )
        for row in rows
    )
    title: str = session.execute(sa.text("SELECT title FROM public.courses WHERE id = :course"), {"course": course}).scalar_one()
    return Gradebook(course, title, items, entries, get_scheme(session, course))


def list_items(session: Session, course: UUID) -> tuple[Item, ...]:
    """What a course is graded by, in its order."""
    rows = session.execute(sa.text("SELECT kind, item_id, title FROM lms.gradebook_items(:course)"), {"course": course})
    return tuple(Item(kind, id, _("Live sessions attended") if kind == ATTENDANCE else title) for kind, id, title in rows)


def get_scheme(session: Session, course: UUID) -> Scheme | None:
    """The course's scheme; None where everything but attendance counts the same."""
    stored = session.execute(sa.text("SELECT lms.get_grading_scheme(:course)"), {"course": course}).scalar_one()
    return None if stored is None else read_scheme(stored)


def look_at_scheme(session: Session, course: UUID, scheme: Scheme | None) -> SchemeOutcomes:
    """Work out what another scheme would do, and change nothing.

    Raises:
        Invalid: it cannot be the course's scheme; the sentence says why.
    """
    rows = session.execute(
        sa.text("SELECT * FROM lms.grading_scheme_outcomes(:course, :scheme) ORDER BY name, enrollment_id"), _arguments(course, scheme)
    ).all()
    outcomes = tuple(GradeOutcome(row.enrollment_id, row.name, row.completed, row.before, row.after) for row in rows)
    return SchemeOutcomes(course, scheme, outcomes, rows[0].fingerprint if rows else None)


def set_scheme(session: Session, seen: SchemeOutcomes) -> Done[int]:
    """Make it the course's scheme; gives how many final grades it changes.

    Raises:
        Conflict: something was graded since; look again.
    """
    changed: int = session.execute(
        sa.text("SELECT lms.set_grading_scheme(:course, :scheme, :fingerprint)"),
        _arguments(seen.course, seen.scheme) | {"fingerprint": seen.fingerprint},
    ).scalar_one()
    return Done(changed, Changes.of("grading_schemes", "enrollments"))


def _arguments(course: UUID, scheme: Scheme | None) -> dict[str, object]:
    return {"course": course, "scheme": None if scheme is None else Jsonb(write_scheme(scheme))}


def read_scheme(stored: Mapping[str, Any]) -> Scheme:
    """From how it is stored (0022_grading_schemes.sql)."""
    return Scheme(
        tuple(
            Part(
                part["name"],
                Decimal(str(part["weight"])),
                part["drop"],
                tuple((UUID(item["id"]), Decimal(str(item["weight"]))) for item in part["items"]),
            )
            for part in stored["groups"]
        ),
        stored["missing_is_zero"],
    )


def write_scheme(scheme: Scheme) -> dict[str, Any]:
    """As it is stored."""
    return {
        "groups": [
            {
                "name": part.name,
                "weight": float(part.weight),
                "drop": part.drop,
                "items": [{"id": str(id), "weight": float(weight)} for id, weight in part.items],
            }
            for part in scheme.parts
        ],
        "missing_is_zero": scheme.missing_is_zero,
    }


def begin_scheme(items: Iterable[Item]) -> Scheme:
    """To begin with where there is none: a group for each kind of item but attendance, each item counting the same as it does now."""
    names = {QUIZ: _("Quizzes"), ASSIGNMENT: _("Assignments"), SCORM: _("Interactive lessons")}
    groups = {kind: tuple((item.id, Decimal(1)) for item in items if item.kind == kind) for kind in names}
    return Scheme(tuple(Part(name, Decimal(len(groups[kind])), 0, groups[kind]) for kind, name in names.items() if groups[kind]))


def table(gradebook: Gradebook, status: Callable[[str], str]) -> list[list[str | Decimal | None]]:
    """As lines of a spreadsheet, the first with the names of columns; ``status`` gives words for an enrolment's state."""
    head: list[str | Decimal | None] = [_("Learner"), _("E-mail"), _("Cohort"), _("State")]
    lines = [[*head, *(item.title for item in gradebook.items), _("Grade"), _("Final grade")]]
    for entry in gradebook.entries:
        scores = (entry.scores.get(item.id) for item in gradebook.items)
        lines.append([entry.name, entry.email, entry.cohort, status(entry.status), *scores, entry.grade, entry.final_grade])
    return lines
