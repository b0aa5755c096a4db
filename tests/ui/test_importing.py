"""Packages in the window: what is asked, what is said, what is kept, and how a new version takes the place of an old one."""

from __future__ import annotations

import asyncio
import zipfile

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.courses.queries import list_outline
from desktop.learning.commands import enroll
from desktop.scorm.queries import list_imports, list_waiting_media
from desktop.scorm.report import ImportReport
from desktop.ui.courses.dialogs import Remarks, ReportDialog
from desktop.ui.courses.importing_dialogs import ChoiceDialog, PackagesDialog, ReplaceDialog
from desktop.ui.courses.page import CoursePage
from desktop.ui.widgets.buttons import Button
from tests.support.clips import make_clip
from tests.support.courses import add_course, add_module
from tests.support.scorm_packages import make_package
from tests.ui.accessibility import assert_accessible

PAGES = {"Ebb": "1", "Flood": "2"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))


@pytest.fixture
def teach(db, sign_in, qtbot, until):
    """A course page as its instructor sees it; the course has one module."""

    async def teach():
        teacher = db.add_person("instructor")
        course = add_course(db, "Tides", instructor_id=teacher.member_id)
        add_module(db, course)
        desk = sign_in(db, teacher)
        page = CoursePage(desk.context, course)
        qtbot.addWidget(page)
        page.resize(1100, 800)
        page.show()
        await until(lambda: page.state == "content" and not page.loading)
        return page, desk, db.store(teacher)

    return teach


@pytest.fixture
def dialog(until):
    """Wait for a dialog of a kind on a page."""

    async def dialog(page, kind):
        await until(lambda: [one for one in page.findChildren(kind) if one.isVisible()], seconds=30)
        return next(one for one in page.findChildren(kind) if one.isVisible())

    return dialog


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def lessons_of(store, page):
    return store.read(list_outline, page.course_id, None)[1]


