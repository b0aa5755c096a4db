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
    ZERO,
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

QUIZZES, QUESTIONS, DRAWS = "quizzes", "quiz_questions", "quiz_draws"
DRAW = "draw"
"""The type of a line that is a draw."""


@dataclass(frozen=True, slots=True)
class Line:
    """A question as a list shows it, or a draw, where ``type`` is ``draw``."""

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
    count: int = 1
    """How many questions an attempt gets of it."""

    @property
    def is_draw(self) -> bool:
        return self.type == DRAW


@dataclass(frozen=True, slots=True)
class Draw:
    """What a quiz takes from a bank for each attempt: the one question that is named, or ``count`` by chance that have all ``tags``."""

    bank: UUID
    question: UUID | None = None
    tags: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Pool:
    """A bank on this computer: what a draw can name, and draw by."""

    id: UUID
    title: str
    questions: tuple[Line, ...]

    def fitting(self, tags: Iterable[str]) -> int:
        """How many questions have all of these tags."""
        wanted = set(tags)
        return sum(wanted.issubset(line.tags) for line in self.questions if not line.retired)


@dataclass(frozen=True, slots=True)
class Use:
    """A quiz that draws from a bank."""

    quiz: UUID
    title: str
    draw: Draw


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
    """The questions and draws of a quiz, or the questions of a bank, in their order."""
    return [_line(reader, row) for row in _rows(reader, quiz)]


def find_lines(reader: Reader, quiz: UUID, lines: Iterable[UUID]) -> dict[UUID, Line | None]:
    """These as a list shows them; None for those that are not, or no longer, of this quiz."""
    found = {name: _find(reader, name) for name in lines}
    return {name: None if row is None or row.parent != quiz else _line(reader, row) for name, row in found.items()}


def find_draw(reader: Reader, draw: UUID) -> Draw | None:
    """None where it is no draw, or somebody deleted it."""
    row = reader.find(DRAWS, draw)
    return None if row is None else _draw(row)


def list_pools(reader: Reader, course: UUID) -> list[Pool]:
    """The banks of a course, as they are on this computer."""
    return [_pool(reader, row) for row in reader.list_all(QUIZZES, course) if row["is_bank"]]


def list_uses(reader: Reader, bank: Quiz) -> list[Use]:
    """The quizzes of the bank's course that draw from it. For a bank of the association those on this computer are not all there are."""
    uses = []
    for row in reader.list_all(DRAWS, bank.scope):
        quiz = reader.find(QUIZZES, row.parent) if row.parent is not None else None
        if quiz is not None and row["bank_id"] == str(bank.id):
            uses.append(Use(quiz.id, str(quiz["title"]), _draw(row)))
    return uses


def open_question(reader: Reader, question: UUID) -> Opened | None:
    """None where somebody deleted it."""
    row = reader.find(QUESTIONS, question)
    return None if row is None else Opened(row.id, from_row(row.values), row.values)


def get_questions(reader: Reader, quiz: UUID, chosen: Sequence[UUID] = ()) -> list[Question]:
    """The questions of a quiz in their order; only the ``chosen``, where some are."""
    wanted = set(chosen)
    return [from_row(row.values) for row in reader.children(QUESTIONS, quiz) if not wanted or row.id in wanted]


def map_questions(reader: Reader, quiz: UUID) -> dict[UUID, Question]:
    """The questions of a quiz by their ids, in their order."""
    return {row.id: from_row(row.values) for row in reader.children(QUESTIONS, quiz)}


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


def make_bank(draft: Draft, course: UUID | None, bank: UUID, title: str) -> UUID:
    """A bank of a course; or of the association, which is a scope of its own."""
    values = {"course_id": None if course is None else str(course), "title": title, "is_bank": True, "require_passing": False}
    return draft.insert(QUIZZES, values, bank)


def add_draws(draft: Draft, quiz: UUID, draws: Sequence[Draw], after: UUID | None = None) -> list[UUID]:
    """Put draws behind ``after``, or at the end."""
    places = _places(draft, quiz, len(draws), after)
    return [
        draft.insert(DRAWS, _draw_row(draw) | {"quiz_id": str(quiz), "position": place}) for draw, place in zip(draws, places, strict=True)
    ]


def save_draw(draft: Draft, row: UUID, draw: Draw) -> None:
    """Raises :class:`~desktop.errors.NotFound` where somebody deleted it."""
    draft.update(DRAWS, row, _draw_row(draw))


def copy_questions(draft: Draft, chosen: Sequence[UUID], bank: UUID) -> list[UUID]:
    """Copies of the chosen questions, at the end of a bank."""
    rows = [row for name in chosen if (row := draft.find(QUESTIONS, name)) is not None]
    places = _places(draft, bank, len(rows), None)
    return [
        draft.insert(QUESTIONS, {**row.values, "quiz_id": str(bank), "position": place}) for row, place in zip(rows, places, strict=True)
    ]


