"""A short list held in memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt

from desktop.ui.itemmodels.columns import Column, ColumnsModel


class RowsModel[Row](ColumnsModel[Row]):
    """Rows that were read whole. Sorting is done here, in the order of each column's ``value``."""

    def __init__(self, columns: Iterable[Column[Row]], key: Callable[[Row], Hashable]) -> None:
        super().__init__(columns, key)
        self._rows: list[Row] = []
        self._order: tuple[int, Qt.SortOrder] | None = None

    @property
    def rows(self) -> Sequence[Row]:
        return tuple(self._rows)

    def row(self, row: int) -> Row | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows; what is selected stays selected where it is still among them."""
        new = self._sorted(list(rows))

        def put() -> None:
            self._rows = new

        self._replace(len(new), put)

    def put_row(self, row: Row) -> None:
        """Show another state of a row that is here. It stays where it is, whatever is sorted by: nothing moves under who edits it."""
        key = self._key(row)
        at = next((at for at, old in enumerate(self._rows) if self._key(old) == key), None)
        if at is not None:
            self._rows[at] = row
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.columns) - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            self._order = (column, order)
            self.set_rows(self._rows)
            super().sort(column, order)

    def _sorted(self, rows: list[Row]) -> list[Row]:
        if self._order is None:
            return rows
        column, order = self.columns[self._order[0]], self._order[1]

        def value(row: Row) -> tuple[bool, Any]:
            found = column.value(row) if column.value else column.text(row).casefold()
            return (found is None, found if found is not None else 0)

        return sorted(rows, key=value, reverse=order is Qt.SortOrder.DescendingOrder)

    def _places(self) -> dict[Hashable, int]:
        return {self._key(row): place for place, row in enumerate(self._rows)}
