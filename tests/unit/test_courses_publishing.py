"""What stands between a draft and its publication."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from desktop.courses.publishing import LessonFacts, ModuleFacts, PublishFacts, can_publish, problems

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LESSON = LessonFacts(uuid4(), "Terms", "text", True)
MODULE = ModuleFacts(uuid4(), "Basics", None, (LESSON,))
READY = PublishFacts(
    title="Ethics",
    description="What is right.",
    short_description="Right and wrong",
    objectives=2,
    instructor_id=uuid4(),
    pricing_type="free",
    price=Decimal(0),
    allow_enrollment=True,
    enrollment_end_date=None,
    modules=(MODULE,),
)


def test_a_complete_course_has_no_problem() -> None:
    assert problems(READY, NOW) == ()
    assert can_publish(READY, NOW)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(READY, title=" "), "title"),
        (replace(READY, description=""), "description"),
        (replace(READY, modules=()), "lessons"),
        (replace(READY, modules=(replace(MODULE, lessons=()),)), "lessons"),
        (replace(READY, pricing_type="paid"), "price"),
        (replace(READY, modules=(replace(MODULE, lessons=(replace(LESSON, has_content=False),)),)), "content"),
        (replace(READY, modules=(replace(MODULE, unlock_after_module_id=MODULE.id),)), "unlock"),
    ],
)
def test_what_blocks(facts: PublishFacts, code: str) -> None:
    assert [problem.code for problem in problems(facts, NOW) if problem.blocking] == [code]
    assert not can_publish(facts, NOW)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(READY, short_description=None), "summary"),
        (replace(READY, objectives=0), "objectives"),
        (replace(READY, instructor_id=None), "instructor"),
        (replace(READY, allow_enrollment=False), "closed"),
        (replace(READY, enrollment_end_date=NOW - timedelta(days=1)), "ended"),
        (replace(READY, modules=(MODULE, ModuleFacts(uuid4(), "Empty", None, ()))), "module"),
    ],
)
def test_what_is_only_advice(facts: PublishFacts, code: str) -> None:
    assert [(problem.code, problem.blocking) for problem in problems(facts, NOW)] == [(code, False)]
    assert can_publish(facts, NOW)


def test_modules_that_wait_for_each_other_are_found_but_one_behind_the_loop_is_not_blamed() -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    modules = (
        ModuleFacts(third, "Behind", first, (LESSON,)),
        ModuleFacts(first, "One", second, (LESSON,)),
        ModuleFacts(second, "Two", first, (LESSON,)),
    )
    (problem,) = problems(replace(READY, modules=modules), NOW)
    assert "“One”" in problem.message
