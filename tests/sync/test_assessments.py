"""Quizzes, their questions, banks, draws and assignments on the replica: each like a lesson."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.courses.cartridge import import_cartridge
from desktop.courses.draft import Draft as CourseDraft
from desktop.courses.draft import add_module, copied, duplicate, paste
from desktop.courses.editing import fragment_from_json, fragment_to_json, load, write
from desktop.errors import NotAllowed
from desktop.questions.assessment import read_assessment
from desktop.questions.model import Essay, MultipleAnswer, MultipleChoice, Option, Question, Rule, Text
from desktop.questions.storage import from_row, to_row
from desktop.store.replica import Draft, Replica
from desktop.sync.exchange import exchange
from tests.support.courses import insert
from tests.support.data import TEST_DATA, needs_data
from tests.sync.conftest import KEY, Author, Workshop

CHOICE = Question(
    Text("Who pays the premium?"),
    MultipleChoice((Option("a", Text("The employer"), correct=True), Option("b", Text("Nobody"), feedback=Text("Somebody does.")))),
    title="Premiums",
    tags=("premium", "basics"),
)


def add_question(author: Author, quiz: UUID, question: Question = CHOICE) -> UUID:
    return author.replica.edit(
        author.course, "Add question", Draft.insert, "quiz_questions", {"quiz_id": str(quiz), **to_row(question)}
    ).value


def add_quiz(author: Author, **values: object) -> UUID:
    values = {"course_id": str(author.course), "title": "Check", **values}
    return author.replica.edit(author.course, "Add quiz", Draft.insert, "quizzes", values).value


def question(author: Author, row: UUID) -> Question:
    return from_row(author.replica.read(lambda reader: reader.get("quiz_questions", row)).values)


def rows(author: Author, table: str) -> dict[UUID, dict[str, object]]:
    return {row.id: dict(row.values) for row in author.replica.read(lambda reader: reader.list_all(table, author.course))}


def test_each_kind_is_made_edited_merged_and_deleted(workshop: Workshop) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    quiz = add_quiz(ada, lesson_id=str(terms))
    bank = add_quiz(ada, title="Pool", is_bank=True)
    kinds: dict[str, tuple[UUID, dict[str, object], dict[str, object], str]] = {
        "quizzes": (quiz, {"title": "Final check"}, {"passing_score": 85.5, "available_until": "2031-01-31T17:00:00+00:00"}, "title"),
        "quiz_questions": (add_question(ada, quiz), {"points": 2.5}, {"hint": "Think.", "tags": ["premium"]}, "hint"),
        "quiz_draws": (
            ada.replica.edit(
                ada.course, "Add draw", Draft.insert, "quiz_draws", {"quiz_id": str(quiz), "bank_id": str(bank), "tags": ["basics"]}
            ).value,
            {"count": 3}, {"tags": ["basics", "premium"]}, "count",
        ),
        "assignments": (
            ada.replica.edit(
                ada.course, "Add assignment", Draft.insert, "assignments",
                {"course_id": str(ada.course), "lesson_id": str(terms), "title": "Essay", "description": "Write."},
            ).value,
            {"due_date": "2031-01-31T17:00:00+00:00"}, {"rubric": {"criteria": [{"name": "Form", "points": 10}]}}, "title",
        ),
    }  # fmt: skip
    ada.sync()
    ben.sync()
    assert ada.replica.conflicts() == []
    for table, (row, hers, his, _field) in kinds.items():
        assert rows(ada, table) == rows(ben, table), "what is here before it was sent is what comes back"
        ada.set(table, row, **hers)
        ben.set(table, row, **his)
    ada.sync()
    ben.sync()
    ada.sync()
    for table, (row, hers, his, _field) in kinds.items():
        assert rows(ada, table) == rows(ben, table)
        assert {name: rows(ada, table)[row][name] for name in hers | his} == hers | his
    assert ada.replica.conflicts() == ben.replica.conflicts() == []

    for table, (row, _hers, _his, field) in kinds.items():
        before = rows(ada, table)[row][field]
        ada.set(table, row, **{field: 7 if isinstance(before, int) else "By Ada"})
        ben.set(table, row, **{field: 8 if isinstance(before, int) else "By Ben"})
    ada.sync()
    ben.sync()
    assert {(one.table, one.id): [name.name for name in one.fields] for one in ben.replica.conflicts()} == {
        (table, row): [field] for table, (row, _hers, _his, field) in kinds.items()
    }
    for one in ben.replica.conflicts():
        ben.replica.settle(one, {field.name: field.mine for field in one.fields})
    ben.sync()
    ada.sync()
    for table, (row, _hers, _his, field) in kinds.items():
        assert rows(ada, table)[row][field] in (8, "By Ben")

    for table in reversed(kinds):
        ada.replica.edit(ada.course, "Delete", Draft.delete, table, kinds[table][0])
        if table == "quizzes":
            break
    ada.sync()
    ben.sync()
    assert ada.replica.conflicts() == []
    for table in kinds:
        assert rows(ben, table).keys() == ({bank} if table == "quizzes" else set())


def test_how_a_question_is_answered_is_merged_whole_or_not_at_all(workshop: Workshop) -> None:
    """A new type with the old options, or a rule for options that are gone, would be neither author's question."""
    ada, ben = workshop.ada, workshop.ben
    quiz = add_quiz(ada)
    row = add_question(ada, quiz)
    ada.sync()
    ben.sync()
    options = CHOICE.body.options if isinstance(CHOICE.body, MultipleChoice) else ()
    hers = replace(CHOICE, body=MultipleAnswer(options, Rule.ALL_OR_NOTHING), hint="Two are right.")
    his = replace(CHOICE, body=MultipleChoice((*options, Option("c", Text("The member")))), explanation=Text("It is a benefit."))
    ada.set("quiz_questions", row, **to_row(hers))
    ben.set("quiz_questions", row, **to_row(his))
    ada.sync()
    ben.sync()
    assert question(ben, row) == replace(hers, explanation=his.explanation), "her question, and beside it what he wrote elsewhere"
    (conflict,) = ben.replica.conflicts()
    mine = {field.name: field.mine for field in conflict.fields}
    assert from_row({**to_row(hers), **mine}).body == his.body
    ben.replica.settle(conflict, mine)
    ben.sync()
    ada.sync()
    assert question(ada, row).body == his.body
    assert question(ada, row).hint == "Two are right."

    ben.set("quiz_questions", row, **to_row(replace(his, body=Essay())))
    ben.set("quiz_questions", row, **to_row(his))
    assert [one.set for one in ben.replica.pending()] == [{"hint": None}], "what was set back does not wait"


