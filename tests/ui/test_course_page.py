"""A course's page, as learners and as those who teach it."""

from __future__ import annotations

import zipfile

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from desktop.ui.courses.dialogs import EditCourseDialog, NewLessonDialog, TitleDialog
from desktop.ui.courses.outline import LessonButton
from desktop.ui.courses.page import CoursePage
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.surfaces import Dialog
from tests.support.courses import add_course, add_lesson, add_module


@pytest.fixture
def open_course(qtbot, sign_in, until):
    async def open_course(database, person, course, **arguments):
        desk = sign_in(database, person)
        page = CoursePage(desk.context, course, **arguments)
        qtbot.addWidget(page)
        page.resize(1100, 800)
        page.show()
        await until(lambda: page.state in {"content", "error"} and not page.loading)
        return page, desk

    return open_course


@pytest.fixture
def ethics(db):
    """A course of two readings, the second locked until the first is done."""
    course = add_course(db, "Ethics", short_description="Right and wrong")
    module = add_module(db, course)
    first = add_lesson(db, module, "Terms", 1, is_preview=True)
    add_lesson(db, module, "Cases", 2, unlock_after_lesson_id=first)
    return course


def buttons(page: CoursePage) -> list[LessonButton]:
    return [button for module in page.outline_view.modules for button in module.buttons()]


async def test_a_learner_enrols_with_one_click_and_opens_the_first_lesson(db, ethics, open_course, qtbot, until):
    page, desk = await open_course(db, db.add_person("learner"), ethics)
    assert page.header.title == "Ethics"
    assert page.step_button.text() == "Enroll"
    assert [button.isEnabled() for button in buttons(page)] == [True, False]
    qtbot.mouseClick(page.step_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.step_button.text() == "Start" and not page.loading)
    assert desk.notices[-1].message == "You are enrolled."
    qtbot.mouseClick(page.step_button, Qt.MouseButton.LeftButton)
    place, arguments = desk.opened[-1]
    assert place == "lesson"
    assert arguments["lesson"] == buttons(page)[0].lesson.row.id
    assert arguments["enrollment"] is not None


async def test_in_a_narrow_window_the_columns_stand_one_above_the_other(db, ethics, open_course, until):
    page, desk = await open_course(db, db.add_person("learner"), ethics)
    beside = page._side.mapTo(page, page._side.rect().topLeft())
    assert beside.x() > page.outline_view.mapTo(page, page.outline_view.rect().topRight()).x()
    page.resize(480, 760)
    await until(lambda: page.outline_view.width() > 380, seconds=20)
    assert (
        page._side.mapTo(page, page._side.rect().bottomLeft()).y() < page.outline_view.mapTo(page, page.outline_view.rect().topLeft()).y()
    )
    page.resize(1100, 800)
    await until(lambda: page._side.mapTo(page, page._side.rect().topLeft()) == beside, seconds=20)
    await desk.context.settled()


async def test_a_locked_lesson_says_what_comes_first_and_does_not_open(db, ethics, open_course, qtbot, until):
    page, desk = await open_course(db, db.add_person("learner"), ethics)
    qtbot.mouseClick(page.step_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.step_button.text() == "Start" and not page.loading)
    locked = buttons(page)[1]
    assert "Complete “Terms” first" in locked.accessibleName()
    qtbot.mouseClick(locked, Qt.MouseButton.LeftButton)
    assert desk.opened == []


async def test_a_preview_opens_without_an_enrolment_and_records_nothing(db, ethics, open_course, qtbot):
    page, desk = await open_course(db, db.add_person("learner"), ethics)
    qtbot.keyClick(buttons(page)[0], Qt.Key.Key_Space)
    assert desk.opened[-1][1]["enrollment"] is None


async def test_a_closed_course_has_no_button_but_a_reason(db, open_course):
    page, _desk = await open_course(db, db.add_person("learner"), add_course(db, allow_enrollment=False))
    assert page.step_button.isHidden()
    assert page.step_hint.text() == "Enrollment is closed. Ask its instructor whether it opens again."


async def test_a_course_that_is_not_there_is_an_error_in_place(db, ethics, open_course):
    page, _desk = await open_course(db, db.add_person("learner"), add_course(db, status="draft"))
    assert page.state == "error"
    assert page._error.sentence == "This course does not exist, or you may not see it."


