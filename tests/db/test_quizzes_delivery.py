"""Taking a quiz: what is started once, shown without keys, kept, submitted and shown again by the rule of release."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.association import Association

CHOICE = [
    {"id": "a", "text": "Alpha", "is_correct": True, "feedback": "SECRET-why"},
    {"id": "b", "text": "Beta"},
    {"id": "c", "text": "Gamma"},
]
QUESTIONS: list[tuple[str, Any, Any]] = [
    ("multiple_choice", CHOICE, None),
    ("multiple_answer", [*CHOICE[:1], {"id": "b", "text": "Beta", "is_correct": True}, CHOICE[2]], None),
    ("true_false", [], True),
    ("short_answer", [], ["SECRET-word"]),
    ("fill_blank", [], ["SECRET-one", ["SECRET-two"]]),
    ("matching", [], {"Paris": "France", "Rome": "Italy"}),
    ("ordering", [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}, {"id": "c", "text": "three"}], ["a", "b", "c"]),
]


class Quiz:
    """A quiz of the association's course with a question of each type that a machine grades, and its learner."""

    def __init__(self, association: Association, **settings: Any) -> None:
        self.association = association
        columns = {"title": "Quiz", "show_correct_answers": "after_submission"} | settings
        with association.installer() as admin:
            self.id: UUID = row(
                admin,
                f"INSERT INTO quizzes (course_id, {', '.join(columns)}) VALUES (%s{', %s' * len(columns)}) RETURNING id",
                association["course"],
                *columns.values(),
            )[0]
            for order, (kind, options, correct) in enumerate(QUESTIONS, 1):
                admin.execute(
                    "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order, answer_options, correct_answer,"
                    " explanation) VALUES (%s, %s, %s, %s, %s, %s, 'SECRET-explanation')",
                    (self.id, kind, kind, order, Jsonb(options), Jsonb(correct)),
                )

    def start(self, learner: psycopg.Connection[Any]) -> UUID:
        attempt: UUID = row(learner, "SELECT lms.start_attempt(%s, %s)", self.association["lea_enrollment"], self.id)[0]
        return attempt


def row(connection: psycopg.Connection[Any], query: str, *parameters: object) -> tuple[Any, ...]:
    found = connection.execute(query.encode(), parameters).fetchone()
    assert found is not None
    return found


def code(refused: pytest.ExceptionInfo[psycopg.Error]) -> str | None:
    return refused.value.diag.message_hint


@pytest.fixture
def lea(association: Association) -> Iterator[psycopg.Connection[Any]]:
    with association.sign_in("lea") as connection:
        yield connection


def asked(learner: psycopg.Connection[Any], attempt: UUID) -> dict[str, tuple[UUID, dict[str, Any], Any]]:
    rows = learner.execute("SELECT question_id, question, answer FROM lms.get_questions(%s)", (attempt,)).fetchall()
    return {question["type"]: (identity, question, answer) for identity, question, answer in rows}


def right_answers(questions: dict[str, tuple[UUID, dict[str, Any], Any]]) -> dict[str, dict[str, Any]]:
    """What a learner who knows everything gives, in the names of the attempt."""

    def named(kind: str, place: str) -> dict[str, str]:
        return {entry["text"]: entry["id"] for entry in questions[kind][1][place]}

    left, right = named("matching", "left"), named("matching", "right")
    items = named("ordering", "items")
    return {
        "multiple_choice": {"selected": named("multiple_choice", "options")["Alpha"]},
        "multiple_answer": {"selected": [named("multiple_answer", "options")[text] for text in ("Beta", "Alpha")]},
        "true_false": {"selected": "true"},
        "short_answer": {"text": "secret-WORD"},
        "fill_blank": {"blanks": ["secret-one", "secret-two"]},
        "matching": {"pairs": {left["Paris"]: right["France"], left["Rome"]: right["Italy"]}},
        "ordering": {"order": [items[text] for text in ("one", "two", "three")]},
    }


def answer_all(learner: psycopg.Connection[Any], attempt: UUID) -> None:
    questions = asked(learner, attempt)
    for kind, answer in right_answers(questions).items():
        assert row(learner, "SELECT lms.save_answer(%s, %s, 1, %s)", attempt, questions[kind][0], Jsonb(answer)) == ("saved",)


