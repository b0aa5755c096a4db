"""What the marks of a quiz say about its questions and about itself.

Classical test theory, with n−1 throughout; the figures are those of Moodle's quiz statistics report ("Quiz statistics calculations" in its
documentation), so that instructors who come from there find the numbers that they know. A figure that cannot be computed (too few attempts,
no variance) is None. Percentages are 0 to 100, −100 to 100 for what can be negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desktop.questions.model import (
    Accepted,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Ordering,
    Question,
    ShortAnswer,
    TrueFalse,
)


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """One question. Marks are on the question's own scale, 0 to ``max_mark``."""

    attempts: int
    max_mark: float
    facility: float | None
    """The mean mark, as a part of the most."""
    deviation: float | None
    """The standard deviation of the marks, as a part of the most."""
    intended_weight: float
    """The question's share of all points, in percent."""
    effective_weight: float | None
    """How much of the variance of the quiz comes from this question, in percent; None where it works against the rest."""
    discrimination: float | None
    """The correlation of its marks with those of the rest of the quiz, in percent."""
    efficiency: float | None
    """The covariance with the rest as a part of the greatest that these marks allow, in percent."""


@dataclass(frozen=True, slots=True)
class QuizStatistics:
    """The quiz as a whole; ``mean``, ``median``, ``deviation`` and ``standard_error`` are parts of the most, the ratios percent."""

    attempts: int
    mean: float | None
    median: float | None
    deviation: float | None
    skewness: float | None
    kurtosis: float | None
    consistency: float | None
    """The coefficient of internal consistency (Cronbach's alpha)."""
    error_ratio: float | None
    """How much of the deviation is due to chance."""
    standard_error: float | None


class Concern(StrEnum):
    """What an author should look at."""

    NEGATIVE = "negative"
    """Who does well in the rest does badly here: often a wrong key."""
    WEAK = "weak"
    """It hardly tells good from weak."""
    TOO_HARD = "too_hard"
    """Answered no better than by guessing."""
    TOO_EASY = "too_easy"
    UNUSED_DISTRACTOR = "unused_distractor"
    ATTRACTIVE_DISTRACTOR = "attractive_distractor"
    """A wrong answer is picked by those who are better than those who pick the right one."""


@dataclass(frozen=True, slots=True)
class Pick:
    """An option, by how many it was picked, and the mean of what these earned in the rest of the quiz (None: nobody)."""

    option: str
    correct: bool
    count: int
    mean_rest: float | None


def item(marks: Sequence[float], rest: Sequence[float], max_mark: float, quiz_max: float) -> ItemStatistics:
    """The statistics of one question: the mark of each attempt, and what the attempt earned besides.

    For a question that was drawn at random, and so was not part of every quiz, what is compared is the whole of the attempt. The
    ``effective_weight`` needs the other questions: ``items`` gives it.
    """
    variance, rest_variance = _covariance(marks, marks), _covariance(rest, rest)
    covariance = _covariance(marks, rest)
    greatest = _covariance(sorted(marks), sorted(rest))
    return ItemStatistics(
        attempts=len(marks),
        max_mark=max_mark,
        facility=_mean(marks) / max_mark if marks and max_mark else None,
        deviation=math.sqrt(variance) / max_mark if variance is not None and max_mark else None,
        intended_weight=100 * max_mark / quiz_max if quiz_max else 0.0,
        effective_weight=None,
        discrimination=100 * covariance / math.sqrt(variance * rest_variance)
        if covariance is not None and variance and rest_variance
        else None,
        efficiency=100 * covariance / greatest if covariance is not None and greatest else None,
    )


def items(marks: Mapping[str, Sequence[float]], max_marks: Mapping[str, float]) -> dict[str, ItemStatistics]:
    """The statistics of every question; ``marks`` has for each the mark of each attempt, all in the same order, 0 where unanswered."""
    totals = [math.fsum(row) for row in zip(*marks.values(), strict=True)]
    quiz_max = math.fsum(max_marks.values())
    # A covariance with the whole that is negative has no root, and no weight.
    parts = {name: _covariance(column, totals) for name, column in marks.items()}
    roots = {name: math.sqrt(part) for name, part in parts.items() if part is not None and part >= 0}
    whole = math.fsum(roots.values())
    made: dict[str, ItemStatistics] = {}
    for name, column in marks.items():
        rest = [total - mark for mark, total in zip(column, totals, strict=True)]
        base = item(column, rest, max_marks[name], quiz_max)
        weight = 100 * roots[name] / whole if name in roots and whole else None
        made[name] = ItemStatistics(
            *(
                base.attempts,
                base.max_mark,
                base.facility,
                base.deviation,
                base.intended_weight,
                weight,
                base.discrimination,
                base.efficiency,
            )
        )
    return made


