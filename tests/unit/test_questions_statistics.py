"""The statistics of questions and quizzes, against figures that others computed, and by their definitions."""

from __future__ import annotations

import csv
import statistics as library
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.questions.model import Essay, Matching, MultipleChoice, Option, Pair, Question, ShortAnswer, Text, TrueFalse
from desktop.questions.statistics import Concern, Pick, concerns, item, items, picks, quiz, random_guess
from tests.support.data import TEST_DATA, needs_data

FOLDER = TEST_DATA / "statistics"
FIGURES = {"facility": "facility", "sd": "deviation", "discriminationindex": "discrimination", "discriminativeefficiency": "efficiency"}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_data("statistics")
def test_the_figures_of_a_quiz_are_those_that_others_computed() -> None:
    results = table("results00.csv")
    slots = [name.split(".")[1] for name in results[0] if name.startswith("slots.")]
    marks = {slot: [float(row[f"slots.{slot}.mark"]) for row in results] for slot in slots}
    computed = items(marks, dict.fromkeys(slots, 1.0))
    steps = {row["quizattempt"]: row for row in table("steps00.csv")}
    compared = 0
    for expected in table("qstats00.csv"):
        slot, statistics = expected["slot"], None
        if expected["subqname"] or expected["variant"]:
            column, value = (f"randqs.{slot}", expected["subqname"]) if expected["subqname"] else (f"variants.{slot}", expected["variant"])
            rows = [row for row in results if steps[row["quizattempt"]][column] == value]
            # Beside a question drawn at random stands the whole attempt, beside a variant the rest of it.
            others = [each for each in slots if expected["subqname"] or each != slot]
            rest = [sum(float(row[f"slots.{each}.mark"]) for each in others) for row in rows]
            statistics = item([float(row[f"slots.{slot}.mark"]) for row in rows], rest, 1.0, len(slots))
        else:
            statistics = computed[slot]
            if expected["effectiveweight"] not in ("", "**NULL**"):
                assert statistics.effective_weight == pytest.approx(float(expected["effectiveweight"]), rel=1e-5)
        assert statistics.attempts == int(expected["s"])
        for name, attribute in FIGURES.items():
            if expected[name] not in ("", "**NULL**"):
                assert getattr(statistics, attribute) == pytest.approx(float(expected[name]), rel=1e-5), (slot, expected["variant"], name)
                compared += 1
    assert compared == 40


MARKS = st.lists(st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 3), min_size=2, max_size=30)


@given(MARKS)
def test_figures_stay_within_their_bounds(rows: list[tuple[float, ...]]) -> None:
    marks = {str(n): [row[n] for row in rows] for n in range(3)}
    most = dict.fromkeys(marks, 1.0)
    for figures in items(marks, most).values():
        assert figures.facility is not None
        assert 0 <= figures.facility <= 1
        if figures.discrimination is not None:
            assert -100.0001 <= figures.discrimination <= 100.0001
        if figures.efficiency is not None:
            assert figures.efficiency <= 100.0001
    whole = quiz(marks, most)
    totals = [sum(row) for row in rows]
    assert whole.mean == pytest.approx(library.mean(totals) / 3)
    assert whole.median == pytest.approx(library.median(totals) / 3)
    assert whole.deviation == pytest.approx(library.stdev(totals) / 3, abs=1e-9)
    shuffled = quiz({name: column[::-1] for name, column in marks.items()}, most)
    assert shuffled.consistency == pytest.approx(whole.consistency)


def test_the_shape_of_marks() -> None:
    """One to five: no skew, and a kurtosis of −1.2 for five evenly spread values."""
    spread = quiz({"a": [1.0, 2.0, 3.0, 4.0, 5.0]}, {"a": 5.0})
    assert spread.skewness == pytest.approx(0)
    assert spread.kurtosis == pytest.approx(-1.2)
    assert quiz({"a": []}, {"a": 1.0}).mean is None
    assert quiz({"a": [1.0, 1.0]}, {"a": 1.0}).skewness is None


def test_two_equal_questions_are_wholly_consistent() -> None:
    column = [0.0, 1.0, 1.0, 0.0, 1.0]
    whole = quiz({"a": column, "b": column}, {"a": 1.0, "b": 1.0})
    assert whole.consistency == pytest.approx(100)
    assert whole.error_ratio == pytest.approx(0, abs=1e-5)
    assert whole.standard_error == pytest.approx(0, abs=1e-5)


def test_what_guessing_earns() -> None:
    options = tuple(Option(name, Text(name), name == "a") for name in "abcd")
    assert random_guess(Question(Text("?"), MultipleChoice(options))) == 0.25
    assert random_guess(Question(Text("?"), TrueFalse(True))) == 0.5
    assert random_guess(Question(Text("?"), Matching((Pair(Text("a"), "1"), Pair(Text("b"), "2")), ("3", "4")))) == 0.25
    assert random_guess(Question(Text("?"), ShortAnswer(()))) == 0
    assert random_guess(Question(Text("?"), Essay())) is None


def test_concerns_in_plain_words() -> None:
    backwards = item([0.0] * 6 + [1.0] * 6, [6.0] * 6 + [1.0] * 6, 1.0, 7.0)
    picked = picks({"a": True, "b": False, "c": False}, [("a", 1.0)] * 6 + [("b", 6.0)] * 6)
    assert picked == (Pick("a", True, 6, 1.0), Pick("b", False, 6, 6.0), Pick("c", False, 0, None))
    assert concerns(backwards, 0.33, picked) == (Concern.NEGATIVE, Concern.UNUSED_DISTRACTOR, Concern.ATTRACTIVE_DISTRACTOR)
    assert concerns(replace(backwards, attempts=9), 0.33, picked) == ()
    assert concerns(replace(backwards, discrimination=40.0, facility=0.97)) == (Concern.TOO_EASY,)
