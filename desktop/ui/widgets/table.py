"""The table: hairlines, room to breathe, numbers at the right; it remembers the widths and the order of its columns."""

from __future__ import annotations

import json

from PySide6.QtCore import QByteArray, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from desktop.ui import arrangement
from desktop.ui.itemmodels import BADGE_ROLE, PERSON_ROLE, ROW_ROLE, SECOND_ROLE, ColumnsModel
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.widgets.badges import paint_avatar, paint_badge

ROW = 44
TALL_ROW = 56


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: portrait, text over a second line, or a pill; a grey bar while the row is on its way."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        table = option.widget
        hovered = isinstance(table, TableView) and table.hovered_row == index.row()
        if selected or hovered:
            painter.fillRect(option.rect, colour("selected" if selected else "hover"))
        painter.setPen(colour("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        rect = QRectF(option.rect).adjusted(px(12), 0, -px(12), -1)
        if index.data(ROW_ROLE) is None:
            self._placeholder(painter, rect, index.row() + index.column())
        else:
            self._cell(painter, rect, index)
        if selected and isinstance(table, TableView) and table.hasFocus() and index == table.currentIndex():
            painter.fillRect(QRect(option.rect.left(), option.rect.top(), px(3), option.rect.height() - 1), colour("accent"))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(font(Role.BODY))
        return QSize(metrics.horizontalAdvance(index.data() or "") + px(28), px(ROW))

    def _cell(self, painter: QPainter, rect: QRectF, index: QModelIndex | QPersistentModelIndex) -> None:
        badge = index.data(BADGE_ROLE)
        if badge is not None:
            paint_badge(painter, rect, badge.text, badge.tone)
            return
        person = index.data(PERSON_ROLE)
        if person:
            side = px(28)
            paint_avatar(painter, QRectF(rect.left(), rect.center().y() - side / 2, side, side), person)
            rect = rect.adjusted(side + px(10), 0, 0, 0)
        text, second = index.data() or "", index.data(SECOND_ROLE)
        right = int(index.data(Qt.ItemDataRole.TextAlignmentRole)) & int(Qt.AlignmentFlag.AlignRight)
        side_flag = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        first_column = index.column() == 0
        lines = [(text, font(Role.STRONG if first_column else Role.BODY, tabular=bool(right)), colour("text" if first_column else "muted"))]
        if second:
            lines.append((second, font(Role.CAPTION), colour("muted")))
        heights = [QFontMetrics(line_font).height() for _text, line_font, _ink in lines]
        y = rect.center().y() - (sum(heights) + px(2) * (len(lines) - 1)) / 2
        for (words, line_font, ink), high in zip(lines, heights, strict=True):
            painter.setFont(line_font)
            painter.setPen(ink)
            shown = QFontMetrics(line_font).elidedText(words, Qt.TextElideMode.ElideRight, int(rect.width()))
            painter.drawText(QRectF(rect.left(), y, rect.width(), high), side_flag | Qt.AlignmentFlag.AlignVCenter, shown)
            y += high + px(2)

    def _placeholder(self, painter: QPainter, rect: QRectF, seed: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("sunken"))
        wide = rect.width() * (0.45 + 0.09 * (seed * 7 % 6))
        painter.drawRoundedRect(QRectF(rect.left(), rect.center().y() - px(5), wide, px(10)), px(4), px(4))


class TableView(QTableView):
    """A table over a :class:`ColumnsModel`. ``name`` is what its widths and order are remembered under."""

    opened = Signal(object)
    """A row was double-clicked or Enter was pressed on it: the row."""
    chosen = Signal(object)
    """The current row, or None."""

    def __init__(self, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.hovered_row = -1
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)  # else a long title is cut off at its beginning
        header.setSectionsMovable(True)
        header.setSortIndicatorClearable(False)
        header.setMinimumSectionSize(px(56))
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(400)
        self._keep.timeout.connect(self._remember)
        header.sectionResized.connect(lambda *_sizes: self._keep.start())
        header.sectionMoved.connect(lambda *_places: self._keep.start())
        header.sortIndicatorChanged.connect(lambda *_order: self._keep.start())
        self.entered.connect(self._hover)
        self.activated.connect(self._open)
        theme().changed.connect(self._measure)
        self._measure()

    def show_model(self, model: ColumnsModel) -> None:
        """Use a model: column widths, order and sorting as they were left last time."""
        self.setModel(model)
        header = self.horizontalHeader()
        for section, column in enumerate(model.columns):
            self.setColumnWidth(section, px(column.width))
            if column.stretch:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        self._measure()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # the query's own order, until the person chooses another
        self._recall(model)
        self.setSortingEnabled(any(column.sortable for column in model.columns))
        self._keep.stop()
        self.selectionModel().currentRowChanged.connect(lambda current, _previous: self.chosen.emit(current.data(ROW_ROLE)))

    @property
    def order(self) -> tuple[str, bool] | None:
        """The column sorted by and whether descending, as the header shows it."""
        header, model = self.horizontalHeader(), self.model()
        section = header.sortIndicatorSection()
        if not isinstance(model, ColumnsModel) or not 0 <= section < len(model.columns):
            return None
        return model.columns[section].key, header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def leaveEvent(self, event) -> None:
        super().leaveEvent(event)
        self._hover(QModelIndex())

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None:
            self.opened.emit(row)

    def _hover(self, index: QModelIndex) -> None:
        for row in {self.hovered_row, index.row()}:
            top, high = self.rowViewportPosition(row), self.rowHeight(row)
            if row >= 0:
                self.viewport().update(QRect(QPoint(0, top), QSize(self.viewport().width(), high)))
        self.hovered_row = index.row()

    def _measure(self) -> None:
        model = self.model()
        tall = isinstance(model, ColumnsModel) and any(column.second for column in model.columns)
        self.verticalHeader().setDefaultSectionSize(px(TALL_ROW if tall else ROW))

    def _remember(self) -> None:
        model = self.model()
        if isinstance(model, ColumnsModel):
            keys = [column.key for column in model.columns]
            kept = json.dumps({"columns": keys, "header": bytes(self.horizontalHeader().saveState().toHex().data()).decode()})
            arrangement.keep(f"tables/{self.objectName()}", kept)

    def _recall(self, model: ColumnsModel) -> None:
        kept = arrangement.kept(f"tables/{self.objectName()}")
        if not kept:
            return
        found = json.loads(kept)
        # Another version of the application may have had other columns; then the defaults are right.
        if found.get("columns") == [column.key for column in model.columns]:
            self.horizontalHeader().restoreState(QByteArray.fromHex(found["header"].encode()))
