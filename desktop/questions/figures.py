"""The statistics of a quiz, from the marks of its graded attempts: gathered by the server, computed by ``desktop.questions.statistics``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.models.assessment import Quiz
from desktop.questions.model import MultipleAnswer, MultipleChoice, Question, TrueFalse
from desktop.questions.statistics import (
    Concern,
    ItemStatistics,
    Pick,
    QuizStatistics,
    concerns,
    item,
    items,
    quiz,
    random_guess,
)
from desktop.questions.storage import from_row

BINS = 20
"""Of the histogram of scores: 5 percent each."""
DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question. ``picks`` are of the types with options, their texts in ``options``; ``guess`` as ``random_guess``."""

    id: UUID
    question: Question
    statistics: ItemStatistics
    guess: float | None
    picks: tuple[Pick, ...]
    options: Mapping[str, str]
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class QuizFigures:
    """A quiz as a whole. ``scores`` are how many attempts have each twentieth of all points; ``passing`` percent."""

    quiz_id: UUID
    title: str
    passing: float
    statistics: QuizStatistics
    questions: tuple[QuestionFigures, ...]
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    id: UUID
    question: Question
    marks: Mapping[int, float]
    picks: Mapping[str, tuple[int, float]]

    @property
    def most(self) -> float:
        return float(self.question.points)


def get_figures(session: Session, quiz_id: UUID) -> QuizFigures:
    """The statistics of all graded attempts at a quiz. Raises :class:`~desktop.errors.NotFound` for a quiz of others."""
    rows = session.execute(
        sa.text("SELECT question_id, title, content, attempts, marks, picks FROM lms.get_quiz_marks(:quiz)"), {"quiz": quiz_id}
    )
    asked = [
        _Asked(
            row.question_id,
            from_row({**row.content, "title": row.title}),
            dict(zip(row.attempts, row.marks, strict=True)),
            {option: (times, rest) for option, (times, rest) in row.picks.items()},
        )
        for row in rows
    ]
    head = session.execute(sa.select(Quiz.title, Quiz.passing_score).where(Quiz.id == quiz_id)).one()
    return compute(quiz_id, head.title, float(head.passing_score), asked)


def compute(quiz_id: UUID, title: str, passing: float, asked: Sequence[_Asked]) -> QuizFigures:
    """What drawn questions earned together counts as one part of the quiz: each attempt had other ones."""
    attempts = sorted({attempt for one in asked for attempt in one.marks})
    always = [one for one in asked if len(one.marks) == len(attempts)]
    sometimes = [one for one in asked if len(one.marks) < len(attempts)]
    totals = {attempt: math.fsum(one.marks.get(attempt, 0.0) for one in asked) for attempt in attempts}
    mosts = {attempt: math.fsum(one.most for one in asked if attempt in one.marks) for attempt in attempts} if sometimes else {}
    marks = {str(one.id): [one.marks[attempt] for attempt in attempts] for one in always}
    max_marks = {str(one.id): one.most for one in always}
    if sometimes:
        marks[DRAWN] = [math.fsum(one.marks.get(attempt, 0.0) for one in sometimes) for attempt in attempts]
        max_marks[DRAWN] = max(mosts.values()) - math.fsum(one.most for one in always)
    most = math.fsum(max_marks.values())
    computed = items(marks, max_marks)
    found = []
    for one in asked:
        statistics = computed.get(str(one.id))
        if statistics is None:
            own = sorted(one.marks)
            statistics = item([one.marks[attempt] for attempt in own], [totals[attempt] for attempt in own], one.most, most)
        found.append(_figures(one, statistics))
    scores = Counter(min(BINS - 1, int(BINS * total / (mosts.get(attempt) or most))) for attempt, total in totals.items()) if most else {}
    return QuizFigures(quiz_id, title, passing, quiz(marks, max_marks), tuple(found), tuple(scores.get(at, 0) for at in range(BINS)))


def _figures(one: _Asked, statistics: ItemStatistics) -> QuestionFigures:
    rights, options = _options(one.question)
    picks = tuple(Pick(option, right, *one.picks.get(option, (0, None))) for option, right in rights.items())
    guess = random_guess(one.question)
    return QuestionFigures(one.id, one.question, statistics, guess, picks, options, concerns(statistics, guess, picks))


def _options(question: Question) -> tuple[dict[str, bool], dict[str, str]]:
    """The options by their ids: which are right, and their words."""
    match question.body:
        case MultipleChoice(options) | MultipleAnswer(options):
            return {option.id: option.correct for option in options}, {option.id: option.text.plain for option in options}
        case TrueFalse(answer):
            return {"true": answer, "false": not answer}, {"true": "True", "false": "False"}
        case _:
            return {}, {}