def test_what_was_answered_is_retired_and_not_deleted(workshop: Workshop) -> None:
    ada = workshop.ada
    ada.sync()
    quiz = add_quiz(ada)
    answered, other = add_question(ada, quiz), add_question(ada, quiz, replace(CHOICE, title="Another"))
    ada.sync()
    learner = workshop.db.add_person()
    enrollment = insert(workshop.db, "enrollments", member_id=learner.member_id, course_id=workshop.course)
    store = workshop.db.store(learner)
    attempt = store.write(scalar, "SELECT lms.start_attempt(:enrollment, :quiz)", enrollment=enrollment, quiz=quiz)
    shown = store.read(column, "SELECT question ->> 'text' FROM lms.get_questions(:attempt)", attempt=attempt)
    store.write(scalar, "SELECT lms.submit_attempt(:attempt)", attempt=attempt)
    assert shown == [CHOICE.text.plain] * 2

    ada.set("quiz_questions", answered, question_text="Who pays today?")
    ada.replica.edit(ada.course, "Delete", Draft.delete, "quiz_questions", other)
    ada.sync()
    (conflict,) = ada.replica.conflicts()
    assert (conflict.id, conflict.kind) == (other, "refused")
    ada.replica.discard(conflict)
    ada.set("quiz_questions", other, retired=True)
    ada.sync()
    assert ada.replica.conflicts() == []
    again = store.write(scalar, "SELECT lms.start_attempt(:enrollment, :quiz)", enrollment=enrollment, quiz=quiz)
    assert store.read(column, "SELECT question ->> 'text' FROM lms.get_questions(:attempt)", attempt=again) == ["Who pays today?"]
    graded = workshop.db.superuser.read(
        column, "SELECT content ->> 'question_text' FROM lms.attempt_questions JOIN lms.question_versions ON id = shown_version"
        " WHERE attempt_id = :attempt", attempt=attempt,
    )  # fmt: skip
    assert graded == [CHOICE.text.plain] * 2, "an attempt keeps the version that it was given"


