"""Lessons of each kind, opened by a learner of the sample association."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop.courses.queries import CatalogueFilter, list_outline, page_catalogue
from desktop.learning.queries import list_my_enrollments
from desktop.ui.learning.lesson import LessonPage
from desktop.ui.theme import Scheme, colour, theme


@pytest.fixture
def open_lesson(sample, sign_in, qtbot, until, tmp_path, monkeypatch):
    """``await open_lesson("pdf")``: Lena opens the first lesson of that type in the course that has every type."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))

    async def open_lesson(lesson_type):
        desk = sign_in(sample, sample.people["lena"])
        read = desk.context.store.read
        (course,) = read(page_catalogue, CatalogueFilter("Foundations of Employee Benefits"))
        enrollment = next(one.id for one in read(list_my_enrollments) if one.course_id == course.id)
        _modules, lessons = read(list_outline, course.id, enrollment)
        lesson = next(row for row in lessons if row.lesson_type == lesson_type)
        page = LessonPage(desk.context, course.id, lesson.id, enrollment)
        qtbot.addWidget(page)
        page.resize(1000, 700)
        page.show()
        await until(lambda: page.state in {"content", "error"} and not page.loading, seconds=15)
        return page, desk, lesson

    return open_lesson


async def test_a_document_is_fetched_and_shown_page_by_page(open_lesson):
    page, _desk, _lesson = await open_lesson("pdf")
    assert page.state == "content"
    assert page.stack.currentWidget() is page.pdf_view
    assert page.pdf.pageCount() >= 1


async def test_a_reading_is_text_with_its_headings(open_lesson):
    page, _desk, lesson = await open_lesson("text")
    assert page.header.title == lesson.title
    assert "Three reasons" in page.reading.toPlainText()


async def test_a_reading_follows_another_look(open_lesson):
    page, _desk, _lesson = await open_lesson("text")

    def ink():
        block = page.reading.document().begin()
        while not block.text().strip():
            block = block.next()
        return block.begin().fragment().charFormat().foreground().color()

    try:
        theme().apply(Scheme.DARK, motion=False)
        assert ink() == colour("text")
    finally:
        theme().apply(Scheme.LIGHT, motion=False)
    assert ink() == colour("text")


async def test_a_package_goes_on_to_the_player_once(open_lesson, qtbot, until):
    page, desk, lesson = await open_lesson("scorm")
    place, arguments = desk.opened[-1]
    assert (place, arguments["lesson"]) == ("player", lesson.id)
    assert arguments["enrollment"] is not None
    page.reload()  # as when somebody comes back here
    await until(lambda: not page.loading)
    assert len(desk.opened) == 1
    qtbot.mouseClick(page.visit_button, Qt.MouseButton.LeftButton)
    assert len(desk.opened) == 2


async def test_a_link_shows_where_it_leads_before_anything_opens(open_lesson):
    page, _desk, _lesson = await open_lesson("external_link")
    assert page.stack.currentWidget() is page.elsewhere
    assert "." in page.elsewhere_second.text()
    assert not page.visit_button.isHidden()


async def test_a_quiz_goes_on_to_its_page_once(open_lesson, qtbot, until):
    page, desk, lesson = await open_lesson("quiz")
    place, arguments = desk.opened[-1]
    assert (place, arguments["lesson"]) == ("quiz", lesson.id)
    assert arguments["enrollment"] is not None
    assert page.complete_button.isHidden()
    page.reload()  # as when somebody comes back here
    await until(lambda: not page.loading)
    assert len(desk.opened) == 1
    qtbot.mouseClick(page.visit_button, Qt.MouseButton.LeftButton)
    assert len(desk.opened) == 2
