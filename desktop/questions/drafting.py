"""Writing quizzes and banks on the replica: every change an author makes, as functions for ``context.look`` and ``context.edit``.

Undo needs nothing here: the replica records each edit as a step with its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.i18n import _
from desktop.questions.model import (
    Blank,
    Body,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Pair,
    Question,
    ShortAnswer,
    Text,
    TrueFalse,
    flaws,
    letter,
)
from desktop.questions.storage import from_row, to_row
from desktop.store.draft import Draft, Reader, Row

QUIZZES, QUESTIONS, LESSONS = "quizzes", "quiz_questions", "lessons"


@dataclass(frozen=True, slots=True)
class Line:
    """A question as a list shows it."""

    id: UUID
    position: float
    type: str
    title: str
    """Its title, else its words on one line; empty where it has neither yet."""
    points: Decimal
    tags: tuple[str, ...]
    words: str
    """What a filter looks in, folded."""
    retired: bool
    """Given to nobody any more."""
    flawed: bool
    pending: bool


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz with what an author sets, and how many questions it has."""

    id: UUID
    scope: UUID
    values: Mapping[str, Any]
    questions: int

    @property
    def title(self) -> str:
        return str(self.values["title"])


@dataclass(frozen=True, slots=True)
class Opened:
    """A question to be edited. ``stored`` are its columns, to tell what comes back from what was written."""

    id: UUID
    question: Question
    stored: Mapping[str, Any]


def find_quiz(reader: Reader, quiz: UUID) -> Quiz | None:
    row = reader.find(QUIZZES, quiz)
    return None if row is None else _quiz(reader, row)


def list_lesson_quizzes(reader: Reader, lesson: UUID) -> list[Quiz]:
    """The quizzes of a lesson; most have one."""
    return [_quiz(reader, row) for row in reader.children(QUIZZES, lesson)]


def list_lines(reader: Reader, quiz: UUID) -> list[Line]:
    """The questions of a quiz or bank, in their order."""
    return [_line(row) for row in reader.children(QUESTIONS, quiz)]


def find_lines(reader: Reader, quiz: UUID, questions: Iterable[UUID]) -> dict[UUID, Line | None]:
    """These questions as a list shows them; None for those that are not, or no longer, of this quiz."""
    found = {question: reader.find(QUESTIONS, question) for question in questions}
    return {name: None if row is None or row.parent != quiz else _line(row) for name, row in found.items()}


def open_question(reader: Reader, question: UUID) -> Opened | None:
    """None where somebody deleted it."""
    row = reader.find(QUESTIONS, question)
    return None if row is None else Opened(row.id, from_row(row.values), row.values)


def get_questions(reader: Reader, quiz: UUID, chosen: Sequence[UUID] = ()) -> list[Question]:
    """The questions of a quiz in their order; only the ``chosen``, where some are."""
    wanted = set(chosen)
    return [from_row(row.values) for row in reader.children(QUESTIONS, quiz) if not wanted or row.id in wanted]


def make_quiz(draft: Draft, /, course: UUID | None, lesson: UUID | None, title: str, **values: Any) -> UUID:
    """A quiz of a lesson, or of a course without a lesson."""
    parents = {"course_id": None if course is None else str(course), "lesson_id": None if lesson is None else str(lesson)}
    return draft.insert(QUIZZES, {**parents, "title": title, **values})


def save_quiz(draft: Draft, quiz: UUID, values: Mapping[str, Any]) -> None:
    draft.update(QUIZZES, quiz, values)


def new_body(kind: str) -> Body:
    """What a new question of a type begins with."""
    blank = tuple(Option(letter(index), Text(""), index == 0) for index in range(4))
    bodies: dict[str, Body] = {
        "multiple_choice": MultipleChoice(blank),
        "true_false": TrueFalse(True),
        "multiple_answer": MultipleAnswer(blank),
        "short_answer": ShortAnswer(()),
        "essay": Essay(),
        "fill_blank": FillBlank((Blank(()),)),
        "matching": Matching((Pair(Text(""), ""),)),
        "ordering": Ordering((Text(""), Text(""))),
    }
    return bodies[kind]


def add_questions(draft: Draft, quiz: UUID, questions: Iterable[Question], after: UUID | None = None) -> list[UUID]:
    """Put questions behind ``after``, or at the end, in this order."""
    rows = [to_row(question) for question in questions]
    return [
        draft.insert(QUESTIONS, {**row, "quiz_id": str(quiz), "position": position})
        for row, position in zip(rows, _places(draft, quiz, len(rows), after), strict=True)
    ]


def save_question(draft: Draft, question: UUID, now: Question) -> None:
    """Write what differs. Raises :class:`~desktop.errors.NotFound` where somebody deleted it."""
    draft.update(QUESTIONS, question, to_row(now))


