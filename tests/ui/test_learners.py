"""An instructor's learners, and nobody else's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.learning.commands import enroll
from desktop.learning.queries import count_learners, list_learner_keys, page_learners
from desktop.ui.members.learners import LearnersPage
from tests.support.courses import add_course


async def test_lists_who_takes_my_courses_and_finds_them(db, sign_in, qtbot, until):
    teacher = db.add_person("instructor")
    mine, second = (add_course(db, instructor_id=teacher.member_id) for _course in range(2))
    ana = db.add_person("learner", first_name="Ana", last_name="Reed")
    ben = db.add_person("learner", first_name="Ben", last_name="Moss")
    stranger = db.add_person("learner", first_name="Cleo", last_name="Else")
    for person, course in ((ana, mine), (ana, second), (ben, mine), (stranger, add_course(db))):
        db.store(person).write(enroll, course)
    page = LearnersPage(sign_in(db, teacher).context)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    await until(lambda: page.state == "content" and not page.loading)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = [row for at in range(page.model.rowCount()) if (row := page.model.row(at)) is not None]
    assert [(row.name, row.courses) for row in rows] == [("Ben Moss", 1), ("Ana Reed", 2)]
    qtbot.keyClicks(page.search, "ana")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    await until(lambda: not page.loading and page.model.rowCount() == 1)
    qtbot.keyClicks(page.search, "xyz")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    await until(lambda: page.views.currentWidget() is page.nothing)


def test_pages_of_learners_follow_on_from_each_other(db):
    teacher = db.add_person("instructor")
    course = add_course(db, instructor_id=teacher.member_id)
    for number in range(7):
        db.store(db.add_person("learner", last_name=f"Name {number % 3}")).write(enroll, course)
    store = db.store(teacher)
    whole = store.read(page_learners)
    assert store.read(count_learners) == len(whole) == 7
    keys = store.read(list_learner_keys, "", 2)
    assert [key.id for key in keys] == [row.id for row in whole[1::2]]
    assert store.read(page_learners, "", keys[1], 2) == whole[4:6]
    assert db.store(db.add_person("instructor")).read(page_learners) == ()
