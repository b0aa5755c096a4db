"""The catalogue, clicked through by people of the sample association."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox

from desktop.courses.queries import CatalogueFilter, CatalogueSort, list_outline
from desktop.ui.courses.catalogue import VIEW, CataloguePage
from desktop.ui.courses.dialogs import NewCourseDialog


@pytest.fixture
def open_catalogue(qtbot, sign_in, sample, until):
    async def open_catalogue(person="lena"):
        desk = sign_in(sample, sample.people[person])
        page = CataloguePage(desk.context)
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        await until(lambda: page.state == "content" and not page.loading)
        return page, desk

    return open_catalogue


def titles(page: CataloguePage) -> list[str]:
    return [card.title for row in range(page.model.rowCount()) if (card := page.model.row(row)) is not None]


def box(page: CataloguePage, name: str) -> QCheckBox:
    return next(found for found in page.panel.findChildren(QCheckBox) if found.accessibleName() == name)


async def test_lists_what_is_published_in_order_of_title(open_catalogue):
    page, _desk = await open_catalogue()
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    shown = titles(page)
    assert "Foundations of Employee Benefits" in shown
    assert shown == sorted(shown, key=str.lower)
    assert page.header.subtitle == f"{len(shown)} courses"


async def test_typing_narrows_and_clearing_brings_everything_back(open_catalogue, qtbot, until):
    page, _desk = await open_catalogue()
    before = titles(page)
    qtbot.keyClicks(page.search, "foundations")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    await until(lambda: not page.loading and titles(page) == ["Foundations of Employee Benefits"])
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    await until(lambda: not page.loading and titles(page) == before)


async def test_a_search_without_a_hit_says_so_and_offers_a_way_back(open_catalogue, qtbot, until):
    page, _desk = await open_catalogue()
    qtbot.keyClicks(page.search, "no course has such words")
    await until(lambda: page.views.currentWidget() is page.nothing)
    assert page.nothing.sentence == "No course fits."
    qtbot.mouseClick(page.nothing.button, Qt.MouseButton.LeftButton)
    await until(lambda: page.views.currentWidget() is page.cards and page.model.rowCount() > 1)
    assert page.search.text() == ""


async def test_a_filter_narrows_shows_a_chip_and_the_chip_takes_it_away(open_catalogue, qtbot, until):
    page, _desk = await open_catalogue()
    every = page.model.rowCount()
    qtbot.mouseClick(box(page, "Category: Health benefits"), Qt.MouseButton.LeftButton)
    await until(lambda: not page.loading and 0 < page.model.rowCount() < every)
    assert {page.model.row(row).category for row in range(page.model.rowCount())} == {"health_benefits"}
    assert [text for text, _field, _value in page.panel.chips()] == ["Health benefits"]
    chip = page._chips.itemAt(0).widget()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    await until(lambda: not page.loading and page.model.rowCount() == every)
    assert not box(page, "Category: Health benefits").isChecked()


async def test_every_field_of_the_filter_survives_a_trip_through_the_panel(open_catalogue):
    page, _desk = await open_catalogue("ines")
    for name in ("Open for enrollment", "With a certificate", "Courses I teach", "Status: Draft", "Difficulty: Expert", "Pricing: Paid"):
        box(page, name).setChecked(True)
    for combo in (page.panel._price, page.panel._credits, page.panel._minutes, page.panel._rating):
        combo.setCurrentIndex(3)
    chosen = page.panel.filter
    assert chosen.count == 12
    page.panel.set_filter(CatalogueFilter())
    assert page.panel.filter.empty
    page.panel.set_filter(chosen)
    assert page.panel.filter == chosen


async def test_the_order_is_chosen_from_the_menu_or_a_column_and_remembered(open_catalogue, until):
    page, desk = await open_catalogue()
    page._sort_actions[CatalogueSort.CREDITS].trigger()
    await until(lambda: not page.loading)
    credits = [page.model.row(row).ce_credits for row in range(page.model.rowCount())]
    assert credits == sorted(credits, reverse=True)
    section = [column.key for column in page.model.columns].index("price")
    page.table.horizontalHeader().setSortIndicator(section, Qt.SortOrder.AscendingOrder)
    await until(lambda: not page.loading and page._sort is CatalogueSort.PRICE)
    prices = [page.model.row(row).price for row in range(page.model.rowCount())]
    assert prices == sorted(prices)
    assert CataloguePage(desk.context)._sort is CatalogueSort.PRICE


async def test_enter_on_a_card_and_on_a_line_of_the_table_opens_the_course(open_catalogue, qtbot):
    page, desk = await open_catalogue()
    page.cards.setCurrentIndex(page.model.index(0, 0))
    qtbot.keyClick(page.cards, Qt.Key.Key_Return)
    page.view_control._buttons["table"].click()
    assert page.views.currentWidget() is page.table
    assert desk.context.settings.get(VIEW) == "table"
    page.table.setCurrentIndex(page.model.index(1, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert desk.opened == [("course", {"course": page.model.row(row).id}) for row in (0, 1)]


async def test_an_instructor_makes_a_draft_and_lands_on_its_page(open_catalogue, qtbot, until):
    page, desk = await open_catalogue("ines")
    before = page.model.rowCount()
    desk.context.actions.set_current(page)
    desk.context.actions.run("course.new")
    (dialog,) = page.findChildren(NewCourseDialog)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert dialog.trouble.text() == "A course needs a title."
    qtbot.keyClicks(dialog.course_title, "Wellness that works")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    await until(lambda: desk.opened)
    await until(lambda: not page.loading and page.model.rowCount() == before + 1)
    assert desk.opened[-1][0] == "course"
    assert "Wellness that works" in titles(page)


@pytest.mark.parametrize("beginning", ["Continuing education course", "Copy of “Foundations of Employee Benefits”"])
async def test_a_draft_begins_with_a_template_or_as_a_copy(beginning, open_catalogue, qtbot, until):
    page, desk = await open_catalogue("ines")
    desk.context.actions.set_current(page)
    desk.context.actions.run("course.new")
    (dialog,) = page.findChildren(NewCourseDialog)
    await until(lambda: dialog.beginning.findText(beginning) >= 0)
    told = dialog.beginning_told.text()
    dialog.beginning.setCurrentText(beginning)
    assert dialog.beginning_told.text() != told
    qtbot.keyClicks(dialog.course_title, "Lifelong learning")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    await until(lambda: desk.opened)
    modules, lessons = await desk.context.read(list_outline, desk.opened[-1][1]["course"], None)
    assert modules
    assert lessons
    await desk.context.settled()


async def test_a_learner_has_no_staff_controls(open_catalogue):
    page, desk = await open_catalogue()
    assert desk.context.actions.qaction("course.new") is None
    assert "status" not in [column.key for column in page.model.columns]
    assert not [
        found
        for found in page.panel.findChildren(QCheckBox)
        if found.accessibleName() in {"Status: Draft", "Courses I teach"} and not found.isHidden()
    ]


async def test_filters_that_nobody_looks_at_are_not_made(qtbot, sign_in, sample, until):
    desk = sign_in(sample, sample.people["lena"])
    page = CataloguePage(desk.context)
    qtbot.addWidget(page)
    page.resize(760, 800)
    page.show()
    await until(lambda: page.state == "content" and not page.loading)
    assert not page.panel.isVisible()
    assert not page.panel.findChildren(QCheckBox)
    qtbot.mouseClick(page.filter_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.panel.isVisible() and not page.loading)
    qtbot.mouseClick(box(page, "Category: Health benefits"), Qt.MouseButton.LeftButton)
    await until(lambda: not page.loading and page.panel.chips())