def quiz(marks: Mapping[str, Sequence[float]], max_marks: Mapping[str, float]) -> QuizStatistics:
    """The statistics of the quiz, of the same marks as ``items``."""
    totals = [math.fsum(row) for row in zip(*marks.values(), strict=True)]
    most, n = math.fsum(max_marks.values()), len(totals)
    if not totals or not most:
        return QuizStatistics(n, None, None, None, None, None, None, None, None)
    variance = _covariance(totals, totals)
    if not variance:
        return QuizStatistics(
            n, _mean(totals) / most, _median(totals) / most, None if variance is None else 0.0, None, None, None, None, None
        )
    deviation = math.sqrt(variance)
    skewness, kurtosis = _shape(totals, variance)
    consistency = error_ratio = error = None
    if len(marks) > 1:
        of_items = math.fsum(_covariance(column, column) or 0.0 for column in marks.values())
        consistency = 100 * len(marks) / (len(marks) - 1) * (1 - of_items / variance)
        error_ratio = 100 * math.sqrt(max(0.0, 1 - consistency / 100))
        error = error_ratio / 100 * deviation / most
    return QuizStatistics(
        n, _mean(totals) / most, _median(totals) / most, deviation / most, skewness, kurtosis, consistency, error_ratio, error
    )


def random_guess(question: Question) -> float | None:
    """The mean mark, as a part of the most, of whoever answers without reading; None where that cannot be said."""
    match question.body:
        case MultipleChoice(options):
            parts = [max(Decimal(0), o.part if o.part is not None else Decimal(o.correct)) for o in options]
            return float(sum(parts, Decimal(0)) / len(parts)) if parts else None
        case TrueFalse():
            return 0.5
        case Matching(pairs, distractors):
            rights = {*(pair.right for pair in pairs), *distractors}
            return 1 / len(rights) if rights else None
        case FillBlank(blanks):
            if not blanks or not all(blank.choices for blank in blanks):
                return 0.0
            return math.fsum(_chosen(blank.accepted, blank.choices) for blank in blanks) / len(blanks)
        case ShortAnswer():
            return 0.0
        case MultipleAnswer() | Ordering() | Essay():
            return None


def picks(options: Mapping[str, bool], answers: Iterable[tuple[str, float]]) -> tuple[Pick, ...]:
    """The distractor analysis: who picked each option (and whether it is right), of pairs of option and mark in the rest of the quiz."""
    rests: dict[str, list[float]] = {option: [] for option in options}
    for option, rest in answers:
        if option in rests:
            rests[option].append(rest)
    return tuple(
        Pick(option, correct, len(rests[option]), _mean(rests[option]) if rests[option] else None) for option, correct in options.items()
    )


def concerns(
    statistics: ItemStatistics, guess: float | None = None, picked: Sequence[Pick] = (), *, enough: int = 10
) -> tuple[Concern, ...]:
    """What an author should look at; nothing of fewer than ``enough`` attempts, which say little."""
    if statistics.attempts < enough:
        return ()
    found: list[Concern] = []
    if statistics.discrimination is not None and statistics.discrimination < 0:
        found.append(Concern.NEGATIVE)
    elif statistics.discrimination is not None and statistics.discrimination < 20:
        found.append(Concern.WEAK)
    if statistics.facility is not None and statistics.facility <= (guess or 0.05):
        found.append(Concern.TOO_HARD)
    if statistics.facility is not None and statistics.facility >= 0.95:
        found.append(Concern.TOO_EASY)
    if any(not pick.correct and not pick.count for pick in picked):
        found.append(Concern.UNUSED_DISTRACTOR)
    of_right = [pick.mean_rest for pick in picked if pick.correct and pick.mean_rest is not None]
    if of_right and any(not pick.correct and pick.mean_rest is not None and pick.mean_rest > max(of_right) for pick in picked):
        found.append(Concern.ATTRACTIVE_DISTRACTOR)
    return tuple(found)


def _chosen(accepted: tuple[Accepted, ...], choices: tuple[str, ...]) -> float:
    parts = {each.text: each.part for each in accepted}
    return float(sum((parts.get(choice, Decimal(0)) for choice in choices), Decimal(0)) / len(choices))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _covariance(one: Sequence[float], other: Sequence[float]) -> float | None:
    if len(one) < 2:
        return None
    mean_one, mean_other = _mean(one), _mean(other)
    return math.fsum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True)) / (len(one) - 1)


def _shape(totals: Sequence[float], variance: float) -> tuple[float | None, float | None]:
    """Skewness and kurtosis by k-statistics, which are unbiased."""
    n, mean = len(totals), _mean(totals)
    m2, m3, m4 = (math.fsum((total - mean) ** power for total in totals) / n for power in (2, 3, 4))
    skewness = n * n * m3 / ((n - 1) * (n - 2)) / variance**1.5 if n > 2 else None
    kurtosis = None
    if n > 3:
        kurtosis = n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3)) / variance**2
    return skewness, kurtosis
