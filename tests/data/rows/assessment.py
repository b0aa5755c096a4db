"""Attempts at quizzes with their answers, and what was handed in."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.data.values import Row, Table, identity, moment
from tests.data.year_one import POINTS, Enrollment, Quiz, Year


def attempts(year: Year) -> Iterator[Table]:
    """The attempts, then their answers: drawn twice from the same chance, so that neither has to be kept."""
    columns = (
        "id", "quiz_id", "enrollment_id", "member_id", "attempt_number", "started_at", "submitted_at", "time_spent_seconds", "score",
        "points_earned", "total_points", "passed", "status", "graded_by", "graded_at", "created_at", "updated_at",
    )  # fmt: skip
    yield Table("public.quiz_attempts", columns, (attempt for attempt, _answers in _taken_quizzes(year)))
    answer_columns = (
        "id", "quiz_attempt_id", "question_id", "answer_data", "is_correct", "points_earned", "max_points", "answered_at",
        "time_spent_seconds", "created_at",
    )  # fmt: skip
    yield Table("public.quiz_answers", answer_columns, (answer for _attempt, answers in _taken_quizzes(year) for answer in answers))


def _taken_quizzes(year: Year) -> Iterator[tuple[Row, list[Row]]]:
    chance = year.chance("attempt rows")
    for one in year.enrollments:
        for number, quiz in enumerate(one.course.quizzes):
            if quiz.lesson >= one.opened:
                continue
            failures = one.failures.get(number, 0)
            for attempt in range(1, failures + 2):
                if attempt <= failures:
                    outcome = "failed"
                elif quiz.lesson < one.done:
                    outcome = "passed"
                else:  # where they are now
                    essay = quiz.questions[-1].kind == "essay"
                    outcome = chance.choice(("failed", "open", "waiting" if essay else "failed"))
                yield _taken_quiz(chance, one, quiz, attempt, failures + 1, outcome)


def _taken_quiz(chance: random.Random, one: Enrollment, quiz: Quiz, attempt: int, attempts: int, outcome: str) -> tuple[Row, list[Row]]:
    entered, left = one.entered(quiz.lesson), one.left(quiz.lesson)
    each = (left - entered) // attempts
    begun = entered + each * (attempt - 1)
    seconds = min(each, chance.randint(120, 900))
    start, end = moment(begun), moment(begun + seconds)
    id_ = identity(chance)
    size = len(quiz.questions)
    wrong = chance.sample(range(size), chance.choice((0, 0, 1)) if outcome == "passed" else chance.choice((2, 2, 3)))
    if outcome == "waiting" and size - 1 not in wrong:
        wrong[0] = size - 1  # the essay, which has earned nothing yet
    answers: list[Row] = []
    for place, asked in enumerate(quiz.questions):
        right = place not in wrong
        graded = outcome != "open" and not (outcome == "waiting" and asked.kind == "essay")
        answers.append(
            (identity(chance), id_, asked.id, asked.right if right else asked.wrong, right if graded else None,
             POINTS if graded and right else 0, POINTS if outcome != "open" else None, end, seconds // size, end)
        )  # fmt: skip
    points, total = POINTS * (size - len(wrong)), POINTS * size
    graded = outcome in ("passed", "failed")
    by_hand = graded and quiz.questions[-1].kind == "essay"
    return (
        id_, quiz.id, one.id, one.member.id, attempt, start, end if outcome != "open" else None, seconds if outcome != "open" else None,
        100 * points // total if graded else None, points if outcome != "open" else None, total if outcome != "open" else None,
        outcome == "passed" if graded else None,
        {"open": "in_progress", "waiting": "submitted"}.get(outcome, "graded"), one.course.instructor.id if by_hand else None,
        end if graded else None, start, end,
    ), answers  # fmt: skip


def submissions(year: Year) -> Iterator[Table]:
    chance = year.chance("submissions")
    submissions: list[Row] = []
    reviews: list[Row] = []
    for one in year.enrollments:
        for place, lesson in enumerate(one.course.lessons[: one.opened]):
            if lesson.kind != "assignment":
                continue
            graded = place < one.done
            points = chance.randint(60, 100)
            left, id_ = moment(one.left(place)), identity(chance)
            submissions.append(
                (id_, lesson.assignment, one.id, one.member.id, left, "I compared both plans; the dearer one costs less.",
                 "graded" if graded else "submitted", *((points,) * 4 if graded else (None,) * 4),
                 one.course.instructor.id if graded else None, left if graded else None, left, left)
            )  # fmt: skip
            if graded and chance.random() < 0.2:
                reviews.append((identity(chance), id_, one.course.instructor.id, "instructor", "submitted", points, left, left, left))
    columns = (
        "id", "assignment_id", "enrollment_id", "member_id", "submitted_at", "submission_text", "status", "score", "points_earned",
        "grade_percentage", "final_score", "graded_by", "graded_at", "created_at", "updated_at",
    )  # fmt: skip
    yield Table("public.assignment_submissions", columns, submissions)
    review_columns = (
        "id",
        "submission_id",
        "reviewer_id",
        "review_type",
        "status",
        "score",
        "submitted_at",
        "created_at",
        "updated_at",
    )
    yield Table("public.assignment_reviews", review_columns, reviews)
