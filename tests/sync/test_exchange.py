"""Two authors of one course, a real Postgres between them."""

from __future__ import annotations

from uuid import UUID

import pytest

from desktop.errors import NotAllowed
from desktop.store.replica import Draft
from desktop.sync.commands import push
from desktop.sync.exchange import exchange
from tests.support.courses import insert
from tests.sync.conftest import Workshop


def test_a_title_edited_here_is_there(workshop: Workshop) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    ada.set("lessons", terms, title="Terms and words")
    assert ada.titles() == ["Terms and words", "Duties"]
    assert ada.replica.waiting() == 1
    assert ben.titles() == ["Terms", "Duties"]
    ada.sync()
    ben.sync()
    assert ada.replica.waiting() == 0
    assert ben.titles() == ["Terms and words", "Duties"]


def test_two_edits_of_one_field_are_a_conflict_and_neither_is_lost(workshop: Workshop) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    ada.set("lessons", terms, title="By Ada", description="Hers")
    ben.set("lessons", terms, title="By Ben")
    ada.sync()
    ben.sync()
    assert ben.lesson(terms).values["title"] == "By Ada"
    assert ben.lesson(terms).values["description"] == "Hers"
    (conflict,) = ben.replica.conflicts()
    (title,) = conflict.fields
    assert (title.name, title.seen, title.mine, title.theirs) == ("title", "Terms", "By Ben", "By Ada")
    ben.replica.settle(conflict, {"title": "By Ada and Ben"})
    assert ben.replica.conflicts() == []
    ben.sync()
    ada.sync()
    assert ada.lesson(terms).values["title"] == "By Ada and Ben"


