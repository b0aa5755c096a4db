"""A course between the replica and its author: rows become a :class:`~desktop.courses.draft.Draft`, steps become edits of the replica.

The replica speaks JSON (ids and times are text); a draft holds what Python has for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.courses.checklist import FinalExam, Surroundings
from desktop.courses.draft import ATTACHMENTS, COURSES, LESSONS, MODULES, Assessed, Change, Draft, Fragment
from desktop.courses.queries import Choice, Offered
from desktop.store import replica
from desktop.store.authored import TABLES

_IDS = frozenset(
    {"course_id", "module_id", "lesson_id", "unlock_after_module_id", "unlock_after_lesson_id", "designation_id", "instructor_id",
     "certificate_template_id"}
)  # fmt: skip
_TIMES = frozenset(
    {"unlock_date", "enrollment_start_date", "enrollment_end_date", "course_start_date", "course_end_date", "published_at", "archived_at"}
)

_OFFERED = ("people", "designations", "templates", "courses")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A course as it is on this computer. ``draft`` is the caller's own."""

    draft: Draft
    around: Surroundings


def load(reader: replica.Reader, course: UUID) -> Loaded:
    """The course with all that an author writes in it. Raises :class:`~desktop.errors.NotFound` where it is not on this computer."""
    found = reader.get(COURSES, course)
    draft = Draft({"id": course, **_from_json(found.values)})
    for table in (MODULES, LESSONS, ATTACHMENTS):
        draft.rows[table] = {row.id: {"id": row.id, **_from_json(row.values)} for row in reader.list_all(table, course)}
    live = [row for row in reader.list_all("quiz_questions", course) if not row["retired"]]
    draws = list(reader.list_all("quiz_draws", course))
    asked = Counter(UUID(row["quiz_id"]) for row in live)
    for draw in draws:
        asked[UUID(draw["quiz_id"])] += draw["count"]
    every_quiz = reader.list_all("quizzes", course)
    quizzes = [row for row in every_quiz if not row["is_bank"]]
    draft.banks = frozenset(row.id for row in every_quiz if row["is_bank"])
    assignments = reader.list_all("assignments", course)
    draft.assessed = _by_lesson(quizzes, live, draws, assignments)
    questions: Counter[UUID] = Counter()
    for quiz in quizzes:
        if quiz["lesson_id"]:
            questions[UUID(quiz["lesson_id"])] += asked[quiz.id]
    assigned = frozenset(UUID(row["lesson_id"]) for row in assignments if row["lesson_id"])
    exams = [quiz for quiz in quizzes if quiz["quiz_type"] == "final_exam"]
    exam = max((_final_exam(quiz, asked[quiz.id], live, draws) for quiz in exams), key=lambda one: one.questions, default=None)
    return Loaded(draft, Surroundings(questions, assigned, final_exam=exam))


def _by_lesson(
    quizzes: Sequence[replica.Row], questions: Sequence[replica.Row], draws: Sequence[replica.Row], assignments: Sequence[replica.Row]
) -> dict[UUID, tuple[Assessed, ...]]:
    inside: dict[str, list[Assessed]] = {}
    for table, rows in (("quiz_questions", questions), ("quiz_draws", draws)):
        for row in rows:
            inside.setdefault(row["quiz_id"], []).append(Assessed(table, row.id, row.values))
    found: dict[UUID, tuple[Assessed, ...]] = {}
    for table, rows in (("quizzes", quizzes), ("assignments", assignments)):
        for row in rows:
            if row["lesson_id"]:
                lesson = UUID(row["lesson_id"])
                found[lesson] = (*found.get(lesson, ()), Assessed(table, row.id, row.values), *inside.get(str(row.id), ()))
    return found


def _final_exam(quiz: replica.Row, asked: int, live: Sequence[replica.Row], draws: Sequence[replica.Row]) -> FinalExam:
    banks = Counter(row["quiz_id"] for row in live)
    pool: int | None = banks[str(quiz.id)]
    for draw in draws:
        if UUID(draw["quiz_id"]) != quiz.id:
            continue
        if pool is None or not banks[draw["bank_id"]]:
            pool = None  # the bank is not on this computer
        elif draw["question_id"]:
            pool += 1
        else:
            pool += sum(row["quiz_id"] == draw["bank_id"] and set(draw["tags"]) <= set(row["tags"]) for row in live)
    return FinalExam(asked, pool, Decimal(str(quiz["passing_score"])))


def write(edited: replica.Draft, changes: Iterable[Change]) -> None:
    """Make the changes of a step, in its order, inside an edit of the replica. What somebody deleted meanwhile stays deleted."""
    for change in changes:
        here = edited.find(change.table, change.id) is not None
        if change.after is None:
            if here:
                edited.delete(change.table, change.id)
        elif change.before is None:
            edited.insert(change.table, _to_json(change.table, change.after), change.id)
        elif here:
            edited.update(change.table, change.id, _to_json(change.table, change.after), _to_json(change.table, change.seen or {}))


def _from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(values)
    for column, value in row.items():
        if value is None:
            continue
        if column in _IDS:
            row[column] = UUID(value)
        elif column in _TIMES:
            row[column] = datetime.fromisoformat(value)
        elif column == "co_instructors":
            row[column] = [UUID(one) for one in value]
    return row


def _to_json(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    columns = TABLES[table].columns
    return {column: _plain(value) for column, value in values.items() if column in columns}


def _plain(value: Any) -> Any:
    plain: Mapping[type, Callable[[Any], Any]] = {
        UUID: str,
        datetime: lambda moment: moment.astimezone(UTC).isoformat(),
        tuple: list,
    }
    return plain[type(value)](value) if type(value) in plain else value


def offered_to_json(offered: Offered) -> dict[str, Any]:
    """What forms offer, to be remembered for times without the server."""
    lists = {name: [[str(one.id), one.name] for one in getattr(offered, name)] for name in _OFFERED}
    return {**lists, "slugs": dict(offered.slugs)}


def offered_from_json(values: Mapping[str, Any]) -> Offered:
    return Offered(**{name: tuple(Choice(UUID(row), words) for row, words in values[name]) for name in _OFFERED}, slugs=values["slugs"])


def fragment_to_json(fragment: Fragment) -> dict[str, Any]:
    """What was copied, for the clipboard."""
    parts = {"modules": fragment.modules, "lessons": fragment.lessons, "attachments": fragment.attachments}
    rows = {name: [{column: _plain(value) for column, value in row.items()} for row in rows] for name, rows in parts.items()}
    assessed = [[one.table, str(one.id), dict(one.values)] for one in fragment.assessed]
    return {**rows, "assessed": assessed, "course": _plain(fragment.course), "banks": sorted(map(str, fragment.banks))}


def fragment_from_json(values: Mapping[str, Any]) -> Fragment:
    def rows(name: str) -> tuple[dict[str, Any], ...]:
        return tuple({**_from_json(row), "id": UUID(row["id"])} for row in values[name])

    assessed = tuple(Assessed(table, UUID(row), kept) for table, row, kept in values["assessed"])
    course = UUID(values["course"]) if values["course"] else None
    return Fragment(rows("modules"), rows("lessons"), rows("attachments"), assessed, course, frozenset(map(UUID, values["banks"])))
