"""What holds for every rule of grading, whatever the question and whatever the answer: tried against the server's own functions."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.support.postgres import TEMPLATE, Database, Server

type Grade = Callable[..., Decimal | None]

EXAMPLES = settings(max_examples=40)
IDS = list(string.ascii_lowercase[:6])
AUTO = ("multiple_choice", "multiple_answer", "short_answer", "fill_blank", "matching", "ordering")
RULES: dict[str, list[dict[str, Any]]] = {
    "multiple_choice": [{}],
    "multiple_answer": [{}, {"rule": "all_or_nothing"}, {"rule": "weights"}],
    "short_answer": [{}, {"case": True}, {"accents": False}, {"wildcards": True}],
    "fill_blank": [{}, {"rule": "all_or_nothing"}],
    "matching": [{}, {"rule": "all_or_nothing"}],
    "ordering": [{}, {"rule": "positions"}, {"rule": "neighbours"}],
}

words = st.text(st.sampled_from("aAbé e*\\%_1.,-"), max_size=8)
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*IDS, "x"]), inner, max_size=4),
    max_leaves=8,
)
answers = st.dictionaries(st.sampled_from(["selected", "text", "blanks", "pairs", "order"]), junk, max_size=5)
picks = st.lists(st.sampled_from(IDS), unique=True)


@pytest.fixture(scope="module")
def grade(postgres_server: Server) -> Iterator[Grade]:
    """``grade(type, options, key, answer, rules)`` as the server grades."""
    with postgres_server.roles_kept():
        database = Database(postgres_server.clone(TEMPLATE))
        try:
            with psycopg.connect(database.dsn, autocommit=True) as connection:

                def grade(kind: str, options: Any, key: Any, answer: Any, rules: Any = None) -> Decimal | None:
                    values = [kind, *(Jsonb(value) for value in (options, key, answer, rules or {}))]
                    row = connection.execute("SELECT lms.grade_answer(%s, %s, %s, %s, %s)", values).fetchone()
                    assert row is not None
                    part: Decimal | None = row[0]
                    return part

                yield grade
        finally:
            database.close()
            postgres_server.drop(database.address.database)


def options(right: set[str], parts: dict[str, float] | None = None) -> list[dict[str, Any]]:
    return [
        {"id": name, "text": name, "is_correct": name in right} | ({"part": parts[name]} if parts and name in parts else {}) for name in IDS
    ]


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], Any, dict[str, Any]]:
    """Any question that is graded without a person: type, options, key, rules."""
    kind = draw(st.sampled_from(AUTO))
    rules = draw(st.sampled_from(RULES[kind]))
    shown: list[dict[str, Any]]
    key: Any
    match kind:
        case "multiple_choice":
            shown, key = options({draw(st.sampled_from(IDS))}), None
        case "multiple_answer":
            parts = draw(st.dictionaries(st.sampled_from(IDS), st.sampled_from([-1.0, -0.5, 0.25, 0.5, 1.0])))
            shown, key = options(set(draw(st.lists(st.sampled_from(IDS), min_size=1))), parts), None
        case "short_answer":
            shown, key = [], draw(st.lists(words, min_size=1, max_size=4))
        case "fill_blank":
            shown, key = [], draw(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4))
        case "matching":
            shown, key = [], draw(st.dictionaries(st.sampled_from(IDS), st.sampled_from(IDS), min_size=1))
        case _:
            shown, key = [], draw(st.lists(st.sampled_from(IDS), min_size=2, unique=True))
    return kind, shown, key, rules


@EXAMPLES
@given(question=questions(), answer=answers)
def test_whatever_is_answered_earns_between_nothing_and_all(grade: Grade, question: Any, answer: Any) -> None:
    kind, shown, key, rules = question
    part = grade(kind, shown, key, answer, rules)
    assert part is not None
    assert 0 <= part <= 1


@EXAMPLES
@given(answer=answers)
def test_an_essay_is_always_for_a_person(grade: Grade, answer: Any) -> None:
    assert grade("essay", [], None, answer) is None


@EXAMPLES
@given(right=st.sets(st.sampled_from(IDS), min_size=1), picked=picks, more=st.sampled_from(IDS))
def test_one_more_right_pick_never_costs_and_one_more_wrong_pick_never_pays(
    grade: Grade, right: set[str], picked: list[str], more: str
) -> None:
    shown = options(right)
    before, after = (grade("multiple_answer", shown, None, {"selected": chosen}) for chosen in (picked, [*picked, more]))
    assert before is not None
    assert after is not None
    if more in picked:
        assert after == before  # the same pick twice is one
    elif more in right:
        assert after >= before
    else:
        assert after <= before


@EXAMPLES
@given(right=st.sets(st.sampled_from(IDS), min_size=1), picked=picks, rule=st.sampled_from(RULES["multiple_answer"]), data=st.data())
def test_the_order_of_picks_and_of_options_does_not_matter(
    grade: Grade, right: set[str], picked: list[str], rule: dict[str, Any], data: st.DataObject
) -> None:
    shown = options(right)
    there = grade("multiple_answer", shown, None, {"selected": picked}, rule)
    mixed = grade("multiple_answer", data.draw(st.permutations(shown)), None, {"selected": data.draw(st.permutations(picked))}, rule)
    assert mixed == there


@EXAMPLES
@given(accepted=st.lists(words, min_size=1, max_size=5), typed=words, rules=st.sampled_from(RULES["short_answer"]), data=st.data())
def test_accepted_answers_stand_in_no_order_and_a_further_one_never_costs(
    grade: Grade, accepted: list[str], typed: str, rules: dict[str, Any], data: st.DataObject
) -> None:
    part = grade("short_answer", [], accepted, {"text": typed}, rules)
    assert grade("short_answer", [], data.draw(st.permutations(accepted)), {"text": typed}, rules) == part
    further = grade("short_answer", [], [*accepted, data.draw(words)], {"text": typed}, rules)
    assert part is not None
    assert further is not None
    assert further >= part


@EXAMPLES
@given(
    accepted=st.lists(words.filter(lambda text: "*" not in text and "\\" not in text), min_size=1),
    rules=st.sampled_from(RULES["short_answer"]),
)
def test_what_the_key_says_itself_is_accepted(grade: Grade, accepted: list[str], rules: dict[str, Any]) -> None:
    assert [grade("short_answer", [], accepted, {"text": text}, rules) for text in accepted] == [1] * len(accepted)


@EXAMPLES
@given(number=st.integers(-10_000, 10_000), off=st.integers(-100, 100), tolerance=st.integers(0, 100))
def test_a_number_counts_exactly_within_its_tolerance(grade: Grade, number: int, off: int, tolerance: int) -> None:
    key = [{"text": str(Decimal(number) / 100), "tolerance": tolerance / 100}]
    assert grade("short_answer", [], key, {"text": str(Decimal(number + off) / 100)}) == (abs(off) <= tolerance)


@EXAMPLES
@given(key=st.dictionaries(st.sampled_from(IDS), st.sampled_from(IDS), min_size=1), data=st.data())
def test_matching_is_correct_pairs_over_stems(grade: Grade, key: dict[str, str], data: st.DataObject) -> None:
    given_pairs = {left: data.draw(st.sampled_from(IDS)) for left in data.draw(st.permutations(list(key)))}
    correct = sum(given_pairs[left] == right for left, right in key.items())
    part = grade("matching", [], key, {"pairs": given_pairs})
    assert part is not None
    assert float(part) == pytest.approx(correct / len(key))


@EXAMPLES
@given(key=st.lists(st.sampled_from(IDS), min_size=2, unique=True), rule=st.sampled_from(RULES["ordering"]), data=st.data())
def test_only_the_right_order_earns_all(grade: Grade, key: list[str], rule: dict[str, Any], data: st.DataObject) -> None:
    order = data.draw(st.permutations(key))
    part = grade("ordering", [], key, {"order": order}, rule)
    assert part is not None
    assert (part == 1) is (order == key)


@EXAMPLES
@given(blanks=st.lists(st.sampled_from("abc"), min_size=1, max_size=5), typed=st.lists(st.sampled_from("abc"), min_size=5, max_size=5))
def test_blanks_earn_each_for_itself(grade: Grade, blanks: list[str], typed: list[str]) -> None:
    right = sum(one == other for one, other in zip(blanks, typed, strict=False))
    part = grade("fill_blank", [], blanks, {"blanks": typed[: len(blanks)]})
    assert part is not None
    assert float(part) == pytest.approx(right / len(blanks))
    assert grade("fill_blank", [], blanks, {"blanks": typed[: len(blanks)]}, {"rule": "all_or_nothing"}) == (right == len(blanks))