def test_a_quiz_is_taken_from_start_to_score(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association)
    attempt = quiz.start(lea)
    questions = asked(lea, attempt)
    assert set(questions) == {kind for kind, _options, _correct in QUESTIONS}
    assert "SECRET" not in str(questions)
    assert not {"a", "b", "c"} & {
        entry["id"] for kind in ("multiple_choice", "ordering") for entry in questions[kind][1].get("options", [])
    }
    answer_all(lea, attempt)
    assert {kind: answer for kind, (_id, _question, answer) in asked(lea, attempt).items()} == right_answers(questions)
    lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
    lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
    result = row(lea, "SELECT lms.get_result(%s)", attempt)[0]
    assert (result["status"], result["score"], result["passed"]) == ("graded", 100, True)
    review = lea.execute("SELECT question, answer, is_correct, key FROM lms.get_review(%s)", (attempt,)).fetchall()
    assert all(is_correct for _question, _answer, is_correct, _key in review)
    keys = {question["type"]: key["right"] for question, _answer, _correct, key in review}
    given = right_answers(questions)
    assert keys["multiple_choice"] == [given["multiple_choice"]["selected"]]
    assert keys["ordering"] == given["ordering"]["order"]
    assert keys["matching"] == given["matching"]["pairs"]


def test_resuming_shows_the_same_in_the_same_order(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association)
    attempt = quiz.start(lea)
    seen = lea.execute("SELECT * FROM lms.get_questions(%s)", (attempt,)).fetchall()
    with association.sign_in("lea") as other_desk:
        assert quiz.start(other_desk) == attempt
        assert other_desk.execute("SELECT * FROM lms.get_questions(%s)", (attempt,)).fetchall() == seen


def test_fifty_simultaneous_starts_at_a_limit_of_one_are_one_attempt(association: Association) -> None:
    quiz = Quiz(association, max_attempts=1)

    go = Barrier(50)

    def start(_number: int) -> UUID:
        with association.sign_in("lea") as desk:
            go.wait(60)
            return quiz.start(desk)

    with association.installer() as admin:
        # A person may have few connections; this is about one who found a way around that.
        admin.execute(f"ALTER ROLE {association.people['lea'].login} CONNECTION LIMIT 60".encode())
    with ThreadPoolExecutor(50) as desks:
        attempts = set(desks.map(start, range(50)))
    assert len(attempts) == 1
    with association.installer() as admin:
        assert row(admin, "SELECT count(*) FROM quiz_attempts WHERE quiz_id = %s", quiz.id) == (1,)
    with association.sign_in("lea") as desk:
        desk.execute("SELECT lms.submit_attempt(%s)", (attempts.pop(),))
        with pytest.raises(psycopg.Error) as refused:
            quiz.start(desk)
    assert code(refused) == "no-attempts-left"