def test_rows_are_added_moved_and_deleted(workshop: Workshop) -> None:
    ada, ben, (terms, duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()

    def build(draft: Draft) -> UUID:
        module = draft.insert("course_modules", {"course_id": str(workshop.course), "title": "Practice"})
        lesson = draft.insert("lessons", {"module_id": str(module), "title": "Cases", "lesson_type": "text"})
        draft.update("lessons", duties, {"module_id": str(module), "position": draft.place("lessons", module, first=True)})
        draft.delete("lessons", terms)
        return lesson

    done = ada.replica.edit(workshop.course, "Rebuild", build)
    ada.sync()
    ben.sync()
    assert ben.titles("course_modules") == ["Basics", "Practice"]
    module = ben.lesson(done.value).parent
    assert module is not None
    assert [row["title"] for row in ben.replica.read(lambda reader: reader.children("lessons", module))] == ["Duties", "Cases"]
    assert ada.replica.conflicts() == []

    assert done.undo is not None
    done.undo.command(*done.undo.arguments)
    ada.sync()
    ben.sync()
    assert sorted(ben.titles()) == ["Duties", "Terms"]
    assert ada.replica.conflicts() == []


@pytest.mark.parametrize("again", [1, 2])
def test_an_answer_that_was_lost_is_given_again(workshop: Workshop, again: int) -> None:
    ada, (terms, _duties) = workshop.ada, workshop.lessons
    ada.sync()
    ada.set("lessons", terms, title="Once")
    for _time in range(again):
        ada.store.write(push, ada.replica.seal(workshop.course))  # the answer never arrives
    ada = workshop.reopened(ada)
    ada.set("lessons", terms, title="Twice")
    ada.sync()
    assert ada.replica.conflicts() == []
    assert ada.lesson(terms).values["title"] == "Twice"


def test_a_course_begun_here_is_made_there(workshop: Workshop) -> None:
    ada, ben, course = workshop.ada, workshop.ben, UUID(int=4711)

    def begin(draft: Draft) -> None:
        draft.insert("courses", {"title": "On a train", "slug": "on-a-train", "description": "", "category": "compliance"}, course)
        draft.insert("course_modules", {"course_id": str(course), "title": "First"})

    ada.replica.edit(course, "New course", begin)
    exchange(ada.replica, ada.store, course)
    assert ada.replica.waiting() == 0
    assert ada.replica.conflicts() == []
    row = ada.replica.read(lambda reader: reader.get("courses", course))
    assert (row["status"], row["instructor_id"]) == ("draft", str(ada.person.member_id))
    with pytest.raises(NotAllowed):
        exchange(ben.replica, ben.store, course)


def test_what_learners_have_records_on_stays(workshop: Workshop) -> None:
    ada, (terms, _duties) = workshop.ada, workshop.lessons
    ada.sync()
    learner = workshop.db.add_person()
    enrollment = insert(workshop.db, "enrollments", member_id=learner.member_id, course_id=workshop.course)
    insert(workshop.db, "lesson_progress", enrollment_id=enrollment, lesson_id=terms)
    ada.replica.edit(workshop.course, "Delete lesson", Draft.delete, "lessons", terms)
    ada.sync()
    assert ada.titles() == ["Terms", "Duties"]
    (conflict,) = ada.replica.conflicts()
    assert (conflict.kind, conflict.message) == ("refused", "Learners have records on this, so it stays.")


def test_one_refused_change_takes_none_of_its_batch_with_it(workshop: Workshop) -> None:
    ada, ben, (terms, duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    (module,) = (row.id for row in ada.replica.read(lambda reader: reader.list_all("course_modules", workshop.course)))
    ben.set("lessons", terms, title="By Ben")
    ben.sync()
    ada.set("lessons", terms, title="By Ada")
    ada.set("course_modules", module, title="Before")
    ada.set("lessons", duties, min_time_seconds="soon")  # no number: the table refuses it
    added = ada.replica.edit(workshop.course, "Add", Draft.insert, "course_modules", {"course_id": str(workshop.course), "title": "After"})
    batch = ada.replica.seal(workshop.course)
    outcomes, _delta = ada.store.write(push, batch)
    again, delta = ada.store.write(push, batch)
    assert again == outcomes
    ada.replica.finish(again, delta)
    ben.sync()
    assert [one.result for one in outcomes] == ["conflict", "done", "refused", "done"]
    assert ben.titles() == ["By Ben", "Duties"]
    assert ben.titles("course_modules") == ["Before", "After"]
    assert [one.id for one in ben.replica.read(lambda reader: reader.list_all("course_modules", workshop.course))] == [module, added.value]
    assert {(one.kind, tuple(field.mine for field in one.fields)) for one in ada.replica.conflicts()} == {
        ("conflict", ("By Ada",)),
        ("refused", ("soon",)),
    }


def test_an_edit_of_what_somebody_deleted_can_be_restored_with_all_it_belonged_to(workshop: Workshop) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    ada.replica.edit(workshop.course, "Delete module", Draft.delete, "course_modules", workshop.module)
    ben.set("lessons", terms, title="Ben's terms")
    ada.sync()
    ben.sync()
    assert ben.titles() == []
    (conflict,) = ben.replica.conflicts()
    assert (conflict.kind, conflict.row["title"]) == ("gone", "Ben's terms")
    ben.replica.restore(conflict)
    assert ben.titles("course_modules") == ["Basics"]
    ben.sync()
    ada.sync()
    assert ada.titles() == ["Ben's terms"]
    assert ben.replica.conflicts() == []


def test_what_was_changed_meanwhile_is_not_deleted(workshop: Workshop) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    ben.set("lessons", terms, description="Much work")
    ben.sync()
    ada.replica.edit(workshop.course, "Delete lesson", Draft.delete, "lessons", terms)
    ada.sync()
    assert ada.lesson(terms)["description"] == "Much work"
    (conflict,) = ada.replica.conflicts()
    assert (conflict.kind, [field.name for field in conflict.fields]) == ("kept", ["description"])
    ada.replica.delete_anyway(conflict)
    ada.sync()
    ben.sync()
    assert ben.titles() == ["Duties"]
