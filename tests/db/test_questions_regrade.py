"""Marks after the fact: by hand, and by a changed key, rule, points or passing score; shown before they are written, written as shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from desktop.errors import Conflict, Invalid, NotAllowed, NotFound
from desktop.questions.commands import save_answer, start_attempt, submit_attempt
from desktop.questions.model import Accepted, MultipleChoice, Option, Question, ShortAnswer, Text
from desktop.questions.queries import get_result, list_questions
from desktop.questions.regrade import Credit, QuestionChange, Regrade, RegradePreview, apply_regrade, list_regrades, preview_regrade
from desktop.questions.storage import to_row
from desktop.store.connection import Store
from tests.support.association import Association, one

CAPITAL = Question(Text("Capital?"), MultipleChoice((Option("a", Text("Bonn"), True), Option("b", Text("Berlin")))), points=Decimal(2))
MOVED = Question(Text("Capital?"), MultipleChoice((Option("a", Text("Bonn")), Option("b", Text("Berlin"), True))), points=Decimal(2))
YEAR = Question(Text("Year?"), ShortAnswer((Accepted("1990"),)), points=Decimal(2))


class Quiz:
    """A quiz of the association's course: a capital, a year and, where asked for, an essay of 4 points; 70 % pass."""

    def __init__(self, association: Association, *, essay: bool = False, **settings: Any) -> None:
        self.association = association
        self.id, self.capital, self.year, self.essay = (uuid4() for _number in range(4))
        columns = {"title": "Check", "shuffle_questions": False, "shuffle_answers": False} | settings
        rows = [(self.capital, CAPITAL), (self.year, YEAR)]
        with association.installer() as admin:
            admin.execute(
                f"INSERT INTO quizzes (id, course_id, {', '.join(columns)}) VALUES (%s, %s{', %s' * len(columns)})".encode(),
                (self.id, association["course"], *columns.values()),
            )
            for order, (question, made) in enumerate(rows, 1):
                row = to_row(made)
                admin.execute(
                    "INSERT INTO quiz_questions (id, quiz_id, question_text, question_type, question_order, answer_options, correct_answer,"
                    " grading, points) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    (question, self.id, row["question_text"], row["question_type"], order, *map(Jsonb, (row["answer_options"],
                     row["correct_answer"], row["grading"])), row["points"]),
                )  # fmt: skip
            if essay:
                admin.execute(
                    "INSERT INTO quiz_questions (id, quiz_id, question_text, question_type, question_order, points)"
                    " VALUES (%s, %s, 'Why?', 'essay', 3, 4)",
                    (self.essay, self.id),
                )

    def sit(self, learner: Store, enrollment: UUID, capital: str | None, year: str, why: str = "Because.") -> UUID:
        """Take the quiz with these answers."""
        attempt: UUID = learner.write(start_attempt, enrollment, self.id).value
        for asked in learner.read(list_questions, attempt):
            match asked.type:
                case "multiple_choice" if capital is not None:
                    given: dict[str, Any] = {"selected": next(option.id for option in asked.options if option.text == capital)}
                case "short_answer":
                    given = {"text": year}
                case "essay":
                    given = {"text": why}
                case _:
                    continue
            learner.write(save_answer, attempt, asked.id, 1, given)
        learner.write(submit_attempt, attempt)
        return attempt


@pytest.fixture
def lea(association: Association) -> Store:
    return association.database.store(association.people["lea"])


@pytest.fixture
def otto(association: Association) -> Store:
    return association.database.store(association.people["otto"])


@pytest.fixture
def teacher(association: Association) -> Store:
    return association.database.store(association.people["teacher"])


def scores(association: Association, quiz: Quiz) -> dict[UUID, tuple[Decimal | None, bool | None]]:
    with association.installer() as admin:
        return {
            row[0]: (row[1], row[2]) for row in admin.execute("SELECT id, score, passed FROM quiz_attempts WHERE quiz_id = %s", (quiz.id,))
        }


def preview(teacher: Store, quiz: Quiz, *changes: QuestionChange, passing: Decimal | None = None) -> RegradePreview:
    return teacher.read(preview_regrade, Regrade(quiz.id, changes, passing))


