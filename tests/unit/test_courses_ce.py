"""What states ask of continuing education, as an author reads it beside the course."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from desktop.courses.checklist import FinalExam, Surroundings
from desktop.ui.courses.editor_ce import ce_problems
from tests.support.drafts import draft

DAY = date(2026, 11, 1)


def test_a_course_without_credits_is_left_alone() -> None:
    assert ce_problems(draft(("Basics", ("One",))), Surroundings(), DAY) == ()


def test_what_is_missing_is_said_with_its_source_and_blocks_nothing() -> None:
    exam = FinalExam(10, 15, Decimal(70))
    found = ce_problems(draft(("Basics", ("One",)), ce_credits=1, estimated_duration_minutes=40), Surroundings(final_exam=exam), DAY)
    assert [problem.code for problem in found] == ["ce-CA-minutes_per_credit", "ce-OK-exam_questions", "ce-WA-minutes_per_credit"]
    assert found[-1].message == "WA asks for 50 minutes for 1 credits; the course has 40. (WAC 284-17-286(2); as archived for 2022)"
    assert not any(problem.blocking for problem in found)
    assert {problem.column for problem in found} == {"ce_credits"}


def test_a_bank_that_is_elsewhere_is_not_judged() -> None:
    known = FinalExam(25, 25, Decimal(70))
    codes = [problem.code for problem in ce_problems(draft(ce_credits=1), Surroundings(final_exam=known), DAY)]
    assert codes == ["ce-OK-retake_overlap", "ce-WA-retake_overlap"]
    assert ce_problems(draft(ce_credits=1), Surroundings(final_exam=FinalExam(25, None, Decimal(70))), DAY) == ()