def save_question(draft: Draft, question: UUID, now: Question) -> None:
    """Write what differs. Raises :class:`~desktop.errors.NotFound` where somebody deleted it."""
    draft.update(QUESTIONS, question, to_row(now))


def duplicate_questions(draft: Draft, quiz: UUID, chosen: Sequence[UUID]) -> list[UUID]:
    """Copies of the chosen, behind the last of them."""
    wanted = set(chosen)
    rows = [row for row in _rows(draft, quiz) if row.id in wanted]
    if not rows:
        return []
    places = _places(draft, quiz, len(rows), rows[-1].id)
    return [draft.insert(row.table, {**row.values, "position": place}) for row, place in zip(rows, places, strict=True)]


def remove_questions(draft: Draft, chosen: Sequence[UUID]) -> None:
    for name in chosen:
        row = _find(draft, name)
        if row is not None:
            draft.delete(row.table, name)


def retire_questions(draft: Draft, chosen: Sequence[UUID], retired: bool) -> None:
    """Give them to nobody any more, or again. What learners have answered cannot be deleted: this is its way out."""
    for question in chosen:
        if draft.find(QUESTIONS, question) is not None:
            draft.update(QUESTIONS, question, {"retired": retired})


def move_questions(draft: Draft, quiz: UUID, chosen: Sequence[UUID], before: UUID | None) -> None:
    """Put the chosen, in their order, before another question, or at the end."""
    wanted = set(chosen)
    tables = {row.id: row.table for row in _rows(draft, quiz)}
    order = list(tables)
    moved = [row for row in order if row in wanted]
    rest = [row for row in order if row not in wanted]
    target = next((row for row in order[order.index(before) :] if row not in wanted), None) if before in order else None
    at = rest.index(target) if target is not None else len(rest)
    if rest[:at] + moved + rest[at:] == order:
        return
    places = _places(draft, quiz, len(moved), rest[at - 1] if at else None, first=at == 0, without=frozenset(wanted))
    for row, place in zip(moved, places, strict=True):
        draft.update(tables[row], row, {"position": place})


def move_by(draft: Draft, quiz: UUID, chosen: Sequence[UUID], step: int) -> None:
    """One up (−1) or down (1)."""
    order = [row.id for row in _rows(draft, quiz)]
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
    rows = [row for row in _rows(draft, quiz) if row.id not in without]
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
        draft.update(row.table, row.id, {"position": float(at + 1 if at < index else at + 1 + count)})
    return [float(index + step) for step in range(1, count + 1)]


def _quiz(reader: Reader, row: Row) -> Quiz:
    return Quiz(row.id, row.scope, row.values, len(reader.children(QUESTIONS, row.id)))


def _rows(reader: Reader, quiz: UUID) -> list[Row]:
    """Questions and draws stand in one order."""
    return sorted((*reader.children(QUESTIONS, quiz), *reader.children(DRAWS, quiz)), key=lambda row: (row["position"] or 0.0, str(row.id)))


def _find(reader: Reader, name: UUID) -> Row | None:
    return reader.find(QUESTIONS, name) or reader.find(DRAWS, name)


def _draw(row: Row) -> Draw:
    question = row["question_id"]
    return Draw(UUID(row["bank_id"]), None if question is None else UUID(question), tuple(row["tags"] or ()), int(row["count"]))


def _draw_row(draw: Draw) -> dict[str, Any]:
    return {
        "bank_id": str(draw.bank),
        "question_id": None if draw.question is None else str(draw.question),
        "tags": list(draw.tags),
        "count": draw.count,
    }


def _pool(reader: Reader, row: Row) -> Pool:
    return Pool(row.id, str(row["title"]), tuple(_line(reader, child) for child in reader.children(QUESTIONS, row.id)))


def _draw_line(reader: Reader, row: Row) -> Line:
    draw = _draw(row)
    bank = reader.find(QUIZZES, draw.bank)
    named = None if draw.question is None else reader.find(QUESTIONS, draw.question)
    name = _("a bank of the association") if bank is None else str(bank["title"])
    if named is not None:
        title, points = _line(reader, named).title, from_row(named.values).points
    else:
        title = _("{n} by chance from {bank}").format(n=draw.count, bank=name)
        points = ZERO
    found = " ".join((title, name, *draw.tags)).casefold()
    return Line(row.id, float(row["position"] or 0), DRAW, title, points, draw.tags, found, False, False, row.pending, draw.count)


def _line(reader: Reader, row: Row) -> Line:
    if row.table == DRAWS:
        return _draw_line(reader, row)
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
