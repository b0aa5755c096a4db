"""Taking a quiz by the application's own commands and queries, as a learner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.changes import Done
from desktop.errors import Conflict, Invalid, NotFound
from desktop.questions.commands import flag_question, save_answer, settle_answer, settle_attempt, start_attempt, submit_attempt
from desktop.questions.queries import (
    Asked,
    get_attempt,
    get_result,
    list_questions,
    list_quizzes_to_take,
    list_review,
)
from desktop.store.connection import Store
from tests.support.association import Association
from tests.support.quizzes import QUESTIONS, add_quiz, knows_all


@pytest.fixture
def lea(association: Association) -> Store:
    return association.database.store(association.people["lea"])


def start(store: Store, association: Association, quiz: UUID) -> UUID:
    done: Done[UUID] = store.write(start_attempt, association["lea_enrollment"], quiz)
    return done.value


def answer(store: Store, attempt: UUID, asked: Asked, value: dict[str, Any] | None, sequence: int = 1) -> bool:
    done: Done[bool] = store.write(save_answer, attempt, asked.id, sequence, value)
    return done.value


def test_from_the_first_look_to_the_review(association: Association, lea: Store) -> None:
    quiz = add_quiz(association, max_attempts=2, time_limit_minutes=30)
    (before,) = lea.read(list_quizzes_to_take, None, quiz, association["lea_enrollment"])
    assert (before.course_id, before.attempts, before.attempts_left) == (association["course"], (), 2)
    assert before.total_points == len(QUESTIONS)
    attempt = start(lea, association, quiz)
    stands = lea.read(get_attempt, attempt)
    assert (stands.status, stands.number) == ("in_progress", 1)
    assert stands.seconds_left is not None
    assert 0 < stands.seconds_left <= 1800
    assert lea.read(get_result, attempt) is None

    questions = lea.read(list_questions, attempt)
    assert {asked.type for asked in questions} == {kind for kind, *_rest in QUESTIONS}
    assert [answer(lea, attempt, asked, knows_all(asked)) for asked in questions] == [True] * len(questions)
    lea.write(flag_question, attempt, questions[0].id, True)
    again = lea.read(list_questions, attempt)
    assert [asked.answer for asked in again] == [knows_all(asked) for asked in questions]
    assert [asked.flagged for asked in again] == [True] + [False] * (len(questions) - 1)

    lea.write(submit_attempt, attempt)
    result = lea.read(get_result, attempt)
    assert result is not None
    assert (result.status, result.score) == ("submitted", None)  # the essay waits for a person
    review = {row.asked.type: row for row in lea.read(list_review, attempt)}
    essay = review.pop("essay").verdict
    assert essay is not None
    assert essay.correct is None
    assert all(row.verdict is not None and row.verdict.correct and row.verdict.earned == 1 for row in review.values())
    (after,) = lea.read(list_quizzes_to_take, None, quiz, association["lea_enrollment"])
    assert ([row.status for row in after.attempts], after.attempts_left) == (["submitted"], 1)


def test_an_answer_that_comes_again_or_late_is_not_kept(association: Association, lea: Store) -> None:
    attempt = start(lea, association, add_quiz(association))
    asked = next(each for each in lea.read(list_questions, attempt) if each.type == "short_answer")
    assert answer(lea, attempt, asked, {"text": "later"}, 2)
    assert not answer(lea, attempt, asked, {"text": "later"}, 2)
    assert not answer(lea, attempt, asked, {"text": "earlier"}, 1)
    assert answer(lea, attempt, asked, None, 3)
    assert next(each for each in lea.read(list_questions, attempt) if each.type == "short_answer").answer is None


def test_refusals_are_errors_that_a_person_may_read(association: Association, lea: Store) -> None:
    quiz = add_quiz(association, max_attempts=1)
    attempt = start(lea, association, quiz)
    with pytest.raises(Invalid, match="shows its answers later"):
        lea.write(settle_answer, attempt, lea.read(list_questions, attempt)[0].id)
    lea.write(submit_attempt, attempt)
    with pytest.raises(Invalid, match="all attempts"):
        start(lea, association, quiz)
    with pytest.raises(Invalid, match="while the attempt is open"):
        lea.read(list_questions, attempt)
    with pytest.raises(NotFound, match="no such attempt"), association.database.store(association.people["otto"]) as otto:
        otto.read(get_attempt, attempt)


def test_one_transaction_cannot_submit_and_look(association: Association, lea: Store) -> None:
    attempt = start(lea, association, add_quiz(association))

    def submit_and_look(session: Any) -> Any:
        submit_attempt(session, attempt)
        return get_result(session, attempt)

    with pytest.raises(Conflict):
        lea.write(submit_and_look)
    assert lea.read(get_attempt, attempt).status == "in_progress"


def test_a_checked_answer_shows_its_verdict_and_only_its(association: Association, lea: Store) -> None:
    attempt = start(lea, association, add_quiz(association, show_correct_answers="immediately"))
    asked = next(each for each in lea.read(list_questions, attempt) if each.type == "multiple_choice")
    wrong = next(option.id for option in asked.options if option.text == "Beta")
    answer(lea, attempt, asked, {"selected": wrong})
    lea.write(settle_answer, attempt, asked.id)
    (checked,) = lea.read(list_review, attempt)
    verdict = checked.verdict
    assert verdict is not None
    assert (checked.asked.id, verdict.earned, verdict.correct) == (asked.id, Decimal(0), False)
    assert verdict.right == [option.id for option in asked.options if option.text == "Alpha"]
    assert verdict.explanation == "Because."


def test_passing_completes_the_lesson_that_waits_for_it(association: Association, lea: Store) -> None:
    quiz = add_quiz(association, kinds=("true_false",), lesson_id=association["quiz_lesson"])
    with association.installer() as installer:  # the association's own quiz of this lesson would have to be passed too
        installer.execute("UPDATE quizzes SET lesson_id = NULL WHERE id = %s", (association["quiz"],))
    with association.sign_in("lea") as connection:
        connection.execute("SELECT lms.open_lesson(%s, %s)", (association["lea_enrollment"], association["quiz_lesson"]))
    attempt = start(lea, association, quiz)
    (asked,) = lea.read(list_questions, attempt)
    answer(lea, attempt, asked, knows_all(asked))
    lea.write(submit_attempt, attempt)
    lea.write(settle_attempt, attempt)
    with association.installer() as installer:
        progress = "SELECT status FROM lesson_progress WHERE enrollment_id = %s AND lesson_id = %s"
        found = installer.execute(progress, (association["lea_enrollment"], association["quiz_lesson"])).fetchone()
    assert found == ("completed",)
