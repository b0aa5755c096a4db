"""Models under Qt's own tester: short lists, and a list of half a million rows that never blocks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView

from desktop.errors import ServerAway
from desktop.ui.itemmodels import KEY_ROLE, ROW_ROLE, Column, KeysetSource, RowsModel, VirtualModel

SELECT_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


@dataclass(frozen=True, slots=True)
class Member:
    id: int
    name: str


COLUMNS = (
    Column[Member]("name", "Name", lambda m: m.name, tooltip=lambda m: f"{m.name} ({m.id})"),
    Column[Member]("id", "Number", lambda m: f"{m.id:,}", numeric=True, value=lambda m: m.id),
)


def members(*ids: int) -> list[Member]:
    return [Member(i, f"Member {i}") for i in ids]


def watched(model):
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    return model


class Table:
    """Rows by number, as a query gives them: any page by position."""

    def __init__(self, rows: Sequence[int]) -> None:
        self.rows = rows
        self.fetched: list[int] = []
        self.prepared = 0
        self.down = False

    def count(self, _session: Any) -> int:
        return len(self.rows)

    def fetch(self, _session: Any, start: int, limit: int) -> Sequence[Member]:
        if self.down:
            raise ServerAway("The server cannot be reached.")
        self.fetched.append(start)
        return members(*self.rows[start : start + limit])

    def prepare(self, _session: Any, _limit: int) -> None:
        self.prepared += 1
        if self.down:
            raise ServerAway("The server cannot be reached.")


def text(model, row: int, column: int = 0) -> str | None:
    return model.index(row, column).data()


def test_a_plain_list_shows_its_columns(qapp):
    model = watched(RowsModel(COLUMNS, lambda m: m.id))
    model.set_rows(members(1200, 7))
    assert text(model, 0) == "Member 1200"
    assert text(model, 0, 1) == "1,200"
    assert model.index(1, 1).data(Qt.ItemDataRole.TextAlignmentRole) & int(Qt.AlignmentFlag.AlignRight)
    assert model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == "Member 7 (7)"
    assert model.index(1, 0).data(KEY_ROLE) == 7
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Number"


def test_a_plain_list_sorts_by_value_not_by_text(qapp):
    model = watched(RowsModel(COLUMNS, lambda m: m.id))
    model.set_rows(members(1200, 7, 90))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [m.id for m in model.rows] == [1200, 90, 7]


@given(
    before=st.lists(st.integers(0, 30), unique=True, min_size=1),
    after=st.lists(st.integers(0, 30), unique=True),
    chosen=st.integers(0, 30),
)
def test_what_is_selected_stays_selected_wherever_it_moves(qapp, before, after, chosen):
    model = watched(RowsModel(COLUMNS, lambda m: m.id))
    view = QTableView()
    model.setParent(view)
    view.setModel(model)
    model.set_rows(members(*before))
    picked = before[chosen % len(before)]
    view.selectionModel().setCurrentIndex(model.index(before.index(picked), 0), SELECT_ROW)
    model.set_rows(members(*after))
    selected = [index.data(KEY_ROLE) for index in view.selectionModel().selectedRows()]
    assert selected == ([picked] if picked in after else [])


async def test_a_list_of_half_a_million_rows_jumps_anywhere(qtbot, context, until):
    table = Table(range(500_000))
    model = VirtualModel(context, COLUMNS, lambda m: m.id)
    assert await model.show(table) == 500_000
    assert text(model, 5) == "Member 5"
    assert text(model, 499_999) is None
    assert model.index(499_999, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Loading"
    await until(lambda: model.settled)
    assert text(model, 499_999) == "Member 499999"


async def test_a_table_of_half_a_million_rows_reads_only_what_it_shows(qtbot, context, until):
    table = Table(range(500_000))
    model = VirtualModel(context, COLUMNS, lambda m: m.id)
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.resize(400, 400)
    view.show()
    await model.show(table)
    await until(lambda: model.settled)
    started = time.perf_counter()
    for row in range(0, 500_000, 2_500):
        view.scrollTo(model.index(row, 0), QTableView.ScrollHint.PositionAtTop)
        view.viewport().repaint()
    assert time.perf_counter() - started < 10, "200 jumps"
    await until(lambda: model.settled)
    assert len(table.fetched) < 20, "pages passed over are not fetched"
    top = view.rowAt(0)
    assert text(model, top) == f"Member {top}"


async def test_refreshing_keeps_selection_and_drops_what_is_gone(qtbot, context, until):
    table = Table(list(range(1000)))
    model = watched(VirtualModel(context, COLUMNS, lambda m: m.id))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    await model.show(table)
    text(model, 550)
    await until(lambda: model.settled)
    view.selectionModel().setCurrentIndex(model.index(550, 0), SELECT_ROW)
    table.rows = [-2, -1, *range(1000)]
    assert await model.refresh() == 1002
    assert [index.row() for index in view.selectionModel().selectedRows()] == [552]
    assert view.currentIndex().data(ROW_ROLE) == Member(550, "Member 550")
    table.rows = [row for row in range(1000) if row != 550]
    assert await model.refresh() == 999
    assert view.selectionModel().selectedRows() == []


async def test_the_last_query_asked_for_is_the_one_shown(qtbot, context):
    model = watched(VirtualModel(context, COLUMNS, lambda m: m.id))
    slow = context.spawn(model.show(Table(range(10))))
    await asyncio.sleep(0)
    await model.show(Table([77]))
    await slow
    assert model.rowCount() == 1
    assert text(model, 0) == "Member 77"


async def test_a_page_that_fails_is_said_and_fetched_when_asked_again(qtbot, context, heard, until):
    table = Table(range(1000))
    model = watched(VirtualModel(context, COLUMNS, lambda m: m.id))
    await model.show(table)
    table.down = True
    assert text(model, 700) is None
    await until(lambda: heard.notices)
    assert heard.last.message == "The server cannot be reached."
    table.down = False
    text(model, 700)
    await until(lambda: model.settled)
    assert text(model, 700) == "Member 700"


async def test_what_a_jump_needs_is_read_ahead_once_the_person_has_stopped_asking(qtbot, context, heard, until):
    model = watched(VirtualModel(context, COLUMNS, lambda m: m.id, page_size=10))
    passing, last, short = Table(range(500)), Table(range(600)), Table(range(5))
    await model.show(passing)
    await model.show(last)
    await until(lambda: last.prepared == 1)
    assert passing.prepared == 0
    await model.refresh()
    last.down = True
    await until(lambda: last.prepared == 2)
    assert heard.notices == [], "nobody asked for it"
    await model.show(short)
    await asyncio.sleep(0.5)
    assert short.prepared == 0, "all of it is here"


async def test_an_empty_answer_is_no_rows(qtbot, context):
    model = watched(VirtualModel(context, COLUMNS, lambda m: m.id))
    assert await model.show(Table([])) == 0
    assert not model.index(0, 0).isValid()


async def test_sorting_asks_for_another_query(qtbot, context):
    model = watched(VirtualModel(context, COLUMNS, lambda m: m.id))
    with qtbot.waitSignal(model.sort_asked) as asked:
        model.sort(1, Qt.SortOrder.DescendingOrder)
    assert asked.args == ["id", True]


@pytest.mark.parametrize("start", [0, 100, 4900, 5000])
def test_a_keyset_source_reaches_any_page_through_its_keys(start):
    rows = range(5000)
    scans = []

    def keys(session, size):
        scans.append(size)
        return rows[size - 1 :: size]

    def page(session, after, limit):
        first = 0 if after is None else after + 1
        return members(*rows[first : first + limit])

    source = KeysetSource(lambda _session: len(rows), keys, page)
    assert source.count(None) == 5000
    assert [m.id for m in source.fetch(None, start, 100)] == list(rows[start : start + 100])
    source.fetch(None, start, 100)
    assert len(scans) <= 1


async def test_data_of_a_foreign_index_is_nothing(qtbot, context):
    model = VirtualModel(context, COLUMNS, lambda m: m.id)
    assert model.data(QModelIndex()) is None
