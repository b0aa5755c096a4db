"""Building a course as an instructor does: real clicks and keys, a real replica, a real Postgres behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.courses.export import Format
from desktop.store.cipher import new_key
from desktop.store.replica import Replica
from desktop.tasks import Tasks
from desktop.ui.context import Context
from desktop.ui.courses.editor import CourseEditorPage
from desktop.ui.courses.editor_export import ReportDialog, export_to, import_from
from desktop.ui.courses.editor_find import FindDialog
from desktop.ui.courses.editor_history import HistoryDialog
from desktop.ui.courses.editor_preview import PreviewDialog
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.richtext_page import BUNDLE
from tests.support.clips import make_clip
from tests.support.courses import add_course, add_lesson, add_module
from tests.support.drafts import shape
from tests.support.postgres import Database, Person
from tests.ui.accessibility import assert_accessible
from tests.ui.conftest import Desk, SignIn, sign_in, tasks, until

__all__ = ["sign_in", "tasks", "until"]

pytestmark = pytest.mark.skipif(not BUNDLE.exists(), reason="the text editor is not built here; ./lms does it")

KEY = new_key()


def query(db: Database, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(db.dsn) as connection:
        cursor = connection.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


class Author:
    """The editor on the screen, and the hands of its author."""

    def __init__(self, page: CourseEditorPage, desk: Desk, until: Any) -> None:
        self.page, self.desk, self.until = page, desk, until

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return shape(self.page.session.draft)

    def row(self, title: str) -> UUID:
        rows = self.page.session.draft.rows
        (found,) = [row["id"] for table in ("course_modules", "lessons") for row in rows[table].values() if row["title"] == title]
        return UUID(str(found))

    def lesson(self, title: str) -> dict[str, Any]:
        return self.page.session.draft.row("lessons", self.row(title))

    def select(self, *titles: str) -> None:
        self.page.tree.select([self.row(title) for title in titles])

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, on: QWidget | None = None) -> None:
        QTest.keyClick(on or QApplication.focusWidget() or self.page.tree, key, modifiers)

    async def type_title(self, title: str) -> None:
        """Into the editor that is open in the outline.

        Without a screen a menu that closes may take the active window along, late, and with it the editor that had just opened: then it is
        opened again, as F2 does.
        """
        for _turn in range(50):
            if self.page.tree.findChild(QLineEdit) is not None:
                break
            await asyncio.sleep(0.02)
        else:
            self.page.tree.setFocus()
            self.page.tree.edit(self.page.tree.currentIndex())
        await self.until(lambda: self.page.tree.findChild(QLineEdit) is not None)
        editor = self.page.tree.findChild(QLineEdit)
        assert editor is not None
        editor.selectAll()
        QTest.keyClicks(editor, title)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await self.until(lambda: self.page.tree.findChild(QLineEdit) is None)  # it commits once the key is through

    def choose(self, menu_of: QWidget, text: str) -> None:
        """An entry of a button's menu."""
        menu: Any = menu_of.menu()  # type: ignore[attr-defined]
        (action,) = [one for one in menu.actions() if one.text().split("\t")[0] == text]
        assert isinstance(action, QAction)
        action.trigger()

    async def saved(self) -> None:
        await self.page.flush()
        await self.until(lambda: not self.page.session.busy)

    async def undo(self) -> None:
        await self.page._undo()

    async def redo(self) -> None:
        await self.page._redo()


type Open = Callable[..., Any]


@pytest.fixture
def open_editor(loop: asyncio.AbstractEventLoop, sign_in: SignIn, tasks: Tasks, tmp_path: Path, until: Any) -> Iterator[Open]:
    """``await open_editor(db, person, course)``; what is open is closed as a window would be. A second call is a restart."""
    pages: list[CourseEditorPage] = []
    replicas: list[Replica] = []

    async def end(page: CourseEditorPage) -> None:
        page.close()
        await page.context.settled()
        page.session.rest()
        await page.text.close_editor()
        await page.context.close()

    async def open_editor(db: Database, person: Person, course: UUID) -> Author:
        for page in pages:
            await end(page)
        pages.clear()
        while replicas:
            replicas.pop().close()
        desk = sign_in(db, person)
        replica = Replica(tmp_path / "replica", person.member_id, KEY)
        replicas.append(replica)
        context: Context = desk.context
        context.replica = replica
        page = CourseEditorPage(context, course)
        pages.append(page)
        context.undo.activate(page.document)
        context.actions.set_current(page)
        page.resize(1280, 800)
        page.show()
        await until(lambda: page.state in {"content", "error"} and not page.loading, seconds=20)
        assert page.state == "content", [notice.message for notice in desk.notices]
        return Author(page, desk, until)

    yield open_editor
    for page in pages:
        loop.run_until_complete(end(page))
        page.deleteLater()
    for replica in replicas:
        replica.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


