"""What stands between a draft and its publication."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from desktop.courses.publishing import ModuleFacts, Problem, PublishFacts, problems

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MODULE = ModuleFacts(uuid4(), "Basics", None, 1)
READY = PublishFacts("Right and wrong", 2, True, None, (MODULE,), ())


def test_a_complete_course_has_no_problem() -> None:
    assert problems(READY, NOW) == ()


def test_what_the_server_refuses_comes_first() -> None:
    refused = Problem("no-description", "The course needs a description.", True)
    found = problems(replace(READY, refused=(refused,), objectives=0, short_description=" "), NOW)
    assert found[0] == refused
    assert [problem.code for problem in found[1:]] == ["summary", "objectives"]


@pytest.mark.parametrize(
    ("facts", "code", "blocking"),
    [
        (replace(READY, short_description=None), "summary", False),
        (replace(READY, objectives=0), "objectives", False),
        (replace(READY, allow_enrollment=False), "closed", False),
        (replace(READY, enrollment_end_date=NOW - timedelta(days=1)), "ended", False),
        (replace(READY, modules=(MODULE, ModuleFacts(uuid4(), "Empty", None, 0))), "module", False),
        (replace(READY, modules=(replace(MODULE, unlock_after_module_id=MODULE.id),)), "unlock", True),
    ],
)
def test_what_an_author_would_regret(facts: PublishFacts, code: str, blocking: bool) -> None:
    assert [(problem.code, problem.blocking) for problem in problems(facts, NOW)] == [(code, blocking)]


def test_a_window_that_is_still_open_is_no_problem() -> None:
    assert problems(replace(READY, enrollment_end_date=NOW + timedelta(days=1)), NOW) == ()


def test_modules_that_wait_for_each_other_are_found_but_one_behind_the_loop_is_not_blamed() -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    modules = (ModuleFacts(third, "Behind", first, 1), ModuleFacts(first, "One", second, 1), ModuleFacts(second, "Two", first, 1))
    (problem,) = problems(replace(READY, modules=modules), NOW)
    assert "“One”" in problem.message