async def test_an_author_fills_a_draft_and_publishes_it(db, open_course, qtbot, until):
    teacher = db.add_person("instructor")
    course = add_course(db, "Ethics", status="draft", instructor_id=teacher.member_id)
    page, desk = await open_course(db, teacher, course)
    assert page.step_button.text() == "Publish"
    assert not page.step_button.isEnabled()
    assert not page.check.isHidden()
    qtbot.mouseClick(page.add_module_button, Qt.MouseButton.LeftButton)
    (dialog,) = page.findChildren(TitleDialog)
    qtbot.keyClicks(dialog.line, "Basics")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    await until(lambda: len(page.outline_view.modules) == 1 and not page.loading)
    page._add_lesson(page._outline.modules[0].row.id, "text")
    (reading,) = page.findChildren(NewLessonDialog)
    qtbot.keyClicks(reading.lesson_title, "Terms & <b>conditions</b>")
    qtbot.keyClicks(reading.text, "Be fair.")
    qtbot.mouseClick(reading.button, Qt.MouseButton.LeftButton)
    await until(lambda: len(buttons(page)) == 1 and not page.loading)
    await until(page.step_button.isEnabled)
    qtbot.mouseClick(page.step_button, Qt.MouseButton.LeftButton)
    await until(lambda: desk.notices and desk.notices[-1].message == "Published.")
    await until(lambda: page._course.status == "published" and not page.loading)
    assert page.step_button.text() == "Preview as a learner"


async def test_editing_sends_only_what_was_changed_and_can_be_undone(db, open_course, qtbot, until):
    teacher = db.add_person("instructor")
    page, desk = await open_course(db, teacher, add_course(db, "Ethics", instructor_id=teacher.member_id))
    desk.context.undo.activate(page.document)
    page._edit()
    (dialog,) = page.findChildren(EditCourseDialog)
    dialog.course_title.setText("Ethics at work")
    assert dialog.changed() == {"title": "Ethics at work"}
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    await until(lambda: page.header.title == "Ethics at work")
    assert desk.context.undo.active.undo_name == "Edit course"


async def test_previewing_as_a_learner_hides_the_authors_controls(db, ethics, open_course):
    admin = db.add_person("administrator")
    page, _desk = await open_course(db, admin, ethics, as_learner=True)
    assert page.add_module_button.isHidden()
    assert page.step_button.isHidden()
    assert [button.isEnabled() for button in buttons(page)] == [True, False]


async def test_at_no_width_is_anything_cut_off(db, ethics, open_course, until):
    page, _ = await open_course(db, db.add_person("administrator"), ethics)
    body = page.outline_view.parentWidget()
    for width in (480, 620, 760, 900, 1100):
        page.resize(width, 800)
        await until(lambda width=width: page.outline_view.window().width() == width and body.layout().geometry().width() == body.width())
        assert body.minimumSizeHint().width() <= body.parentWidget().width() <= width


async def test_a_package_that_is_none_leaves_the_draft_as_it_was(db, open_course, until, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    teacher = db.add_person("instructor")
    page, desk = await open_course(db, teacher, add_course(db, status="draft", instructor_id=teacher.member_id))
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("readme.txt", "no manifest")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(broken))])
    page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    await until(lambda: desk.notices, seconds=15)
    assert "imsmanifest.xml" in desk.notices[-1].message
    await until(lambda: not page.loading)
    assert page.outline_view.modules == []


async def test_a_learner_reads_what_is_pending_and_cancels_it(association, open_course, qtbot, until):
    page, desk = await open_course(association.database, association.people["paula"], association["paid"])
    assert "is to be confirmed by an administrator" in page.step_hint.text()
    qtbot.mouseClick(page.step_button, Qt.MouseButton.LeftButton)
    (asked,) = page.findChildren(Dialog)
    (yes,) = [button for button in asked.findChildren(Button) if button.text() == "Cancel enrollment"]
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    await until(lambda: page.step_button.text() == "Enroll", seconds=20)
    assert "You pay $" in page.step_hint.text()
    qtbot.mouseClick(page.step_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.step_button.text() == "Cancel enrollment…", seconds=20)
    assert "Your seat is held" in desk.notices[-1].message
    await desk.context.settled()
