"""What the content says, for authors: every call with its answer, and the data model as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, QTime
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTableView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import N_, _
from desktop.ui.player.view import Call
from desktop.ui.theme import colour, px
from desktop.ui.widgets.fields import SearchField

MOST_CALLS = 5000
"""Older ones are forgotten."""

_COLUMNS = (N_("Time"), N_("Call"), N_("Element"), N_("Value"), N_("Answer"), N_("Error"))

type Index = QModelIndex | QPersistentModelIndex


class CallLog(QAbstractTableModel):
    """The calls, newest last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls: list[tuple[str, Call]] = []

    def add(self, calls: Sequence[Call]) -> None:
        surplus = len(self._calls) + len(calls) - MOST_CALLS
        if surplus > 0 and self._calls:
            forgotten = min(surplus, len(self._calls))
            self.beginRemoveRows(QModelIndex(), 0, forgotten - 1)
            del self._calls[:forgotten]
            self.endRemoveRows()
        now = QTime.currentTime().toString("HH:mm:ss")
        kept = calls[-MOST_CALLS:]
        if kept:
            self.beginInsertRows(QModelIndex(), len(self._calls), len(self._calls) + len(kept) - 1)
            self._calls += [(now, call) for call in kept]
            self.endInsertRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._calls.clear()
        self.endResetModel()

    def call(self, row: int) -> Call:
        return self._calls[row][1]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._calls)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return _(_COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        time, call = self._calls[index.row()]
        failed = call.error not in ("", "0")
        match role:
            case Qt.ItemDataRole.DisplayRole:
                error = f"{call.error} {call.detail}".strip() if failed else ""
                return (time, call.function, call.argument, call.value, call.answer, error)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(text for text in (call.argument, call.value, call.answer, call.detail) if text)
            case Qt.ItemDataRole.ForegroundRole if failed:
                return colour("bad")
        return None


class Filter(QSortFilterProxyModel):
    """Calls that hold a text in any column; perhaps only those that failed."""

    def __init__(self, log: CallLog) -> None:
        super().__init__(log)
        self._log = log
        self._only_errors = False
        self.setSourceModel(log)
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def show_only_errors(self, only: bool) -> None:
        self._only_errors = only
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if self._only_errors and self._log.call(source_row).error in ("", "0"):
            return False
        return super().filterAcceptsRow(source_row, source_parent)


class DataModel(QTreeWidget):
    """The values of the item that is open, by the parts of their names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels([_("Element"), _("Value")])
        self.setAccessibleName(_("Data model"))
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().resizeSection(0, px(180))
        self._rows: dict[str, QTreeWidgetItem] = {}

    def show_values(self, values: Mapping[str, str]) -> None:
        gone = [name for name, row in self._rows.items() if row.text(1) and name not in values]
        if gone:  # a new attempt, or another item
            self.clear()
            self._rows.clear()
        for name in sorted(values, key=_order):
            row = self._row(name)
            if row.text(1) != values[name]:
                row.setText(1, values[name])
                row.setToolTip(1, values[name][:2000])

    def value(self, name: str) -> str | None:
        """What is shown of an element, None where it has no row."""
        row = self._rows.get(name)
        return row.text(1) if row is not None else None

    def _row(self, name: str) -> QTreeWidgetItem:
        row = self._rows.get(name)
        if row is None:
            above, _dot, last = name.rpartition(".")
            row = QTreeWidgetItem(self._row(above) if above else self.invisibleRootItem(), [last, ""])
            row.setExpanded(True)
            self._rows[name] = row
        return row


class Console(QSplitter):
    """Both, side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("player.console")
        self.log = CallLog(self)
        self.filter = Filter(self.log)
        self.calls = QTableView()
        self.calls.setAccessibleName(_("Calls of the content"))
        self.calls.setModel(self.filter)
        self.calls.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.calls.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.calls.setWordWrap(False)
        self.calls.verticalHeader().hide()
        self.calls.verticalHeader().setDefaultSectionSize(px(24))
        header = self.calls.horizontalHeader()
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((72, 100, 200, 130, 92)):
            header.resizeSection(column, px(width))
        self.search = SearchField(_("Filter calls"))
        self.search.searched.connect(self.filter.setFilterFixedString)
        self.errors = QCheckBox(_("Only errors"))
        self.errors.toggled.connect(self.filter.show_only_errors)
        left = QWidget()
        column_layout = QVBoxLayout(left)
        column_layout.setContentsMargins(px(8), px(6), px(8), 0)
        tools = QHBoxLayout()
        tools.addWidget(self.search, 1)
        tools.addWidget(self.errors)
        column_layout.addLayout(tools)
        column_layout.addWidget(self.calls, 1)
        self.model = DataModel()
        self.addWidget(left)
        self.addWidget(self.model)
        self.setStretchFactor(0, 3)
        self.setStretchFactor(1, 2)
        self.show_narrow(False)

    def show_narrow(self, narrow: bool) -> None:
        """Where there is no room for both side by side, the values stand below the calls."""
        self.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self.setMinimumHeight(px(260 if narrow else 140))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.calls.scrollToBottom()  # nothing that is not shown could follow what was said

    def add(self, calls: Sequence[Call]) -> None:
        bar = self.calls.verticalScrollBar()
        follows = bar.value() >= bar.maximum()  # who scrolled up reads something
        self.log.add(calls)
        if follows:
            self.calls.scrollToBottom()


def _order(name: str) -> list[tuple[int, str]]:
    """Numbers in a name as numbers."""
    return [(int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in name.split(".")]
