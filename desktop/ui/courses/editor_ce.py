"""What states ask of continuing education, said to an author while the course is edited. Pure; the rules are certificates' own."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from desktop.certificates.ce import METHOD_OF, STATES, CourseFacts, Exam, lint
from desktop.courses.checklist import Surroundings
from desktop.courses.draft import COURSES, Draft
from desktop.courses.publishing import Problem

TAG = re.compile(r"<[^>]*>")


def ce_problems(draft: Draft, around: Surroundings, day: date) -> tuple[Problem, ...]:
    """What the course lacks by the rules of every state that is known, each with its source. It blocks nothing."""
    return tuple(
        Problem(f"ce-{found.rule.state}-{found.rule.subject.value}", f"{found.sentence} ({found.rule.cited()})", False, None,
                COURSES, draft.id, "ce_credits")
        for found in lint(_facts(draft, around), STATES.keys(), day)
    )  # fmt: skip


def _facts(draft: Draft, around: Surroundings) -> CourseFacts:
    course, exam = draft.course, around.final_exam
    minutes = course.get("estimated_duration_minutes") or sum(lesson.get("estimated_duration_minutes") or 0 for lesson in draft.lessons)
    words = sum(len(TAG.sub(" ", lesson.get("content_html") or "").split()) for lesson in draft.lessons if lesson["lesson_type"] == "text")
    return CourseFacts(
        Decimal(str(course.get("ce_credits") or 0)),
        METHOD_OF[course.get("delivery_format") or "self_paced"],
        minutes,
        words,
        Exam(exam.questions, exam.pool, exam.passing_score) if exam is not None else None,
    )
