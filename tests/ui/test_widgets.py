"""The widgets, used as a person uses them: with the mouse, with the keyboard alone, and with long names in every script."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.theme import colour, px
from desktop.ui.widgets.badges import Avatar, StatusPill, initials
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cardview import CardDelegate, CardView
from desktop.ui.widgets.charts import BarChart, Sparkline
from desktop.ui.widgets.fields import FilterBar, FilterChip, SearchField, SegmentedControl
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import ElidedLabel
from desktop.ui.widgets.progress import ProgressBar
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView
from tests.ui.accessibility import assert_accessible

LONG = "Maria del Carmen Wolfeschlegelsteinhausenbergerdorff-Montmorency y Zapatero de la Vega"


@dataclass(frozen=True)
class Member:
    id: int
    name: str
    credits: float


COLUMNS = (
    Column[Member]("name", "Name", lambda m: m.name, second=lambda m: f"{m.id}@example.org", person=lambda m: m.name, width=240),
    Column[Member]("state", "State", lambda _m: "Active", badge=lambda _m: Badge("Active", "good"), sortable=False),
    Column[Member]("credits", "Credits", lambda m: f"{m.credits:,.1f}", value=lambda m: m.credits, numeric=True, width=100),
)


@pytest.fixture
def table(qtbot):
    model = RowsModel(COLUMNS, lambda m: m.id)
    view = TableView("test-members", "Members")
    qtbot.addWidget(view)
    model.setParent(view)
    view.show_model(model)
    model.set_rows([Member(1, LONG, 4.0), Member(2, "李小龙", 120.5), Member(3, "محمد الفارسي", 12.0)])
    view.resize(700, 400)
    view.show()
    return view


def test_enter_and_double_click_open_a_row(qtbot, table):
    table.selectRow(1)
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args[0].id == 2
    place = table.visualRect(table.model().index(2, 0)).center()
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args[0].id == 3


def test_a_click_on_a_column_sorts_by_its_value(qtbot, table):
    header = table.horizontalHeader()
    middle = QPoint(header.sectionViewportPosition(2) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    first = table.model().row(0).credits
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert {first, table.model().row(0).credits} == {4.0, 120.5}
    assert table.order is not None
    assert table.order[0] == "credits"


def test_widths_and_order_are_remembered(qtbot, table):
    table.setColumnWidth(0, 333)
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    table._keep.timeout.emit()
    again = TableView("test-members", "Members")
    qtbot.addWidget(again)
    model = RowsModel(COLUMNS, lambda m: m.id)
    model.setParent(again)
    again.show_model(model)
    assert again.columnWidth(0) == 333
    assert again.order == ("credits", True)
    other = TableView("test-members", "Members")
    qtbot.addWidget(other)
    fewer = RowsModel(COLUMNS[:2], lambda m: m.id)
    fewer.setParent(other)
    other.show_model(fewer)
    assert other.columnWidth(0) == px(240), "what was kept of other columns is not used"


def test_numbers_stand_at_the_right_and_long_names_stay_in_their_cell(table):
    image = table.grab().toImage()
    cell = table.visualRect(table.model().index(0, 2)).translated(table.viewport().pos())
    right = [x for x in range(cell.left(), cell.right()) if image.pixelColor(x, cell.center().y()) != colour("canvas")]
    assert right
    assert min(right) > cell.center().x()
    gap = table.visualRect(table.model().index(0, 0)).translated(table.viewport().pos())
    edge = {image.pixelColor(gap.right() - px(4), y).name() for y in range(gap.top() + 2, gap.bottom() - 2)}
    assert edge == {colour("canvas").name()}


class Cover(CardDelegate):
    def paint_row(self, painter, rect, row) -> None:
        painter.drawText(rect, row.name)


def test_thousands_of_cards_are_laid_out_and_opened_from_the_keyboard(qtbot):
    model = RowsModel(COLUMNS, lambda m: m.id)
    view = CardView(Cover(), "Courses")
    qtbot.addWidget(view)
    model.setParent(view)
    view.setModel(model)
    model.set_rows([Member(n, f"Course {n}", 0) for n in range(1999)])
    view.resize(900, 600)
    view.show()
    view.grab()
    assert view.visualRect(model.index(1, 0)).left() > view.visualRect(model.index(0, 0)).left()
    view.setCurrentIndex(model.index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.opened) as opened:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened.args[0].id == 1


def test_a_search_begins_after_a_pause_or_at_once_with_enter(qtbot):
    field = SearchField("Search people…")
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.searched) as searched:
        QTest.keyClicks(field, "oka")
    assert searched.args == ["oka"]
    with qtbot.waitSignal(field.searched, timeout=100) as searched:
        QTest.keyClicks(field, "for")
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert searched.args == ["okafor"]
    with qtbot.assertNotEmitted(field.searched, wait=10):
        QTest.keyClick(field, Qt.Key.Key_Return)
    with qtbot.waitSignal(field.searched) as searched:
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert searched.args == [""]


class Bar(FilterBar):
    chip: FilterChip


@pytest.fixture
def bar(qtbot):
    bar = Bar()
    qtbot.addWidget(bar)
    bar.add(SearchField("Search…"))
    bar.chip = FilterChip("Role")
    bar.chip.set_choices([("learner", "Learner", 19_000), ("instructor", "Instructor", 120)])
    bar.add(bar.chip)
    for title in ("Status", "Designation", "Chapter", "State"):
        bar.add(FilterChip(title))
    bar.resize(1200, 40)
    bar.show()
    return bar


def test_a_chip_says_what_is_chosen_and_all_can_be_cleared(qtbot, bar):
    with qtbot.waitSignal(bar.changed):
        bar.chip._menu.actions()[0].trigger()
    bar.chip._menu.actions()[1].trigger()
    assert bar.chip.chosen == {"learner", "instructor"}
    assert bar.chip.text() == "Role: Learner +1"
    assert bar._clear.isVisible()
    with qtbot.waitSignal(bar.changed):
        qtbot.mouseClick(bar._clear, Qt.MouseButton.LeftButton)
    assert bar.chip.chosen == frozenset()
    assert bar.chip.text() == "Role"


def test_new_counts_keep_what_is_chosen(bar):
    bar.chip.choose("learner")
    bar.chip.set_choices([("learner", "Learner", 7), ("proctor", "Proctor", 1)])
    assert bar.chip.chosen == {"learner"}


def test_a_choice_of_one_lets_the_other_go(qtbot):
    chip = FilterChip("Sort", several=False)
    qtbot.addWidget(chip)
    chip.set_choices([("a", "A", None), ("b", "B", None)])
    chip._menu.actions()[0].trigger()
    chip._menu.actions()[1].trigger()
    assert chip.chosen == {"b"}


def test_chips_wrap_where_there_is_no_room(qtbot, bar):
    low = bar.minimumHeight()
    bar.resize(420, 40)
    qtbot.waitUntil(lambda: bar.minimumHeight() >= low * 2)


def test_one_segment_is_on(qtbot):
    control = SegmentedControl("View", [("cards", "Cards", "cards"), ("table", "Table", "table")])
    qtbot.addWidget(control)
    control.show()
    assert control.value == "cards"
    with qtbot.waitSignal(control.chosen) as chosen:
        qtbot.mouseClick(control._buttons["table"], Qt.MouseButton.LeftButton)
    assert chosen.args == ["table"]
    assert control.value == "table"


def test_a_form_says_below_the_field_what_is_wrong_until_it_is_mended(qtbot):
    field = QLineEdit()
    row = FormRow("E-mail", field, hint="Where certificates go.", check=lambda text: "" if "@" in text else "An address has an @.")
    qtbot.addWidget(row)
    row.show()
    assert not row.valid()
    assert row.problem == "An address has an @."
    assert field.accessibleDescription() == "An address has an @."
    QTest.keyClicks(field, "ada@example.org")
    assert row.problem == ""
    assert row.valid()
    assert row._below.text() == "Where certificates go."


def test_a_click_leaves_the_focus_where_it_was_but_tab_reaches_the_button(qtbot):
    holder = Dialog("Rename", "What should it be called?")
    qtbot.addWidget(holder)
    field = QLineEdit()
    holder.body.addWidget(FormRow("Name", field))
    button = holder.add_button("Rename", "primary", holder.accept)
    holder.show()
    holder.activateWindow()
    qtbot.waitUntil(holder.isActiveWindow)
    field.setFocus()
    assert_accessible(holder)
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert holder.focusWidget() is button
    assert holder._ring.widget() is button
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    assert holder._ring.widget() is None


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Okafor", "AO"), ("Jean-Baptiste de la Fontaine", "JF"), ("Þór", "Þ"), ("李小龙", "李"), ("", "?"), ("(unknown)", "?")],
)
def test_initials_in_any_script(name, letters):
    assert initials(name) == letters


def test_a_name_too_long_ends_in_an_ellipsis_and_is_whole_in_the_tooltip(qtbot):
    label = ElidedLabel(LONG)
    qtbot.addWidget(label)
    label.resize(120, 24)
    label.show()
    label.grab()
    assert label.toolTip() == LONG
    label.resize(1200, 24)
    label.grab()
    assert label.toolTip() == ""


def test_an_empty_state_leaves_room_for_a_long_sentence_in_any_room(qtbot):
    state = EmptyState()
    qtbot.addWidget(state)
    state.show_empty(" ".join(["A sentence that goes on"] * 8), "catalogue", "Go on", None)
    state.show()
    for width in (460, 900, 1800):
        state.resize(width, 700)
        QTest.qWait(1)
        words, picture = state._sentence.geometry(), state._picture.geometry()
        assert words.height() >= state._sentence.heightForWidth(words.width()) > 2 * state._sentence.fontMetrics().height()
        assert picture.bottom() < words.top()


def test_painted_widgets_tell_a_screen_reader_what_they_show(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    widgets = (
        Avatar("Ada Okafor"),
        StatusPill("Published", "good"),
        ProgressBar("Import", 0.4),
        Sparkline("Enrolments", [3, 5, 9]),
        BarChart("By week", [("W1", 12), ("W2", 30)]),
        Button("Save", "primary"),
    )
    for widget in widgets:
        column.addWidget(widget)
    holder.show()
    holder.grab()
    assert [widget.accessibleName() for widget in widgets] == [
        "Ada Okafor",
        "Published",
        "Import: 40%",
        "Enrolments: 3 – 9",
        "By week: W1 12, W2 30",
        "Save",
    ]
