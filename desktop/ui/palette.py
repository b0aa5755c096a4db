"""The command palette (Ctrl+K): every place and every action, found by a few letters, each with its shortcut."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.ui.theme import Role, colour, font, px
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Hairline, paint_shadow

ENTRY_ROLE = Qt.ItemDataRole.UserRole
MOST_SHOWN = 200


@dataclass(frozen=True)
class Entry:
    """Something that can be chosen."""

    text: str
    kind: str
    icon: str
    shortcut: str
    run: Callable[[], object]
    enabled: bool = True


def score(needle: str, hay: str) -> int | None:
    """How well ``needle`` fits ``hay``; None where its letters do not occur in order. Word starts and runs count most."""
    needle, hay = needle.casefold().strip(), hay.casefold()
    if not needle:
        return 0
    at = hay.find(needle)
    if at >= 0 and (at == 0 or not hay[at - 1].isalnum()):
        return 1000 - at - len(hay)
    total, place, run = 0, -1, 0
    for letter in needle:
        if letter == " ":
            continue
        found = hay.find(letter, place + 1)
        if found < 0:
            return None
        starts_word = found == 0 or not hay[found - 1].isalnum()
        run = run + 1 if found == place + 1 else 0
        total += 10 + 30 * starts_word + 8 * run - min(found - place - 1, 9)
        place = found
    return total - len(hay) // 4


def ranked(needle: str, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that fit, best first; what cannot be done just now comes last."""
    scored = [(score(needle, entry.text), place, entry) for place, entry in enumerate(entries)]
    fitting = [(not entry.enabled, -found, place, entry) for found, place, entry in scored if found is not None]
    return [entry for *_order, entry in sorted(fitting, key=lambda item: item[:3])][:MOST_SHOWN]


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def put(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.text, entry.kind, entry.shortcut) if part)
        return entry if role == ENTRY_ROLE else None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags if index.isValid() and self.entries[index.row()].enabled else flags & ~Qt.ItemFlag.ItemIsEnabled


class _EntryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(px(200), px(40))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(px(8), 0, -px(8), 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("selected"))
            painter.drawRoundedRect(rect, px(7), px(7))
        side = px(18)
        tint = colour("muted" if entry.enabled else "line_strong")
        paint_icon(painter, QRectF(rect.left() + px(10), rect.center().y() - side / 2, side, side), entry.icon, tint)
        right = rect.right() - px(10)
        for key in reversed(entry.shortcut.split("+") if entry.shortcut else []):
            right = self._keycap(painter, right, rect, key)
        if not entry.shortcut:
            painter.setFont(font(Role.CAPTION))
            painter.setPen(colour("faint"))
            room = QRectF(rect.left(), rect.top(), right - rect.left(), rect.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.kind)
            right -= QFontMetrics(painter.font()).horizontalAdvance(entry.kind)
        painter.setFont(font(Role.BODY))
        painter.setPen(colour("text" if entry.enabled else "faint"))
        left = rect.left() + px(40)
        words = QRectF(left, rect.top(), right - left - px(12), rect.height())
        shown = QFontMetrics(painter.font()).elidedText(entry.text, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _keycap(self, painter: QPainter, right: float, rect: QRectF, key: str) -> float:
        painter.setFont(font(Role.CAPTION))
        metrics = QFontMetrics(painter.font())
        wide, high = max(px(20), metrics.horizontalAdvance(key) + px(10)), px(20)
        cap = QRectF(right - wide, rect.center().y() - high / 2, wide, high)
        painter.setPen(colour("line_strong"))
        painter.setBrush(colour("raised"))
        painter.drawRoundedRect(cap, px(4), px(4))
        painter.setPen(colour("muted"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        return right - wide - px(4)


class CommandPalette(QWidget):
    """Lies over the window while it is open. Escape, or a click beside it, closes it and gives the focus back."""

    def __init__(self, window: QWidget, entries: Callable[[], list[Entry]]) -> None:
        super().__init__(window)
        self._window = window
        self._entries = entries
        self._before: QWidget | None = None
        self.setAccessibleName(_("Commands"))
        self.panel = QFrame(self)
        self.panel.setProperty("popover", True)
        self.field = QLineEdit(self.panel)
        self.field.setObjectName("palette-field")
        self.field.setPlaceholderText(_("Go to a place, or do something"))
        self.field.setAccessibleName(_("Find a command"))
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list = QListView(self.panel)
        self.list.setAccessibleName(_("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self._model = _Entries(self)
        self.list.setModel(self._model)
        self.list.clicked.connect(self._run)
        self.nothing = Label(_("Nothing is called that."), Role.BODY, "muted", self.panel)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(0, px(6), 0, px(8))
        column.setSpacing(px(6))
        column.addWidget(self.field)
        column.addWidget(Hairline(self.panel))
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        self._before = self._window.focusWidget()
        self.field.clear()
        self._find("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_palette(self) -> None:
        if self.isVisible():
            self.hide()
            if self._before is not None:
                self._before.setFocus(Qt.FocusReason.OtherFocusReason)
            self._before = None

    @property
    def shown(self) -> list[Entry]:
        return list(self._model.entries)

    def _find(self, text: str) -> None:
        found = ranked(text, self._entries())
        self._model.put(found)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        if found:
            self.list.setCurrentIndex(self._model.index(0))
        self._place()

    def _run(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if entry is not None and entry.enabled:
            self.close_palette()
            entry.run()

    def _place(self) -> None:
        self.setGeometry(self._window.rect())
        width, height = (
            min(px(600), self.width() - px(48)),
            min(px(70) + px(40) * max(2, len(self._model.entries)), px(434), self.height() - px(120)),
        )
        self.panel.setGeometry((self.width() - width) // 2, max(px(40), self.height() // 7), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()))
        if step is not None and self._model.entries:
            row = min(max(self.list.currentIndex().row() + step, 0), len(self._model.entries) - 1)
            self.list.setCurrentIndex(self._model.index(row))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.close_palette()
        elif event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close_palette()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("scrim"))
        paint_shadow(painter, self.panel.geometry(), px(24))
