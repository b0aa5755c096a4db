"""Setting an assignment with clicks and keys, on a real replica, until it is on the server."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from desktop.grading.drafting import find_lesson_assignment
from desktop.store.cipher import new_key
from desktop.store.replica import Replica
from desktop.ui.grading.editor import AssignmentEditorPage, ModelsDialog
from desktop.ui.widgets.states import EmptyState
from tests.support.association import one
from tests.ui.accessibility import assert_accessible

KEY = new_key()


@pytest.fixture
def lessons(association):
    """Two lessons for assignments in the published course."""
    with association.installer() as installer:
        module = one(installer, "SELECT id FROM course_modules WHERE course_id = %s LIMIT 1", association["course"])
        found = [uuid4(), uuid4()]
        for number, lesson in enumerate(found, 90):
            installer.execute(
                "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order, position)"
                " VALUES (%s, %s, 'Write a plan', 'assignment', %s, %s)",
                (lesson, module, number, number),
            )
    return found


@pytest.fixture
def open_editor(loop, association, sign_in, tmp_path, until):
    pages: list[AssignmentEditorPage] = []
    replicas: list[Replica] = []

    async def open_editor(lesson):
        desk = sign_in(association.database, association.people["teacher"])
        if not replicas:
            replicas.append(Replica(tmp_path / "replica", association.people["teacher"].member_id, KEY))
        desk.context.replica = replicas[0]
        page = AssignmentEditorPage(desk.context, association["course"], lesson)
        pages.append(page)
        desk.context.actions.set_current(page)
        page.resize(1100, 800)
        page.show()
        await until(lambda: page.state in {"content", "empty", "error"} and not page.loading, seconds=20)
        if page.state == "empty":
            QTest.mouseClick(page.findChildren(EmptyState)[0].button, Qt.MouseButton.LeftButton)
            await until(lambda: page.state == "content" and not page.loading, seconds=20)
        assert page.state == "content", [notice.message for notice in desk.notices]
        return page

    yield open_editor

    async def end(page):
        page.close()
        await page.context.settled()
        await page.context.close()

    for page in pages:
        loop.run_until_complete(end(page))
        page.deleteLater()
    for replica in replicas:
        replica.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def type_over(line, words):
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, words)


async def test_an_assignment_with_its_rubric_is_set_by_keys_sent_and_its_rubric_used_again(open_editor, association, lessons, until):
    page = await open_editor(lessons[0])
    form = page.settings
    assert form.editors["title"].line.text() == "Write a plan", "the lesson's title is a beginning"
    assert form.rows["allowed_file_types"].isVisibleTo(form)
    assert not form.rows["peer_reviews_required"].isVisibleTo(form), "what means nothing is not asked"

    box = form.editors["submission_type"].box
    box.setCurrentIndex(box.findData("text_entry"))
    box.activated.emit(box.currentIndex())
    await until(lambda: not form.rows["allowed_file_types"].isVisibleTo(form), seconds=20)
    type_over(form.editors["late_penalty_percentage"].line, "5")
    hours = form.editors["late_penalty_interval"].box
    hours.setCurrentIndex(hours.findData("hour"))
    hours.activated.emit(hours.currentIndex())
    type_over(form.editors["late_penalty_floor"].line, "40")
    form.editors["anonymous_grading"].check.click()
    QTest.keyClicks(page.task.edit, "Compare two plans.")
    type_over(form.editors["max_submissions"].line, "0")
    form.flush()
    assert form.rows["max_submissions"].problem == "At least 1, please."

    page.views.set_value("rubric")
    page.stack.setCurrentWidget(page.rubric)
    QTest.mouseClick(page.rubric.criteria.add_button, Qt.MouseButton.LeftButton)
    (criterion,) = page.rubric.criteria.rows
    QTest.keyClicks(criterion.title, "Evidence")
    assert [row.points.value for row in criterion.levels.rows] == [100, 50, 0], "what is left of the points"
    type_over(criterion.levels.rows[0].points, "40")
    type_over(criterion.levels.rows[1].points, "15.5")
    assert criterion.points.value == 40, "the best level says what the criterion gives"
    assert page.rubric.flaw_label.text()
    QTest.mouseClick(page.rubric.criteria.add_button, Qt.MouseButton.LeftButton)
    style = page.rubric.criteria.rows[1]
    QTest.keyClicks(style.title, "Style")
    QTest.keyClick(style.title, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert_accessible(page)
    await page.save()
    await page.context.settled()

    with association.installer() as installer:
        row = installer.execute(
            "SELECT submission_type, late_penalty_percentage, late_penalty_interval, late_penalty_floor, anonymous_grading,"
            " max_submissions, instructions_html, rubric, total_points FROM assignments WHERE lesson_id = %s",
            (lessons[0],),
        ).fetchone()
    assert row[:6] == ("text_entry", 5, "hour", 40, True, 1)
    assert row[6] == "<p>Compare two plans.</p>"
    assert [entry["criterion"] for entry in row[7]] == ["Style", "Evidence"]
    assert [level["points"] for level in row[7][1]["levels"]] == [40, 15.5, 0]
    assert row[8] == 100

    stored = (await page.context.look(find_lesson_assignment, lessons[0])).rubric
    assert stored == page.rubric.rubric()
    await page.undo()
    await until(lambda: page.rubric.rubric() != stored, seconds=20)
    await page.redo()
    await until(lambda: page.rubric.rubric() == stored, seconds=20)

    QTest.mouseClick(page.rubric.total_button, Qt.MouseButton.LeftButton)
    await until(lambda: not page.rubric.total_button.isVisibleTo(page), seconds=20)
    assert page.assignment.points == sum(one.points for one in stored)

    other = await open_editor(lessons[1])
    other.rubric.use_asked.emit()
    await until(lambda: other.findChild(ModelsDialog) is not None, seconds=20)
    other.findChild(ModelsDialog).accept()
    await until(lambda: len(other.rubric.rubric()) == 2, seconds=20)
    await other.flush()
    await other.context.settled()
    reused = (await other.context.look(find_lesson_assignment, lessons[1])).rubric
    assert [(one.title, one.points) for one in reused] == [(one.title, one.points) for one in stored]
    assert {one.id for one in reused}.isdisjoint({one.id for one in stored})
    assert reused[1].points == Decimal(40)
