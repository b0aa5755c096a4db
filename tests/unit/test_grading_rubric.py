"""A rubric as it is stored and as its author thinks of it, and what is given by it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desktop.grading.rubric import (
    ZERO,
    Criterion,
    Given,
    Level,
    copied,
    flaws,
    new_criterion,
    read_given,
    read_rubric,
    score,
    worth,
    write_given,
    write_rubric,
)

POINTS = st.decimals(0, 1000, places=2)
WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)
NAMES = st.text("abcdef0123456789", min_size=8, max_size=8)


@st.composite
def rubrics(draw):
    found = []
    for name in draw(st.lists(NAMES, unique=True, max_size=4)):
        levels = tuple(draw(st.lists(st.builds(Level, WORDS, POINTS, WORDS, NAMES), max_size=3, unique_by=lambda level: level.id)))
        points = max((level.points for level in levels), default=draw(POINTS))
        found.append(Criterion(draw(WORDS), points, draw(WORDS), levels, name))
    return tuple(found)


@given(rubrics())
def test_what_is_stored_is_read_as_it_was(rubric):
    assert read_rubric(write_rubric(rubric)) == rubric


def test_the_source_documents_criteria_have_a_name_and_points_and_are_known_by_their_name():
    (one,) = read_rubric([{"criterion": "Completeness", "points": 40, "description": "All parts"}])
    assert one == Criterion("Completeness", Decimal(40), "All parts", (), "Completeness")


def test_what_other_programs_wrote_into_the_column_is_no_reason_to_fail():
    assert read_rubric({"no": "list"}) == ()
    assert read_rubric(None) == ()
    (one,) = read_rubric([7, {"criterion": None, "points": "NaN", "levels": [{"points": -3}, "x"]}])
    assert (one.title, one.points, one.levels[0].points) == ("", ZERO, ZERO)


def test_a_score_is_the_sum_once_every_criterion_has_its_points():
    evidence, style = new_criterion("Evidence", Decimal(10)), Criterion("Style", Decimal(5))
    best = evidence.levels[0]
    assert score((evidence, style), {evidence.id: Given(best.points, best.id)}) is None
    assert score((evidence, style), {evidence.id: Given(best.points, best.id), style.id: Given(Decimal("2.5"))}) == Decimal("12.5")
    assert score((evidence, style), {evidence.id: Given(Decimal(0)), style.id: Given(Decimal(0))}) == 0
    assert score((), {}) is None


def test_what_was_given_is_read_as_it_was_and_nothing_is_not_kept():
    given = {"a": Given(Decimal("2.5"), "b", "Well put."), "c": Given(None, "", "Say more."), "d": Given()}
    assert read_given(write_given(given)) == {name: one for name, one in given.items() if one != Given()}
    assert read_given([]) == read_given({"a": 7}) == {}


def test_a_copy_shares_no_names_with_what_it_was_copied_from():
    rubric = (new_criterion("Evidence"), new_criterion("Style"))
    other = copied(rubric)
    assert [(one.title, one.points) for one in other] == [(one.title, one.points) for one in rubric]
    names = {one.id for one in rubric} | {level.id for one in rubric for level in one.levels}
    assert names.isdisjoint({one.id for one in other} | {level.id for one in other for level in one.levels})


def test_an_author_is_told_what_is_missing_and_what_does_not_add_up():
    rubric = (new_criterion("Evidence", Decimal(10)), Criterion("", Decimal(5), levels=(Level("", Decimal(5)),)))
    assert worth(rubric) == 15
    nameless, levelless, sum_ = flaws(rubric, Decimal(100))
    assert "criterion" in nameless
    assert "level" in levelless
    assert "15" in sum_
    assert "100" in sum_
    assert flaws((), Decimal(100)) == []