def test_the_transaction_that_changed_an_attempt_learns_nothing_from_it(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association, require_passing=True)
    with lea.transaction(force_rollback=True):
        attempt = quiz.start(lea)
        with pytest.raises(psycopg.Error) as refused:
            lea.execute("SELECT * FROM lms.get_questions(%s)", (attempt,))
    assert code(refused) == "not-committed"
    attempt = quiz.start(lea)
    answer_all(lea, attempt)
    for question in ("lms.get_result(%s)", "lms.get_review(%s)", "lms.get_attempt(%s)", "lms.settle_attempt(%s)"):
        with lea.transaction(force_rollback=True):
            lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
            with pytest.raises(psycopg.Error) as refused:
                lea.execute(f"SELECT * FROM {question}".encode(), (attempt,))
        assert code(refused) == "not-committed", question
    with lea.transaction(force_rollback=True):
        lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), lea.transaction():
            lea.execute("SELECT passed_count FROM quizzes WHERE id = %s", (quiz.id,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), lea.transaction():
            lea.execute("SELECT score FROM quiz_attempts WHERE id = %s", (attempt,))
    lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
    assert row(lea, "SELECT lms.get_result(%s) ->> 'score'", attempt) == ("100.00",)


def test_saving_again_or_late_changes_nothing(association: Association, lea: psycopg.Connection[Any]) -> None:
    attempt = Quiz(association).start(lea)
    question = asked(lea, attempt)["short_answer"][0]

    def save(sequence: int, words: str | None) -> str:
        answer = None if words is None else Jsonb({"text": words})
        outcome: str = row(lea, "SELECT lms.save_answer(%s, %s, %s, %s)", attempt, question, sequence, answer)[0]
        return outcome

    assert [save(5, "five"), save(5, "five"), save(4, "four")] == ["saved", "stale", "stale"]
    assert asked(lea, attempt)["short_answer"][2] == {"text": "five"}
    assert save(6, None) == "saved"
    assert asked(lea, attempt)["short_answer"][2] is None


def test_two_desks_on_one_attempt_keep_the_newest_answer_and_submit_once(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association)
    attempt = quiz.start(lea)
    assert quiz.start(lea) == attempt, "the second desk resumes"
    answer_all(lea, attempt)
    question = asked(lea, attempt)["short_answer"][0]
    go = Barrier(2)

    def sit(desk: int) -> list[str]:
        with association.sign_in("lea") as connection:
            go.wait(60)
            return [
                row(connection, "SELECT lms.save_answer(%s, %s, %s, %s)", attempt, question, 2 + 2 * number + desk,
                    Jsonb({"text": "secret-word" if number == 19 and desk else f"{desk} {number}"}))[0]
                for number in range(20)
            ]  # fmt: skip

    with ThreadPoolExecutor(2) as desks:
        outcomes = [outcome for desk in desks.map(sit, range(2)) for outcome in desk]
    assert set(outcomes) <= {"saved", "stale"}
    assert asked(lea, attempt)["short_answer"][2] == {"text": "secret-word"}, "the newest, whoever came last"

    def submit(_desk: int) -> None:
        with association.sign_in("lea") as connection:
            go.wait(60)
            connection.execute("SELECT lms.submit_attempt(%s)", (attempt,))

    with ThreadPoolExecutor(2) as desks:
        list(desks.map(submit, range(2)))
    assert row(lea, "SELECT lms.get_result(%s) ->> 'score'", attempt) == ("100.00",)
    with association.installer() as admin:
        assert row(admin, "SELECT attempts_count, graded_count FROM quizzes WHERE id = %s", quiz.id) == (1, 1)


def test_after_the_deadline_what_was_saved_counts_and_nothing_more(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association, time_limit_minutes=10)
    attempt = quiz.start(lea)
    answer_all(lea, attempt)
    question = asked(lea, attempt)["true_false"][0]
    with association.installer() as admin:
        admin.execute("UPDATE lms.attempt_delivery SET deadline = now() - interval '1 minute' WHERE attempt_id = %s", (attempt,))
        admin.execute("UPDATE quiz_attempts SET started_at = now() - interval '11 minutes' WHERE id = %s", (attempt,))
    for call in ("SELECT lms.save_answer(%s, %s, 9, NULL)", "SELECT lms.flag_question(%s, %s, true)"):
        with pytest.raises(psycopg.Error) as refused:
            lea.execute(call.encode(), (attempt, question))
        assert code(refused) == "time-over"
    with pytest.raises(psycopg.Error) as refused:
        asked(lea, attempt)
    assert code(refused) == "attempt-over"
    with association.sign_in("admin") as admin, ThreadPoolExecutor(2) as both:
        # Both sides at once: the learner's desk and the clean-up.
        sides = [
            both.submit(lea.execute, "SELECT lms.submit_attempt(%s)", (attempt,)),
            both.submit(admin.execute, "SELECT lms.close_overdue_attempts()"),
        ]
        for side in sides:
            side.result()
    result = row(lea, "SELECT lms.get_result(%s)", attempt)[0]
    assert (result["status"], result["score"]) == ("graded", 100)
    with association.installer() as admin:
        assert row(admin, "SELECT time_spent_seconds FROM quiz_attempts WHERE id = %s", attempt) == (600,)


@pytest.mark.parametrize(
    ("release", "until", "released"),
    [
        ("never", None, False),
        ("after_deadline", None, False),
        ("after_deadline", "now() + interval '1 day'", False),
        ("after_deadline", "now() - interval '1 second'", True),
        ("after_submission", None, True),
    ],
)
def test_keys_are_shown_by_the_rule_of_release(
    association: Association, lea: psycopg.Connection[Any], release: str, until: str | None, released: bool
) -> None:
    quiz = Quiz(association, show_correct_answers=release)
    attempt = quiz.start(lea)
    assert lea.execute("SELECT * FROM lms.get_review(%s)", (attempt,)).fetchall() == []
    answer_all(lea, attempt)
    lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
    with association.installer() as admin:
        admin.execute(f"UPDATE quizzes SET available_until = {until or 'NULL'} WHERE id = %s".encode(), (quiz.id,))
    review = lea.execute("SELECT answer, earned, is_correct, key FROM lms.get_review(%s)", (attempt,)).fetchall()
    assert len(review) == len(QUESTIONS)
    assert all(answer is not None for answer, *_rest in review)
    assert [any(told is not None for told in verdict) for _answer, *verdict in review] == [released] * len(QUESTIONS)
    assert ("SECRET-explanation" in str(review)) is released


def test_an_answer_that_was_checked_stays(association: Association, lea: psycopg.Connection[Any]) -> None:
    attempt = Quiz(association, show_correct_answers="immediately").start(lea)
    question = asked(lea, attempt)["true_false"][0]
    lea.execute("SELECT lms.save_answer(%s, %s, 1, %s)", (attempt, question, Jsonb({"selected": "false"})))
    with lea.transaction():
        lea.execute("SELECT lms.settle_answer(%s, %s)", (attempt, question))
        assert lea.execute("SELECT * FROM lms.get_review(%s)", (attempt,)).fetchall() == []
    review = lea.execute("SELECT question_id, is_correct, key -> 'right' FROM lms.get_review(%s)", (attempt,)).fetchall()
    assert review == [(question, False, ["true"])]
    with pytest.raises(psycopg.Error) as refused:
        lea.execute("SELECT lms.save_answer(%s, %s, 2, %s)", (attempt, question, Jsonb({"selected": "true"})))
    assert code(refused) == "answer-settled"


def test_an_attempt_keeps_the_questions_it_was_given(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association)
    attempt = quiz.start(lea)
    with association.installer() as admin:
        admin.execute(
            "UPDATE quiz_questions SET correct_answer = 'false', question_text = 'new' WHERE quiz_id = %s AND question_type = 'true_false'",
            (quiz.id,),
        )
    assert asked(lea, attempt)["true_false"][1]["text"] == "true_false"
    answer_all(lea, attempt)
    lea.execute("SELECT lms.submit_attempt(%s)", (attempt,))
    assert row(lea, "SELECT lms.get_result(%s) ->> 'score'", attempt) == ("100.00",)
    again = quiz.start(lea)
    assert asked(lea, again)["true_false"][1]["text"] == "new"
    with association.installer() as admin:
        assert row(
            admin,
            "SELECT count(*) FROM lms.question_versions AS v JOIN quiz_questions AS q ON q.id = v.question_id WHERE q.quiz_id = %s",
            quiz.id,
        ) == (len(QUESTIONS) + 1,)


def test_nobody_touches_an_attempt_of_somebody_else(association: Association, lea: psycopg.Connection[Any]) -> None:
    quiz = Quiz(association)
    attempt = quiz.start(lea)
    question = asked(lea, attempt)["true_false"][0]
    calls = ("get_attempt(%s)", "get_questions(%s)", "get_result(%s)", "get_review(%s)", "submit_attempt(%s)", "settle_attempt(%s)")
    for who in ("otto", "finn", "cora", "admin"):
        with association.sign_in(who) as other:
            for call in calls:
                with pytest.raises(psycopg.Error) as refused:
                    other.execute(f"SELECT * FROM lms.{call}".encode(), (attempt,))
                assert refused.value.sqlstate in ("LM002", "LM001"), (who, call)
            with pytest.raises(psycopg.Error):
                other.execute("SELECT lms.save_answer(%s, %s, 9, '{}')", (attempt, question))