def test_a_changed_key_is_shown_then_written_and_holds_from_then_on(
    association: Association, lea: Store, otto: Store, teacher: Store
) -> None:
    quiz = Quiz(association)
    bonn = quiz.sit(lea, association["lea_enrollment"], "Bonn", "1990")
    berlin = quiz.sit(otto, association["otto_enrollment"], "Berlin", "1990")
    before = scores(association, quiz)
    assert before == {bonn: (Decimal(100), True), berlin: (Decimal(50), False)}

    shown = preview(teacher, quiz, QuestionChange(quiz.capital, MOVED))
    assert (shown.graded, shown.changed, shown.raised, shown.lowered, shown.now_pass, shown.now_fail) == (2, 2, 1, 1, 1, 1)
    assert [(one.member_name, one.score_before, one.score_after) for one in shown.attempts] == [
        ("Lea Learner", Decimal(100), Decimal(50)),
        ("Otto Other", Decimal(50), Decimal(100)),
    ]
    assert scores(association, quiz) == before, "a look changes nothing"

    teacher.write(apply_regrade, shown, "The government moved.")
    assert scores(association, quiz) == {bonn: (Decimal(50), False), berlin: (Decimal(100), True)}
    (done,) = teacher.read(list_regrades, quiz.id)
    assert (done.by, done.reason, done.attempts) == ("Tess Teacher", "The government moved.", 2)
    with association.installer() as admin:
        logged = one(
            admin, "SELECT count(*) FROM audit_logs WHERE table_name = 'quiz_attempts' AND action = 'update' AND new_values ? 'score'"
        )
    assert logged >= 2
    again = quiz.sit(lea, association["lea_enrollment"], "Berlin", "1990")
    assert scores(association, quiz)[again] == (Decimal(100), True), "the question itself has the new key"
    assert preview(teacher, quiz, QuestionChange(quiz.capital)).changed == 0


def test_what_was_graded_meanwhile_must_be_looked_at_again(association: Association, lea: Store, otto: Store, teacher: Store) -> None:
    quiz = Quiz(association)
    quiz.sit(lea, association["lea_enrollment"], "Bonn", "1990")
    shown = preview(teacher, quiz, QuestionChange(quiz.capital, MOVED))
    quiz.sit(otto, association["otto_enrollment"], "Bonn", "1990")
    before = scores(association, quiz)
    with pytest.raises(Conflict, match="since the preview"):
        teacher.write(apply_regrade, shown, "The government moved.")
    assert scores(association, quiz) == before
    teacher.write(apply_regrade, preview(teacher, quiz, QuestionChange(quiz.capital, MOVED)), "The government moved.")


@pytest.mark.parametrize(
    ("credit", "wrong", "right"), [(Credit.VOID, Decimal(100), Decimal(100)), (Credit.EVERYONE, Decimal(100), Decimal(100))]
)
def test_a_bad_question_counts_for_nothing_or_for_everybody(
    association: Association, lea: Store, otto: Store, teacher: Store, credit: Credit, wrong: Decimal, right: Decimal
) -> None:
    quiz = Quiz(association)
    no = quiz.sit(lea, association["lea_enrollment"], "Berlin", "1990")
    nothing = quiz.sit(otto, association["otto_enrollment"], None, "1990")
    shown = preview(teacher, quiz, QuestionChange(quiz.capital, credit=credit))
    teacher.write(apply_regrade, shown, "Nobody could know.")
    after = scores(association, quiz)
    assert (after[no][0], after[nothing][0]) == (wrong, right)
    with association.installer() as admin:
        totals = {row[0] for row in admin.execute("SELECT total_points FROM quiz_attempts WHERE quiz_id = %s", (quiz.id,))}
        assert totals == {Decimal(2 if credit is Credit.VOID else 4)}
        assert one(admin, "SELECT points FROM quiz_questions WHERE id = %s", quiz.capital) == 2, "for later attempts it is as it was"


def test_points_and_the_passing_score_move_who_passes(association: Association, lea: Store, teacher: Store) -> None:
    quiz = Quiz(association)
    attempt = quiz.sit(lea, association["lea_enrollment"], "Berlin", "1990")
    heavier = Question(YEAR.text, YEAR.body, points=Decimal(6))
    assert preview(teacher, quiz, QuestionChange(quiz.year, heavier)).attempts[0].score_after == Decimal(75)
    shown = preview(teacher, quiz, passing=Decimal(50))
    assert (shown.changed, shown.now_pass) == (1, 1)
    teacher.write(apply_regrade, shown, "The bar was too high.")
    assert scores(association, quiz)[attempt] == (Decimal(50), True)
    with association.installer() as admin:
        assert one(admin, "SELECT passing_score FROM quizzes WHERE id = %s", quiz.id) == 50


