"""Continuing education by the rules of states: each figure cites its source, and what is not known stays not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.certificates.ce import (
    FIELDS,
    STATES,
    SUBJECTS,
    CourseFacts,
    Exam,
    Method,
    Questions,
    Rule,
    Subject,
    find,
    lint,
    load_rules,
    roster_due,
    unknown,
)

DAY = date(2026, 11, 1)
SELF = Method.SELF_STUDY
GOOD = CourseFacts(Decimal(2), SELF, 120, 20_000, Exam(25, 40, Decimal(70)))


def sentences(course: CourseFacts, *states: str) -> list[str]:
    return [found.sentence for found in lint(course, states, DAY)]


def test_every_figure_cites_its_source_and_how_old_it_is() -> None:
    rules = load_rules()
    assert {rule.state for rule in rules} == STATES.keys()
    for rule in rules:
        assert rule.source, rule
        assert rule.dated, rule
        assert rule.words(), rule
        assert rule.source in rule.cited()
        assert rule.dated in rule.cited()
    assert SUBJECTS.keys() == set(Subject)


@pytest.mark.parametrize(
    ("state", "subject", "value"),
    [
        ("WA", Subject.ROSTER_DAYS, 10),
        ("WA", Subject.MINUTES_PER_CREDIT, 50),
        ("CA", Subject.ROSTER_DAYS, 30),
        ("CA", Subject.MINUTES_PER_CREDIT, 60),
        ("OK", Subject.PASS_MARK, 70),
        ("HI", Subject.ROSTER_DAYS, 15),
        ("AK", Subject.CERTIFICATE_DAYS, 30),
    ],
)
def test_figures(state: str, subject: Subject, value: int) -> None:
    rule = find(subject, state, DAY, SELF)
    assert rule is not None
    assert rule.value == value


def test_a_classroom_and_self_study_are_told_apart() -> None:
    def minutes(method: Method) -> int:
        rule = find(Subject.MINUTES_PER_CREDIT, "CA", DAY, method)
        assert rule is not None
        return int(rule.value)

    assert (minutes(Method.CLASSROOM), minutes(SELF)) == (50, 60)


def test_what_is_not_known_is_said_and_nothing_is_concluded_from_it() -> None:
    assert Subject.PASS_MARK in unknown({"HI"}, DAY, SELF)["HI"]
    assert set(unknown({"TX"}, DAY, SELF)["TX"]) == set(Subject)
    assert sentences(CourseFacts(Decimal(2), SELF, 1, 1, None), "TX", "HI") == []
    assert roster_due("AK", DAY, SELF) is None
    assert roster_due("HI", DAY, SELF) == date(2026, 11, 16)


@pytest.mark.parametrize(
    ("credits", "washington", "oklahoma"), [("1", 10, 25), ("2.5", 20, 25), ("4", 25, 25), ("5", 30, 50), ("24", 125, 50)]
)
def test_questions_by_credits(credits: str, washington: int, oklahoma: int) -> None:
    for state, least in (("WA", washington), ("OK", oklahoma)):
        rule = find(Subject.EXAM_QUESTIONS, state, DAY, SELF)
        assert rule is not None
        assert rule.value.at_least(Decimal(credits)) == least


@given(
    st.one_of(
        st.builds(Questions, first=st.integers(1, 50), each_more=st.integers(0, 20)),
        st.builds(lambda few, more: Questions(up_to=((4, few),), beyond=few + more), st.integers(1, 50), st.integers(0, 50)),
    ),
    st.decimals(0, 30, places=2),
    st.decimals(0, 30, places=2),
)
def test_more_credits_never_ask_for_fewer_questions(questions: Questions, one: Decimal, other: Decimal) -> None:
    assert questions.at_least(min(one, other)) <= questions.at_least(max(one, other))


def test_a_course_that_does_as_asked_is_found_good() -> None:
    assert sentences(GOOD, *STATES) == []
    assert sentences(CourseFacts(Decimal(0), SELF, 0, 0, None), *STATES) == [], "no credits, no rules"


def test_what_a_course_lacks_is_said_with_both_figures_and_the_source() -> None:
    short = CourseFacts(Decimal(2), SELF, 90, 20_000, Exam(8, 10, Decimal("65.00")))
    found = lint(short, {"WA", "OK"}, DAY)
    assert [one.sentence for one in found] == [
        "OK asks for 25 questions in the final examination; it has 8.",
        "OK asks for a pass mark of 70 %; it is 65 %.",
        "OK lets no more than 50 % of the questions come back in a retake, so 12 are needed to draw 8 from; there are 10.",
        "WA asks for 15 questions in the final examination; it has 8.",
        "WA lets no more than 50 % of the questions come back in a retake, so 12 are needed to draw 8 from; there are 10.",
        "WA asks for 100 minutes for 2 credits; the course has 90.",
    ]
    assert found[-1].rule.cited() == "WAC 284-17-286(2); as archived for 2022"
    assert sentences(CourseFacts(Decimal(1), SELF, 0, 0, None), "WA") == ["WA asks for a final examination of 10 questions; there is none."]


def test_a_rule_holds_from_its_day_on_and_the_newest_counts() -> None:
    old = Rule("WA", Subject.ROSTER_DAYS, 10, "§ 1", "2015", until=date(2026, 6, 30))
    new = Rule("WA", Subject.ROSTER_DAYS, 5, "§ 2", "2026", since=date(2026, 7, 1))
    assert find(Subject.ROSTER_DAYS, "WA", date(2026, 6, 30), SELF, [old, new]) is old
    assert find(Subject.ROSTER_DAYS, "WA", date(2026, 7, 1), SELF, [old, new]) is new
    assert find(Subject.ROSTER_DAYS, "WA", date(2020, 1, 1), SELF, [new]) is None


def test_a_section_that_was_read_in_part_says_so() -> None:
    rule = find(Subject.CERTIFICATE_FIELDS, "AK", DAY, SELF)
    assert rule is not None
    assert rule.words().endswith(", and more")
    assert set(rule.value) <= FIELDS.keys()