def sentences(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


async def test_a_package_of_one_part_is_imported_without_a_question(teach, qtbot, until, tmp_path):
    page, desk, store = await teach()
    page.import_package(make_package(tmp_path / "one.zip", {"Ebb": "x"}))
    await until(lambda: desk.notices, seconds=30)
    assert desk.notices[-1].message == "“Made up” was imported."
    assert [lesson.title for lesson in lessons_of(store, page)] == ["Made up"]


async def test_the_author_may_have_a_lesson_for_each_part(teach, dialog, qtbot, until, tmp_path):
    page, desk, store = await teach()
    page.import_package(make_package(tmp_path / "two.zip", PAGES))
    question = await dialog(page, ChoiceDialog)
    assert question.whole.isChecked()
    assert question.organization.isHidden() or not question.organization.isVisible()
    assert_accessible(question)
    press(qtbot, question.parts)
    press(qtbot, question.button)
    await until(lambda: desk.notices, seconds=30)
    assert desk.notices[-1].message == "“Made up” was imported as 2 lessons."
    assert [lesson.title for lesson in lessons_of(store, page)] == ["Ebb", "Flood"]


async def test_another_organization_can_be_chosen(teach, dialog, qtbot, until, tmp_path):
    page, desk, store = await teach()
    short = (
        '<organization identifier="s"><title>Short</title><item identifier="x" identifierref="r0"><title>Only</title></item></organization>'
    )
    page.import_package(make_package(tmp_path / "ways.zip", PAGES, organizations=short))
    question = await dialog(page, ChoiceDialog)
    assert question.organization.currentText() == "Made up"
    press(qtbot, question.parts)
    qtbot.keyClick(question.organization, Qt.Key.Key_Down)
    assert question.organization.currentText() == "Short"
    assert question.whole.isChecked(), "there is only one part"
    press(qtbot, question.button)
    await until(lambda: desk.notices, seconds=30)
    assert [lesson.title for lesson in lessons_of(store, page)] == ["Short"]


async def test_cancelling_the_question_leaves_nothing(teach, dialog, qtbot, until, tmp_path):
    page, desk, store = await teach()
    page.import_package(make_package(tmp_path / "two.zip", PAGES))
    question = await dialog(page, ChoiceDialog)
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    cache = next(tmp_path.glob("home/**/packages"))
    await until(lambda: not list(cache.iterdir()), seconds=30)
    assert lessons_of(store, page) == ()
    assert desk.notices == []


async def test_the_report_is_read_at_once_and_later(teach, dialog, qtbot, until, tmp_path):
    page, desk, _store = await teach()
    source = make_package(tmp_path / "odd.zip", {"Ebb": "x"}, version="7.3")
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("Deep\\file.txt", "x")
    page.import_package(source)
    await until(lambda: desk.notices, seconds=30)
    assert desk.notices[-1].button == "Show report"
    page._show_packages()
    packages = await dialog(page, PackagesDialog)
    assert_accessible(packages)
    assert any("SCORM 1.2 · odd.zip" in one for one in sentences(packages))
    press(qtbot, packages.report_buttons["Made up"])
    report = await dialog(packages, ReportDialog)
    assert {"7.3", "Deep\\file.txt"} <= set(sentences(report))
    report.accept()
    packages.accept()


async def test_media_are_converted_behind_the_authors_back(teach, qtbot, until, tmp_path):
    page, desk, store = await teach()
    clip = make_clip(tmp_path / "film.mp4").read_bytes()
    page.import_package(make_package(tmp_path / "film.zip", {"Ebb": "x"}, files={"film.mp4": clip}))
    await until(lambda: desk.notices, seconds=30)
    await until(lambda: not store.read(list_waiting_media), seconds=60)
    await desk.context.settled()
    lesson = lessons_of(store, page)[0]
    assert store.read(list_imports, lesson.id)[0].waiting == 0


async def test_a_new_version_is_judged_before_it_replaces_the_old(db, teach, dialog, qtbot, until, tmp_path):
    page, desk, store = await teach()
    page.import_package(make_package(tmp_path / "v1.zip", PAGES))
    press(qtbot, (await dialog(page, ChoiceDialog)).button)
    await until(lambda: desk.notices, seconds=30)
    learner = db.add_person("learner")
    enrollment = db.store(learner).write(enroll, page.course_id).value
    lesson = lessons_of(store, page)[0]
    with_record(db, enrollment, lesson.id)

    for answer in ("cancel", "button"):
        page._show_packages()
        packages = await dialog(page, PackagesDialog)
        press(qtbot, packages.replace_buttons["Made up"])
        chooser = await dialog(packages, QFileDialog)
        chooser.fileSelected.emit(str(make_package(tmp_path / "v2.zip", {"Ebb": "1"})))
        question = await dialog(page, ReplaceDialog)
        assert_accessible(question)
        said = sentences(question)
        assert "1 learner has a record in this lesson." in said
        assert "It is no longer there. What learners did in it is kept, but does not count any more." in said
        assert "Flood" in said
        press(qtbot, getattr(question, answer))
        await until(lambda: not [one for one in page.findChildren(ReplaceDialog) if one.isVisible()])
        if answer == "cancel":
            await asyncio.sleep(0.05)
            assert [record.version for record in store.read(list_imports, lesson.id)] == [1]
    await until(lambda: desk.notices[-1].message.startswith("“Made up” now plays v2.zip"), seconds=30)
    assert [record.version for record in store.read(list_imports, lesson.id)] == [2, 1]


def with_record(db, enrollment, lesson):
    import psycopg

    with psycopg.connect(db.dsn) as connection:
        connection.execute(
            "INSERT INTO public.lesson_progress (enrollment_id, lesson_id, status, started_at) VALUES (%s, %s, 'in_progress', now())",
            (enrollment, lesson),
        )


def test_what_is_said_of_many_files_is_said_once(qtbot):
    report = ImportReport()
    for n in range(3000):
        report.warn("backslash", f"folder\\page{n}.html", "The path is written with backslashes.")
    report.problem("missing-file", "index.html", "The file is not in the package.")
    remarks = Remarks(report)
    qtbot.addWidget(remarks)
    remarks.show()
    said = sentences(remarks)
    assert said[:2] == ["The file is not in the package.", "index.html"]
    assert said[3].splitlines() == [f"folder\\page{n}.html" for n in range(5)]
    (button,) = remarks.findChildren(Button)
    assert button.text() == "Show all 3,000"
    assert_accessible(remarks)
    press(qtbot, button)
    assert len(sentences(remarks)[3].splitlines()) == 3000
    assert button.isHidden()
