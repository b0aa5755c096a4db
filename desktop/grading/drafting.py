"""Assignments as their authors hold them: on the replica, like lessons. See :mod:`desktop.store.draft`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.grading.rubric import Rubric, read_rubric
from desktop.store.draft import Draft, Reader, Row

ASSIGNMENTS = "assignments"


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment with all that an author sets."""

    id: UUID
    course: UUID
    lesson: UUID | None
    values: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.values["title"])

    @property
    def points(self) -> Decimal:
        return Decimal(str(self.values["total_points"]))

    @property
    def rubric(self) -> Rubric:
        return read_rubric(self.values.get("rubric"))


@dataclass(frozen=True, slots=True)
class Model:
    """A rubric that can be used again."""

    assignment: UUID
    title: str
    course_title: str
    rubric: Rubric


def find_assignment(reader: Reader, assignment: UUID) -> Assignment | None:
    row = reader.find(ASSIGNMENTS, assignment)
    return None if row is None else _assignment(row)


def find_lesson_assignment(reader: Reader, lesson: UUID) -> Assignment | None:
    """The assignment of a lesson; the first, where another program made several."""
    return next((_assignment(row) for row in reader.children(ASSIGNMENTS, lesson)), None)


def make_assignment(draft: Draft, /, course: UUID, lesson: UUID | None, title: str) -> UUID:
    parents = {"course_id": str(course), "lesson_id": None if lesson is None else str(lesson)}
    return draft.insert(ASSIGNMENTS, {**parents, "title": title, "description": ""})


def save_assignment(draft: Draft, assignment: UUID, values: Mapping[str, Any]) -> None:
    """Raises :class:`~desktop.errors.NotFound` where somebody deleted it."""
    draft.update(ASSIGNMENTS, assignment, values)


def list_models(reader: Reader, courses: Iterable[UUID], but: UUID) -> list[Model]:
    """The rubrics of these courses, as they are on this computer; not that of the assignment ``but``."""
    found: list[Model] = []
    for course in courses:
        row = reader.find("courses", course)
        name = "" if row is None else str(row["title"])
        others = (one for one in map(_assignment, reader.list_all(ASSIGNMENTS, course)) if one.id != but)
        found += [Model(one.id, one.title, name, one.rubric) for one in others if one.rubric]
    return found


def _assignment(row: Row) -> Assignment:
    lesson = row["lesson_id"]
    return Assignment(row.id, UUID(row["course_id"]), None if lesson is None else UUID(lesson), row.values)
