"""Cards in a grid that stays fast for thousands: a list view, and a delegate that paints what is on screen."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui.itemmodels import ROW_ROLE
from desktop.ui.theme import colour, px, theme

GAP = 16


class CardDelegate(QStyledItemDelegate):
    """Paints the card itself; what is on it is the subclass's :meth:`paint_row`."""

    wanted_width = 264
    height = 248

    def paint_row(self, painter: QPainter, rect: QRectF, row: object) -> None:
        """Draw a row inside its card. The painter is antialiased; restore what you set."""
        raise NotImplementedError

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = px(GAP) / 2
        card = QRectF(option.rect).adjusted(gap + 0.5, gap + 0.5, -gap - 0.5, -gap - 0.5)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = selected and option.widget.hasFocus()
        radius = px(10)
        if hovered or selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("shadow"))
            painter.drawRoundedRect(card.translated(0, px(2)), radius, radius)
        painter.setPen(QPen(colour("focus" if focused else "line_strong" if hovered or selected else "line"), 2 if focused else 1))
        painter.setBrush(colour("raised"))
        painter.drawRoundedRect(card, radius, radius)
        row = index.data(ROW_ROLE)
        if row is None:
            self._placeholder(painter, card)
        else:
            self.paint_row(painter, card, row)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = option.widget
        width = view.card_width if isinstance(view, CardView) else px(self.wanted_width)
        return QSize(width, px(self.height))

    def _placeholder(self, painter: QPainter, card: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("sunken"))
        inner = card.adjusted(px(14), px(14), -px(14), -px(14))
        painter.drawRoundedRect(QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.5), px(6), px(6))
        for line, share in enumerate((0.8, 0.55)):
            top = inner.top() + inner.height() * 0.5 + px(16) + line * px(20)
            painter.drawRoundedRect(QRectF(inner.left(), top, inner.width() * share, px(10)), px(4), px(4))


class CardView(QListView):
    """The grid. Cards share the width evenly; arrow keys walk, Enter opens."""

    opened = Signal(object)

    def __init__(self, delegate: CardDelegate, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(accessible_name)
        self._delegate = delegate
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.card_width = px(delegate.wanted_width)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setWrapping(True)
        self.setSpacing(0)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.clicked.connect(self._open)
        theme().changed.connect(self._share_width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_width()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _share_width(self) -> None:
        room = self.viewport().width() - 1
        columns = max(1, room // px(self._delegate.wanted_width))
        self.card_width = max(1, room // columns)
        self.setGridSize(QSize(self.card_width, px(self._delegate.height)))

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None:
            self.opened.emit(row)