@pytest.fixture
def ada(db: Database) -> Person:
    return db.add_person("instructor")


@pytest.fixture
def ethics(db: Database, ada: Person) -> UUID:
    course = add_course(db, "Ethics", instructor_id=ada.member_id, status="draft", short_description="Right and wrong")
    module = add_module(db, course, "Basics")
    add_lesson(db, module, "Terms", 1)
    add_lesson(db, module, "Cases", 2)
    add_module(db, course, "Practice", 2)
    return course


async def test_the_outline_is_changed_by_keys_and_taken_back_by_name(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    assert author.shape == [("Basics", ["Terms", "Cases"]), ("Practice", [])]
    author.select("Cases")
    author.press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier, author.page.tree)
    assert author.shape == [("Basics", ["Terms"]), ("Practice", ["Cases"])]
    author.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier, author.page.tree)
    assert author.shape[1] == ("Practice", ["Cases", "Cases (2)"])
    author.press(Qt.Key.Key_Delete, on=author.page.tree)
    await author.saved()
    stack = author.desk.context.undo.active
    assert stack.undo_name == "Delete “Cases (2)”"
    for expected in (["Cases", "Cases (2)"], ["Cases"], []):
        await author.undo()
        assert author.shape[1] == ("Practice", expected)
    for expected in (["Cases"], ["Cases", "Cases (2)"], ["Cases"]):
        await author.redo()
        assert author.shape[1] == ("Practice", expected)