def grade(teacher: psycopg.Connection[Any], quiz: Quiz, attempt: UUID, points: float, seen: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = one(
        teacher, "SELECT lms.grade_by_hand(%s, %s, %s::numeric, %s, %s::timestamptz)", attempt, quiz.essay, points, " Well said. ", seen
    )
    return found


def test_an_essay_is_graded_by_hand_once_by_one_and_no_rule_changes_that(association: Association, lea: Store, teacher: Store) -> None:
    quiz = Quiz(association, essay=True)
    attempt = quiz.sit(lea, association["lea_enrollment"], "Bonn", "1990")
    assert scores(association, quiz)[attempt] == (None, None)
    with association.sign_in("teacher") as tess, association.sign_in("cora") as cora:
        first = grade(tess, quiz, attempt, 2)
        assert (first["status"], Decimal(str(first["score"])), first["passed"]) == ("graded", Decimal(75), True)
        with pytest.raises(psycopg.Error) as refused:
            grade(cora, quiz, attempt, 4)  # she has not seen that Tess graded it
        assert refused.value.diag.message_hint == "graded-meanwhile"
        second = grade(cora, quiz, attempt, 3, first["graded_at"])
        assert Decimal(str(second["score"])) == Decimal("87.5")
        for points in (-1, 4.01, "NaN"):
            with pytest.raises(psycopg.Error) as refused:
                grade(cora, quiz, attempt, points, second["graded_at"])  # type: ignore[arg-type]
            assert refused.value.diag.message_hint == "points-out-of-range"
    shown = preview(teacher, quiz, QuestionChange(quiz.capital, MOVED), QuestionChange(quiz.essay))
    teacher.write(apply_regrade, shown, "The government moved.")
    assert scores(association, quiz)[attempt][0] == Decimal("62.5"), "3 of 4 for the essay, 2 of 2 for the year"
    result = lea.read(get_result, attempt)
    assert result is not None
    assert result.score == Decimal("62.5")


def test_whose_certificate_rests_on_a_pass_is_named_and_keeps_it(association: Association, otto: Store, teacher: Store) -> None:
    quiz = Quiz(association, require_passing=True)
    with association.installer() as admin:
        admin.execute("UPDATE quizzes SET require_passing = false WHERE id = %s", (quiz.id,))
    quiz.sit(otto, association["otto_enrollment"], "Bonn", "1990")
    with association.installer() as admin:
        admin.execute("UPDATE quizzes SET require_passing = true WHERE id = %s", (quiz.id,))
    shown = preview(teacher, quiz, QuestionChange(quiz.capital, MOVED))
    assert shown.certificates_at_risk == (association["certificate_number"],)
    assert shown.attempts[0].certificate_at_risk == association["certificate_number"]
    teacher.write(apply_regrade, shown, "The government moved.")
    with association.installer() as admin:
        assert one(admin, "SELECT status FROM lms.certificates WHERE id = %s", association["certificate"]) == "valid"


@pytest.mark.parametrize("name", ["lea", "finn", "proctor"])
def test_who_does_not_teach_the_quiz_neither_looks_nor_writes(association: Association, lea: Store, teacher: Store, name: str) -> None:
    quiz = Quiz(association)
    attempt = quiz.sit(lea, association["lea_enrollment"], "Bonn", "1990")
    shown = preview(teacher, quiz, QuestionChange(quiz.capital, MOVED))
    somebody = association.database.store(association.people[name])
    for attack in (
        lambda: preview(somebody, quiz, QuestionChange(quiz.capital, MOVED)),
        lambda: somebody.write(apply_regrade, shown, "Mine."),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            attack()
    with association.sign_in(name) as connection, pytest.raises(psycopg.Error):
        grade(connection, quiz, attempt, 4)
    assert scores(association, quiz)[attempt] == (Decimal(100), True)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ([{"question": "nonsense"}], "not-a-change"),
        ([None], "not-a-change"),
        ("{}", "not-a-change"),
        ([{"question": "YEAR", "columns": {"points": -1}}], "not-a-change"),
        ([{"question": "YEAR", "columns": {"quiz_id": "x"}}], "not-a-change"),
        ([{"question": "YEAR", "credit": "some"}], "not-a-change"),
        ([{"question": "YEAR"}, {"question": "YEAR"}], "not-a-change"),
        ([{"question": "YEAR"}, {"question": "year in capitals"}], "not-a-change"),
        ([{"question": "00000000-0000-0000-0000-000000000000"}], "no-such-question"),
    ],
)
def test_what_is_no_change_is_refused(association: Association, changes: Any, hint: str) -> None:
    quiz = Quiz(association)
    made = [
        {**change, "question": str(quiz.year)} if isinstance(change, dict) and change["question"] == "YEAR" else change
        for change in changes
    ]
    with association.sign_in("teacher") as tess, pytest.raises(psycopg.Error) as refused:
        tess.execute("SELECT * FROM lms.preview_regrade(%s, %s, NULL)", (quiz.id, Jsonb(made if isinstance(changes, list) else changes)))
    assert refused.value.diag.message_hint == hint


def test_a_reason_is_asked_for(association: Association, lea: Store, teacher: Store) -> None:
    quiz = Quiz(association)
    quiz.sit(lea, association["lea_enrollment"], "Bonn", "1990")
    with pytest.raises(Invalid, match="Say why"):
        teacher.write(apply_regrade, preview(teacher, quiz, QuestionChange(quiz.capital, MOVED)), "  ")
