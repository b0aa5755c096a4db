"""The statistics of a quiz through the server: the marks it gathers, and figures that others computed of the same marks."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotFound
from desktop.questions.commands import save_answer, start_attempt, submit_attempt
from desktop.questions.figures import DRAWN, QuizFigures, get_figures
from desktop.questions.queries import list_questions
from tests.support.association import Association
from tests.support.data import TEST_DATA, needs_data
from tests.support.quizzes import add_choices, record_attempts


def figures(association: Association, quiz: UUID, who: str = "teacher") -> QuizFigures:
    return association.database.store(association.people[who]).read(get_figures, quiz)


@needs_data("statistics")
def test_the_figures_of_recorded_attempts_are_those_that_others_computed(association: Association) -> None:
    folder = TEST_DATA / "statistics"
    with (folder / "results00.csv").open(encoding="utf-8", newline="") as file:
        results = list(csv.DictReader(file))
    slots = [name.split(".")[1] for name in results[0] if name.startswith("slots.")]
    most = 100_000  # points have two decimals, these marks seven
    quiz, ids = add_choices(association, len(slots), points=most)
    names = dict(zip(slots, ids, strict=True))
    record_attempts(association, quiz, [{names[slot]: (most * float(row[f"slots.{slot}.mark"]), "a") for slot in slots} for row in results])
    found = {one.id: one.statistics for one in figures(association, quiz).questions}
    compared = 0
    with (folder / "qstats00.csv").open(encoding="utf-8", newline="") as file:
        for expected in csv.DictReader(file):
            if expected["subqname"] or expected["variant"]:
                continue
            statistics = found[names[expected["slot"]]]
            assert statistics.attempts == int(expected["s"])
            for name, attribute in (("facility", "facility"), ("sd", "deviation"), ("discriminationindex", "discrimination")):
                if expected[name] not in ("", "**NULL**"):
                    assert getattr(statistics, attribute) == pytest.approx(float(expected[name]), rel=1e-5), (expected["slot"], name)
                    compared += 1
    assert compared >= 10


def test_picks_scores_and_warnings_of_a_quiz(association: Association) -> None:
    quiz, (good, backwards) = add_choices(association, 2)
    # Of 12, the weaker half misses the first and has the second right; nobody picks Gamma.
    weak: dict[UUID, tuple[float, str]] = {good: (0, "b"), backwards: (1, "a")}
    strong: dict[UUID, tuple[float, str]] = {good: (1, "a"), backwards: (0, "b")}
    record_attempts(association, quiz, [weak] * 5 + [strong] * 6 + [{good: (1, "a"), backwards: (1, "a")}])
    found = figures(association, quiz)
    first, second = found.questions
    assert [(pick.option, pick.correct, pick.count) for pick in first.picks] == [("a", True, 7), ("b", False, 5), ("c", False, 0)]
    assert first.picks[1].mean_rest == 1
    assert {"negative", "unused_distractor", "attractive_distractor"} <= {concern.value for concern in second.concerns}
    assert found.statistics.attempts == sum(found.scores) == 12
    assert (found.scores[10], found.scores[19]) == (11, 1)
    assert first.guess == pytest.approx(1 / 3)


def test_delivered_attempts_count_unanswered_questions_and_what_was_drawn_is_compared_with_the_whole(association: Association) -> None:
    bank, pool = add_choices(association, 3, bank=True)
    quiz, (own,) = add_choices(association, 1)
    with association.installer() as installer:
        installer.execute("INSERT INTO lms.quiz_draws (quiz_id, bank_id, count, position) VALUES (%s, %s, 1, 9)", (quiz, bank))
    lea = association.database.store(association.people["lea"])
    for number in range(6):
        attempt = lea.write(start_attempt, association["lea_enrollment"], quiz).value
        for asked in lea.read(list_questions, attempt):
            if asked.id == own and number % 2:
                continue  # left out: nothing earned, but asked
            alpha = next(option.id for option in asked.options if option.text == "Alpha")
            answer: dict[str, Any] = {"selected": alpha}
            lea.write(save_answer, attempt, asked.id, 1, answer)
        lea.write(submit_attempt, attempt)
    found = figures(association, quiz)
    by_id = {one.id: one for one in found.questions}
    assert (by_id[own].statistics.attempts, by_id[own].statistics.facility) == (6, 0.5)
    assert by_id[own].picks[0].count == 3
    drawn = [by_id[name].statistics for name in pool if name in by_id]
    assert sum(one.attempts for one in drawn) == 6
    assert all(one.facility == 1 for one in drawn)
    assert found.statistics.mean == pytest.approx(0.75)
    assert DRAWN not in {str(one.id) for one in found.questions}


def test_a_quiz_without_attempts_has_no_figures_and_those_of_others_are_not_there(association: Association) -> None:
    quiz, _ids = add_choices(association, 1)
    assert figures(association, quiz, "cora").statistics.attempts == 0
    with pytest.raises(NotFound):
        figures(association, quiz, "finn")