async def test_undo_works_after_a_restart(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    author.select("Terms")
    author.page.tree.setFocus()
    author.press(Qt.Key.Key_F2, on=author.page.tree)
    await author.type_title("Words")
    await author.saved()
    author = await open_editor(db, ada, ethics)
    assert author.shape[0] == ("Basics", ["Words", "Cases"])
    assert author.desk.context.undo.active.undo_name == "Rename “Terms”"
    await author.undo()
    assert author.shape[0] == ("Basics", ["Terms", "Cases"])


async def test_typing_is_saved_by_itself_and_reaches_the_server_with_ctrl_s(
    db: Database, ada: Person, ethics: UUID, open_editor: Open
) -> None:
    author = await open_editor(db, ada, ethics)
    author.select("Terms")
    await author.until(lambda: author.page.text.rich)
    author.page.text.focus_text()
    await asyncio.sleep(0.2)
    target = author.page.text.view.focusProxy()
    QTest.keyClick(target, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(target, " More")
    await author.until(lambda: author.lesson("Terms")["content_html"] == "<p>Words. More</p>")
    await author.until(lambda: author.page.status.text().startswith("Saved here"))
    await author.page.save()
    found = query(db, "SELECT content_html FROM public.lessons WHERE title = 'Terms'")
    assert found == [("<p>Words. More</p>",)]
    assert author.page.status.text() == "Saved here"


async def test_what_is_wrong_is_said_at_the_field_and_not_kept(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    author.page.course_button.click()
    form = author.page.forms["courses"]
    price, members = form.editors["price"], form.editors["member_price"]
    QTest.keyClicks(price.widget, "x")
    QTest.keyClick(price.widget, Qt.Key.Key_Return)
    assert form.rows["price"].problem == "A number with at most two decimals, please."
    price.widget.clear()
    QTest.keyClicks(price.widget, "120.50")
    QTest.keyClick(price.widget, Qt.Key.Key_Return)
    assert author.page.session.draft.course["price"] == 120.5
    QTest.keyClicks(members.widget, "130")
    QTest.keyClick(members.widget, Qt.Key.Key_Return)
    assert form.rows["member_price"].problem == "Members would pay more than others."
    assert author.page.session.draft.course["member_price"] is None
    title = form.editors["title"].widget
    title.setFocus()
    title.selectAll()
    QTest.keyClick(title, Qt.Key.Key_Delete)
    await author.until(lambda: form.rows["title"].problem == "A course needs a title.")
    assert author.page.session.draft.course["title"] == "Ethics"


async def test_who_teaches_what_comes_before_and_the_address_are_chosen(
    db: Database, ada: Person, ethics: UUID, open_editor: Open, tmp_path: Path
) -> None:
    bob = db.add_person("instructor")
    query(db, f"UPDATE public.members SET first_name = 'Bob', last_name = 'Moss' WHERE id = '{bob.member_id}'")
    law = add_course(db, "Law", instructor_id=ada.member_id, status="draft")
    query(db, f"UPDATE public.courses SET slug = 'law' WHERE id = '{law}'")
    author = await open_editor(db, ada, ethics)
    page = author.page
    page.course_button.click()
    form = page.forms["courses"]
    people, before, slug = form.editors["instructor_id"], form.editors["prerequisites"], form.editors["slug"]
    await author.until(lambda: people.box.count() == 2)
    # Typed and Enter, or chosen and clicked.
    QTest.keyClicks(people.box.lineEdit(), "Nobody")
    QTest.mouseClick(people.add_button, Qt.MouseButton.LeftButton)
    assert form.rows["instructor_id"].problem == "Nobody of this name teaches here."
    people.box.lineEdit().clear()
    QTest.keyClicks(people.box.lineEdit(), "bob moss")
    QTest.mouseClick(people.add_button, Qt.MouseButton.LeftButton)
    await author.until(lambda: page.session.draft.course["co_instructors"] == [bob.member_id])
    assert people.list.item(1).text() == "Bob Moss"
    await author.until(lambda: not page.session.busy)
    people.list.setCurrentRow(1)
    people.move_entry(-1)
    await author.until(lambda: page.session.draft.course["instructor_id"] == bob.member_id)
    assert query(db, f"SELECT instructor_id, co_instructors FROM public.courses WHERE id = '{ethics}'") == [
        (bob.member_id, [ada.member_id])
    ]
    assert "leads the course" in people.list.item(0).text()
    QTest.keyClicks(before.box.lineEdit(), "law")
    QTest.keyClick(before.box.lineEdit(), Qt.Key.Key_Return)
    QTest.keyClicks(before.box.lineEdit(), "Two years of practice")
    QTest.keyClick(before.box.lineEdit(), Qt.Key.Key_Return)
    assert page.session.draft.course["prerequisites"] == [str(law), "Two years of practice"]
    assert [before.list.item(row).text() for row in range(2)] == ["Course: Law", "Two years of practice"]
    slug.widget.selectAll()
    QTest.keyClicks(slug.widget, "law")
    QTest.keyClick(slug.widget, Qt.Key.Key_Return)
    assert form.rows["slug"].problem == "“Law” has this one already."
    slug.widget.selectAll()
    QTest.keyClicks(slug.widget, "right-and-wrong")
    QTest.keyClick(slug.widget, Qt.Key.Key_Return)
    await page.save()
    assert query(db, f"SELECT slug, prerequisites FROM public.courses WHERE id = '{ethics}'") == [
        ("right-and-wrong", [str(law), "Two years of practice"])
    ]
    # An attachment has a form of its own, and its place among the others.
    author.select("Terms")
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
        await page.keep_file(author.row("Terms"), "attachment", tmp_path / name)
    page.views.set_value("attachments")
    page._show_view()
    page.attachments.setCurrentRow(1)
    page._move_attachment(-1)
    (first, second) = page.session.draft.attachments_of(author.row("Terms"))
    assert (first["file_name"], second["file_name"]) == ("b.txt", "a.txt")
    line = page.forms["lesson_attachments"].editors["file_name"].widget
    line.selectAll()
    QTest.keyClicks(line, "Handout")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await author.until(lambda: page.session.draft.attachments_of(author.row("Terms"))[0]["file_name"] == "Handout")


async def test_the_checklist_leads_to_the_place(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    author.choose(author.page.add_lesson_button, "Link")
    await author.type_title("Further reading")
    await author.saved()
    await author.page.session.check()
    messages = [problem.message for problem in author.page.session.problems]
    assert "“Further reading” has no content yet." in messages
    assert not author.page.publish_button.isEnabled()
    author.page.checklist_button.setChecked(True)
    author.page._go_to_problem(author.page.checklist.item(0))
    assert author.page.middle.currentWidget() is author.page.form_stack
    form = author.page.forms["lessons"]
    address = form.editors["content_url"].widget
    assert author.page._shown == author.row("Further reading")
    QTest.keyClicks(address, "https://example.org/ethics")
    QTest.keyClick(address, Qt.Key.Key_Return)
    await author.saved()
    await author.page.session.check()
    assert not any(problem.blocking for problem in author.page.session.problems)
    await author.until(author.page.publish_button.isEnabled)
    author.page.publish_button.click()
    await author.until(lambda: author.page.session.draft.course["status"] == "published")
    assert query(db, "SELECT status FROM public.courses") == [("published",)]


async def test_words_are_replaced_in_the_whole_course_and_back(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    author.page._find()
    (dialog,) = author.page.findChildren(FindDialog)
    QTest.keyClicks(dialog.needle, "words")
    QTest.keyClick(dialog.needle, Qt.Key.Key_Return)
    assert dialog.results.count() == 2
    QTest.keyClicks(dialog.replacement, "phrases")
    QTest.mouseClick(dialog.replace_button, Qt.MouseButton.LeftButton)
    assert author.lesson("Terms")["content_html"] == "<p>phrases.</p>"
    dialog.reject()
    await author.saved()
    await author.undo()
    assert author.lesson("Cases")["content_html"] == "<p>Words.</p>"


async def test_a_copy_goes_into_another_course(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    other = add_course(db, "Law", instructor_id=ada.member_id, status="draft")
    author = await open_editor(db, ada, ethics)
    author.select("Basics")
    author.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, author.page.tree)
    author = await open_editor(db, ada, other)
    author.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier, author.page.tree)
    assert author.shape == [("Basics", ["Terms", "Cases"])]
    await author.page.save()
    assert query(db, "SELECT count(*) FROM public.lessons") == [(4,)]


async def test_a_colleague_is_seen(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    query(db, "UPDATE public.lessons SET title = 'Notions' WHERE title = 'Terms'")
    await author.page._pull()
    await author.until(lambda: author.shape[0] == ("Basics", ["Notions", "Cases"]))


async def test_a_cartridge_comes_in_as_one_step_and_leaves_as_a_package(
    db: Database, ada: Person, ethics: UUID, open_editor: Open, tmp_path: Path
) -> None:
    author = await open_editor(db, ada, ethics)
    leaving = tmp_path / "course.imscc"
    await export_to(author.page, Format.CARTRIDGE, leaving)
    (report,) = author.page.findChildren(ReportDialog)
    assert "kept" in report.findChildren(Label)[1].text()
    report.accept()
    await import_from(author.page, leaving)
    assert [module for module, _lessons in author.shape] == ["Basics", "Practice", "Basics"]
    await author.saved()
    assert author.desk.context.undo.active.undo_name == "Import “Ethics”"
    await author.undo()
    assert [module for module, _lessons in author.shape] == ["Basics", "Practice"]


async def test_the_history_shows_what_a_sitting_changed_and_brings_it_back(
    db: Database, ada: Person, ethics: UUID, open_editor: Open
) -> None:
    author = await open_editor(db, ada, ethics)
    author.page.session.edit("lessons", author.row("Terms"), {"content_html": "<p>Other words.</p>"})
    await author.saved()
    author.page._history()
    (dialog,) = author.page.findChildren(HistoryDialog)
    await author.until(lambda: dialog.changes.count() == 1)
    assert dialog.changes.item(0).text() == "Terms: Text"
    assert "Other" in dialog.comparison.toPlainText()
    QTest.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    await author.until(lambda: author.lesson("Terms")["content_html"] == "<p>Words.</p>")
    dialog.reject()
    await author.saved()


async def test_a_learner_s_view_at_the_width_of_a_telephone(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    author.page.session.edit("lessons", author.row("Cases"), {"unlock_after_lesson_id": author.row("Terms")})
    author.select("Cases")
    author.page._preview()
    (dialog,) = author.page.findChildren(PreviewDialog)
    assert dialog.lessons.currentText() == "Cases"
    assert dialog.rule.text() == "opens after “Terms”"
    dialog.widths.set_value("phone")
    dialog.fit()
    assert dialog.view.width() < 500
    told: list[str] = []
    await asyncio.sleep(0.5)
    dialog._page.toPlainText(told.append)
    await author.until(lambda: told)
    assert "Cases" in told[0]
    assert "Words." in told[0]
    dialog.close()


async def test_a_picture_of_the_editor_is_reachable_by_keys(db: Database, ada: Person, ethics: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, ethics)
    assert_accessible(author.page)


# The source document's sample course, from nothing

SAMPLE = [
    ("Health Insurance Basics", [("Introduction", "text"), ("Key Terms", "video")]),
    ("Plan Types", [("HMO vs PPO", "text"), ("Knowledge Check", "quiz")]),
]


@pytest.fixture
def blank(db: Database, ada: Person) -> UUID:
    return add_course(db, "Untitled", instructor_id=ada.member_id, status="draft")


KINDS = {"text": "Reading", "video": "Video", "quiz": "Quiz"}


async def test_a_whole_course_by_mouse_undone_and_done_again(db: Database, ada: Person, blank: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, blank)
    page = author.page
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(page.course_button, left)
    title = page.forms["courses"].editors["title"].widget
    QTest.mouseDClick(title, left)
    QTest.keyClicks(title, "Health Insurance Fundamentals")
    QTest.keyClick(title, Qt.Key.Key_Return)
    for module, lessons in SAMPLE:
        QTest.mouseClick(page.add_module_button, left)
        await author.type_title(module)
        for lesson, kind in lessons:
            menu = page.add_lesson_button.menu()
            menu.popup(page.add_lesson_button.mapToGlobal(page.add_lesson_button.rect().bottomLeft()))
            (action,) = [one for one in menu.actions() if one.text() == KINDS[kind]]
            QTest.mouseClick(menu, left, pos=menu.actionGeometry(action).center())
            await author.type_title(lesson)
    await author.saved()
    built = [(module, [lesson for lesson, _kind in lessons]) for module, lessons in SAMPLE]
    assert author.shape == built
    assert author.lesson("Knowledge Check")["completion_criteria"] == "quiz_passed"
    assert page.session.draft.course["title"] == "Health Insurance Fundamentals"
    await everything_undone_and_done_again(author, built)
    await page.save()
    assert query(db, "SELECT title FROM public.lessons ORDER BY position, title") != []


async def test_a_whole_course_by_keyboard_alone(db: Database, ada: Person, blank: UUID, open_editor: Open) -> None:
    author = await open_editor(db, ada, blank)
    page = author.page
    page.activateWindow()
    page.tree.setFocus()
    for module, lessons in SAMPLE:
        author.desk.context.actions.run("course-editor.add-module")  # Ctrl+Shift+M; the window that has the shortcuts is not here
        await author.type_title(module)
        for lesson, kind in lessons:
            author.desk.context.actions.run("course-editor.add-lesson")
            await author.type_title(lesson)
            if kind != "text":
                page.go_to(author.row(lesson), "lesson_type")
                box = page.forms["lessons"].editors["lesson_type"].widget
                await asyncio.sleep(QApplication.keyboardInputInterval() / 1000 + 0.2)  # letters soon after others continue their word
                QTest.keyClicks(box, KINDS[kind])
                await author.until(lambda lesson=lesson, kind=kind: author.lesson(lesson)["lesson_type"] == kind)
                page.tree.setFocus()
    # A lesson in the wrong module finds its way by Alt+Up, and back.
    author.select("HMO vs PPO")
    author.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier, page.tree)
    assert author.shape[0] == ("Health Insurance Basics", ["Introduction", "Key Terms", "HMO vs PPO"])
    author.press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier, page.tree)
    await author.saved()
    built = [(module, [lesson for lesson, _kind in lessons]) for module, lessons in SAMPLE]
    assert author.shape == built
    assert {lesson["title"]: lesson["lesson_type"] for lesson in page.session.draft.lessons} == {
        lesson: kind for _module, lessons in SAMPLE for lesson, kind in lessons
    }
    await everything_undone_and_done_again(author, built)


async def everything_undone_and_done_again(author: Author, built: list[tuple[str, list[str]]]) -> None:
    stack = author.desk.context.undo.active
    steps = 0
    while stack.undo_name is not None:
        await author.undo()
        steps += 1
    assert author.shape == []
    assert author.page.session.draft.course["title"] == "Untitled"
    for _step in range(steps):
        await author.redo()
    assert author.shape == built


async def test_a_film_brings_its_length_and_a_still_and_one_undo_takes_all_of_it_back(
    db: Database, ada: Person, ethics: UUID, open_editor: Open, tmp_path: Path
) -> None:
    author = await open_editor(db, ada, ethics)
    page = author.page
    page._add_lesson("video")
    row = page.tree.current
    assert row is not None
    await page.keep_file(row, "content_url", make_clip(tmp_path / "talk.mp4", seconds=2))
    lesson = page.session.draft.row("lessons", row)
    assert (lesson["video_provider"], lesson["video_duration_seconds"]) == ("workspace", 2)
    assert lesson["video_thumbnail_url"].startswith("asset:")
    still = lesson["video_thumbnail_url"]
    await page.keep_file(row, "content_url", make_clip(tmp_path / "longer.mp4", seconds=3))
    lesson = page.session.draft.row("lessons", row)
    assert (lesson["video_duration_seconds"], lesson["video_thumbnail_url"]) == (3, still), "the still that is there stays"
    (tmp_path / "words.mp4").write_text("no film")
    await page.keep_file(row, "content_url", tmp_path / "words.mp4")
    assert "does not say how long it is" in author.desk.notices[-1].message
    await page.save()
    while page.session.draft.row("lessons", row)["content_url"]:
        await author.undo()
    lesson = page.session.draft.row("lessons", row)
    assert (lesson["content_url"], lesson["video_duration_seconds"], lesson["video_thumbnail_url"]) == (None, None, None)
