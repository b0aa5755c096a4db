"""What a row shows in each column: one declaration for every model, view and export."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from desktop.i18n import _

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The row itself, or None while it is on its way."""
KEY_ROLE = Qt.ItemDataRole.UserRole + 1
SECOND_ROLE = Qt.ItemDataRole.UserRole + 2
"""A second, quieter line under the text."""
BADGE_ROLE = Qt.ItemDataRole.UserRole + 3
"""A :class:`Badge` in place of the text."""
PERSON_ROLE = Qt.ItemDataRole.UserRole + 4
"""A person's name, for a small portrait before the text."""

type Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Badge:
    """A status in a pill: ``tone`` is one of ``neutral``, ``accent``, ``good``, ``warn``, ``bad``, ``info``."""

    text: str
    tone: str = "neutral"


@dataclass(frozen=True)  # no slots: Python 3.12 cannot make Column[Row](…) of a class that is generic, frozen and slotted
class Column[Row]:
    """A column. ``key`` is what sorting and the remembered width are known by; ``title`` is marked with ``N_``.

    ``text`` must be cheap: it is called for each cell on screen at each repaint. ``value`` is what a plain model sorts by.
    """

    key: str
    title: str
    text: Callable[[Row], str]
    second: Callable[[Row], str] | None = None
    badge: Callable[[Row], Badge | None] | None = None
    person: Callable[[Row], str] | None = None
    tooltip: Callable[[Row], str] | None = None
    value: Callable[[Row], Any] | None = None
    numeric: bool = False
    width: int = 160
    stretch: bool = False
    sortable: bool = True


class ColumnsModel[Row](QAbstractTableModel):
    """What the plain and the virtual model share: columns, roles, and refreshing without losing the selection."""

    sort_asked = Signal(str, bool)
    """Key of a column, and whether descending. A virtual list answers with another query."""

    def __init__(self, columns: Iterable[Column[Row]], key: Callable[[Row], Hashable]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._key = key
        self._count = 0

    def row(self, row: int) -> Row | None:
        """The row at a position, or None while it is not here."""
        raise NotImplementedError

    def row_key(self, row: int) -> Hashable | None:
        found = self.row(row)
        return None if found is None else self._key(found)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self._count:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        row = self.row(index.row())
        if row is None:
            return _("Loading") if role == Qt.ItemDataRole.AccessibleTextRole else None
        return self._cell(row, column, role)

    def _cell(self, row: Row, column: Column[Row], role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                badge = column.badge(row) if column.badge else None
                second = column.second(row) if column.second else ""
                return ", ".join(part for part in (badge.text if badge else column.text(row), second) if part)
            case Qt.ItemDataRole.ToolTipRole:
                return column.tooltip(row) if column.tooltip else None
            case _ if role == ROW_ROLE:
                return row
            case _ if role == KEY_ROLE:
                return self._key(row)
            case _ if role == SECOND_ROLE:
                return column.second(row) if column.second else None
            case _ if role == BADGE_ROLE:
                return column.badge(row) if column.badge else None
            case _ if role == PERSON_ROLE:
                return column.person(row) if column.person else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _(column.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            self.sort_asked.emit(self.columns[column].key, order is Qt.SortOrder.DescendingOrder)

    def _replace(self, count: int, put: Callable[[], None]) -> None:
        """Put new rows in place of the old with ``put()``, so that what is selected stays selected wherever it moved to.

        Views keep their selection in persistent indexes; those are moved to the row with the same key, or dropped where it is gone.
        """
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        self.layoutAboutToBeChanged.emit()  # views make their persistent indexes when they hear this
        kept = [(index, self.row_key(index.row())) for index in self.persistentIndexList()]
        put()
        places = self._places()
        rows = [places.get(key) if key is not None else None for _index, key in kept]
        moved = [QModelIndex() if row is None else self.index(row, index.column()) for (index, _key), row in zip(kept, rows, strict=True)]
        self.changePersistentIndexList([index for index, _key in kept], moved)
        self.layoutChanged.emit()
        if count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()

    def _places(self) -> dict[Hashable, int]:
        """Where each row is that is here."""
        raise NotImplementedError