def duplicate_questions(draft: Draft, quiz: UUID, chosen: Sequence[UUID]) -> list[UUID]:
    """Copies of the chosen, behind the last of them."""
    wanted = set(chosen)
    rows = [row for row in draft.children(QUESTIONS, quiz) if row.id in wanted]
    if not rows:
        return []
    places = _places(draft, quiz, len(rows), rows[-1].id)
    return [draft.insert(QUESTIONS, {**row.values, "position": place}) for row, place in zip(rows, places, strict=True)]


def remove_questions(draft: Draft, chosen: Sequence[UUID]) -> None:
    for question in chosen:
        if draft.find(QUESTIONS, question) is not None:
            draft.delete(QUESTIONS, question)


def retire_questions(draft: Draft, chosen: Sequence[UUID], retired: bool) -> None:
    """Give them to nobody any more, or again. What learners have answered cannot be deleted: this is its way out."""
    for question in chosen:
        if draft.find(QUESTIONS, question) is not None:
            draft.update(QUESTIONS, question, {"retired": retired})


def move_questions(draft: Draft, quiz: UUID, chosen: Sequence[UUID], before: UUID | None) -> None:
    """Put the chosen, in their order, before another question, or at the end."""
    wanted = set(chosen)
    order = [row.id for row in draft.children(QUESTIONS, quiz)]
    moved = [row for row in order if row in wanted]
    rest = [row for row in order if row not in wanted]
    target = next((row for row in order[order.index(before) :] if row not in wanted), None) if before in order else None
    at = rest.index(target) if target is not None else len(rest)
    if rest[:at] + moved + rest[at:] == order:
        return
    places = _places(draft, quiz, len(moved), rest[at - 1] if at else None, first=at == 0, without=frozenset(wanted))
    for row, place in zip(moved, places, strict=True):
        draft.update(QUESTIONS, row, {"position": place})


def move_by(draft: Draft, quiz: UUID, chosen: Sequence[UUID], step: int) -> None:
    """One up (−1) or down (1)."""
    order = [row.id for row in draft.children(QUESTIONS, quiz)]
    places = [order.index(row) for row in chosen if row in order]
    if not places:
        return
    if step < 0:
        move_questions(draft, quiz, chosen, order[max(0, min(places) - 1)])
    else:
        behind = max(places) + 2
        move_questions(draft, quiz, chosen, order[behind] if behind < len(order) else None)


def change_questions(
    draft: Draft, chosen: Sequence[UUID], points: Decimal | None = None, add_tags: Sequence[str] = (), remove_tags: Sequence[str] = ()
) -> None:
    """The same change to many: their points, tags that they get, tags that they lose."""
    lost = {tag.casefold() for tag in remove_tags}
    for question in chosen:
        row = draft.find(QUESTIONS, question)
        if row is None:
            continue
        kept = [tag for tag in row["tags"] or () if tag.casefold() not in lost]
        have = {tag.casefold() for tag in kept}
        values: dict[str, Any] = {"tags": kept + [tag for tag in add_tags if tag.casefold() not in have]}
        if points is not None:
            values["points"] = to_row(replace(from_row(row.values), points=points))["points"]
        draft.update(QUESTIONS, question, values)


def move_name(count: int) -> str:
    return _("Move question") if count == 1 else _("Move {n} questions").format(n=count)


def _places(
    draft: Draft, quiz: UUID, count: int, after: UUID | None, *, first: bool = False, without: frozenset[UUID] = frozenset()
) -> list[float]:
    """Positions for ``count`` rows behind ``after`` (none: at the end, or ``first``); neighbours that are too close are all spread anew."""
    rows = [row for row in draft.children(QUESTIONS, quiz) if row.id not in without]
    index = next((at for at, row in enumerate(rows, 1) if row.id == after), 0 if first else len(rows))
    low = float(rows[index - 1]["position"]) if index else None
    high = float(rows[index]["position"]) if index < len(rows) else None
    if high is None:
        return [(low or 0.0) + step for step in range(1, count + 1)]
    if low is None:
        return [high - count + step for step in range(count)]
    places = [low + (high - low) * step / (count + 1) for step in range(1, count + 1)]
    if all(one < other for one, other in zip([low, *places], [*places, high], strict=True)):
        return places
    for at, row in enumerate(rows):
        draft.update(QUESTIONS, row.id, {"position": float(at + 1 if at < index else at + 1 + count)})
    return [float(index + step) for step in range(1, count + 1)]


def _quiz(reader: Reader, row: Row) -> Quiz:
    return Quiz(row.id, row.scope, row.values, len(reader.children(QUESTIONS, row.id)))


def _line(row: Row) -> Line:
    question = from_row(row.values)
    words = " ".join(question.text.plain.split())
    found = " ".join((question.title, words, *question.tags)).casefold()
    return Line(
        row.id,
        float(row["position"] or 0),
        question.type_name,
        question.title or words,
        question.points,
        question.tags,
        found,
        row["retired"] is True,
        bool(flaws(question)),
        row.pending,
    )