def test_a_quiz_draws_from_a_bank_each_question_once(workshop: Workshop) -> None:
    ada = workshop.ada
    ada.sync()
    bank, quiz = add_quiz(ada, title="Pool", is_bank=True), add_quiz(ada, shuffle_questions=False)
    pool = [add_question(ada, bank, replace(CHOICE, title=f"{n}", tags=("hard",) if n % 2 else ())) for n in range(8)]
    own = add_question(ada, quiz)

    def draw(draft: Draft) -> None:
        draft.insert("quiz_draws", {"quiz_id": str(quiz), "bank_id": str(bank), "question_id": str(pool[1]), "position": 0.5})
        draft.insert("quiz_draws", {"quiz_id": str(quiz), "bank_id": str(bank), "tags": ["hard"], "count": 2})
        draft.insert("quiz_draws", {"quiz_id": str(quiz), "bank_id": str(bank), "count": 5})

    ada.replica.edit(ada.course, "Draw", draw)
    ada.sync()
    assert ada.replica.conflicts() == []
    ask = "SELECT lms.questions_for(:quiz, :seed)"
    seeds = [UUID(int=n) for n in range(20)]
    given = [workshop.db.superuser.read(column, ask, quiz=quiz, seed=seed) for seed in seeds]
    for drawn in given:
        assert drawn[:2] == [pool[1], own]
        assert set(drawn[2:4]) < set(pool[1::2])
        assert len(set(drawn)) == 9, "one named, its own, two and five by chance, none twice"
    assert len({tuple(drawn) for drawn in given}) > 1
    assert given[0] == workshop.db.superuser.read(column, ask, quiz=quiz, seed=seeds[0])

    ada.replica.edit(ada.course, "Delete", Draft.delete, "quizzes", bank)
    ada.sync()
    assert {(one.id, one.kind, one.message) for one in ada.replica.conflicts()} == {
        (pool[1], "refused", "A quiz draws on this, so it stays."),
        (bank, "kept", ""),
    }
    assert bank in rows(ada, "quizzes")


def test_nobody_draws_from_a_foreign_course(workshop: Workshop) -> None:
    ada = workshop.ada
    ada.sync()
    foreign = insert(workshop.db, "quizzes", course_id=insert_course(workshop), title="Theirs", is_bank=True)
    quiz = add_quiz(ada)
    ada.replica.edit(ada.course, "Draw", Draft.insert, "quiz_draws", {"quiz_id": str(quiz), "bank_id": str(foreign)})
    ada.sync()
    (conflict,) = ada.replica.conflicts()
    assert (conflict.table, conflict.kind) == ("quiz_draws", "refused")
    assert rows(ada, "quiz_draws") == {}


def test_the_associations_bank_is_a_scope_of_its_own(workshop: Workshop, tmp_path: Path) -> None:
    ada, db = workshop.ada, workshop.db
    admin = db.add_person("administrator")
    bank = uuid4()
    chief = Author(admin, db.store(admin), Replica(tmp_path / "chief", admin.member_id, KEY), bank)
    try:
        chief.replica.edit(bank, "New bank", Draft.insert, "quizzes", {"title": "The association's", "is_bank": True}, bank)
        first = add_question(chief, bank)
        chief.sync()
        assert chief.replica.conflicts() == []
        assert [(one.title, one.waiting) for one in chief.replica.list_checked_out()] == [("The association's", 0)]

        with pytest.raises(NotAllowed):
            exchange(ada.replica, ada.store, bank)
        assert ada.store.read(column, "SELECT title FROM lms.list_banks()") == ["The association's"]
        ada.sync()
        quiz = add_quiz(ada)
        ada.replica.edit(ada.course, "Draw", Draft.insert, "quiz_draws", {"quiz_id": str(quiz), "bank_id": str(bank)})
        ada.sync()
        assert workshop.db.superuser.read(column, "SELECT lms.questions_for(:quiz, :seed)", quiz=quiz, seed=bank) == [first]

        chief.set("quiz_questions", first, points=3)
        chief.sync()
        chief.replica.edit(bank, "Delete", Draft.delete, "quiz_questions", first)
        chief.sync()
        assert rows(chief, "quiz_questions") == {}
    finally:
        chief.replica.close()


def insert_course(workshop: Workshop) -> UUID:
    return insert(workshop.db, "courses", title="Foreign", slug="foreign", description="", category="compliance")


def scalar(session: Session, /, statement: str, **values: object) -> Any:
    return session.execute(sa.text(statement), values).scalar_one()


def column(session: Session, /, statement: str, **values: object) -> list[Any]:
    return list(session.execute(sa.text(statement), values).scalars())


@needs_data("questions")
def test_a_cartridge_brings_its_quizzes_and_its_questions_and_undo_takes_all_of_it_back(workshop: Workshop) -> None:
    ada, ben = workshop.ada, workshop.ben
    ada.sync()
    draft = ada.replica.read(load, ada.course).draft
    folder = TEST_DATA / "questions" / "canvas-qti" / "canvas_cartridge"
    step, _report = import_cartridge(folder, draft, lambda _data, _name, _media_type: "0" * 64, read_assessment)
    before = {table: rows(ada, table) for table in ("lessons", "quizzes", "quiz_questions")}
    ada.replica.edit(ada.course, step.name, write, step.changes)
    ada.sync()
    assert ada.replica.conflicts() == []
    ben.sync()
    (lesson,) = [row for row, values in rows(ben, "lessons").items() if values["title"] == "Every Canvas Interaction"]
    (quiz,) = [row for row, values in rows(ben, "quizzes").items() if values["lesson_id"] == str(lesson)]
    asked = [row for row, values in rows(ben, "quiz_questions").items() if values["quiz_id"] == str(quiz)]
    assert len(asked) > 8
    assert {question(ben, row).type_name for row in asked} >= {"multiple_choice", "matching", "essay", "short_answer", "fill_blank"}
    ada.replica.edit(ada.course, "Undo", write, step.inverse.changes)
    ada.sync()
    assert ada.replica.conflicts() == []
    assert {table: rows(ada, table).keys() for table in before} == {table: found.keys() for table, found in before.items()}


def test_a_copy_of_a_lesson_has_its_quiz_with_questions_and_draws_and_its_assignment(workshop: Workshop) -> None:
    ada, (terms, _duties) = workshop.ada, workshop.lessons
    quiz, bank = add_quiz(ada, lesson_id=str(terms), passing_score=85.5), add_quiz(ada, title="Pool", is_bank=True)
    add_question(ada, quiz)
    retired = add_question(ada, quiz)
    ada.set("quiz_questions", retired, retired=True)
    draw = {"quiz_id": str(quiz), "bank_id": str(bank), "count": 2}
    ada.replica.edit(ada.course, "Draw", Draft.insert, "quiz_draws", draw)
    essay = {"course_id": str(ada.course), "lesson_id": str(terms), "title": "Essay", "description": "Write."}
    ada.replica.edit(ada.course, "Add assignment", Draft.insert, "assignments", essay)
    ada.sync()
    before = {table: rows(ada, table) for table in ("lessons", "quizzes", "quiz_questions", "quiz_draws", "assignments")}

    step = duplicate(ada.replica.read(load, ada.course).draft, [terms])
    ada.replica.edit(ada.course, step.name, write, step.changes)
    ada.sync()
    assert ada.replica.conflicts() == []
    new = {table: {row: values for row, values in rows(ada, table).items() if row not in before[table]} for table in before}
    assert {table: len(found) for table, found in new.items()} == dict.fromkeys(before, 1)
    (lesson,), ((copy, values),) = new["lessons"], new["quizzes"].items()
    assert values == before["quizzes"][quiz] | {"lesson_id": str(lesson)}
    (asked,), (drawn,), (assignment,) = (list(new[table]) for table in ("quiz_questions", "quiz_draws", "assignments"))
    assert question(ada, asked) == CHOICE
    assert new["quiz_questions"][asked]["quiz_id"] == new["quiz_draws"][drawn]["quiz_id"] == str(copy)
    assert new["quiz_draws"][drawn]["bank_id"] == str(bank)
    assert new["assignments"][assignment]["lesson_id"] == str(lesson)

    fragment = copied(ada.replica.read(load, ada.course).draft, [terms])
    fragment = fragment_from_json(fragment_to_json(fragment))  # as the clipboard holds it
    other = CourseDraft({"id": UUID(int=7)})
    other.apply(add_module(other, "Basics"))
    assert not fragment.draws_fit(other.id), "nobody draws from another course"
    brought = [change for change in paste(other, fragment).changes if change.table not in {"lessons", "lesson_attachments"}]
    assert [change.table for change in brought] == ["quizzes", "quiz_questions", "assignments"]
    assert {(change.after or {}).get("course_id", str(other.id)) for change in brought} <= {str(other.id), None}

    everybodys = replace(fragment, banks=frozenset())  # as if the bank were the association's
    assert everybodys.draws_fit(other.id)
    (drawn_there,) = [change for change in paste(other, everybodys).changes if change.table == "quiz_draws"]
    assert (drawn_there.after or {})["bank_id"] == str(bank)
