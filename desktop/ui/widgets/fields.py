"""Finding and narrowing: a search field, filter chips, a choice between a few views."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from desktop.i18n import _
from desktop.ui.theme import px, restyle, theme
from desktop.ui.theme.icons import icon

PAUSE_MS = 200
"""A search begins when the person has stopped typing for this long."""


class SearchField(QLineEdit):
    """A search field. ``searched`` follows a pause in typing, Enter at once; Escape clears."""

    searched = Signal(str)

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("search", True)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder.rstrip("…"))
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = self.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip(_("Clear"))
        self._clear.triggered.connect(self.clear_now)
        self._clear.setVisible(False)
        for button in self.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(_("Clear"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(self._search)
        self._last = ""
        self.setMinimumWidth(px(200))

    def clear_now(self) -> None:
        self.clear()
        self._search()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear_now()
            return
        super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._pause.start()

    def _search(self) -> None:
        self._pause.stop()
        text = self.text().strip()
        if text != self._last:
            self._last = text
            self.searched.emit(text)


class FilterChip(QPushButton):
    """One thing to filter by: a chip that opens its choices; lit while something is chosen."""

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, *, several: bool = True) -> None:
        super().__init__(parent)
        self._title = title
        self._several = several
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.setProperty("chip", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the words
        self.setIcon(icon("chevron-down"))
        self._show()

    def set_choices(self, choices: Iterable[tuple[Hashable, str, int | None]]) -> None:
        """What can be chosen: value, text and, where known, how many rows have it. What is chosen stays chosen."""
        chosen = self.chosen
        self._menu.clear()
        for value, text, count in choices:
            action = QAction(text if count is None else f"{text}\t{count:,}", self._menu)
            action.setData(value)
            action.setCheckable(True)
            action.setChecked(value in chosen)
            action.triggered.connect(lambda _checked, picked=action: self._pick(picked))
            self._menu.addAction(action)
        self._menu.addSeparator()
        clear = self._menu.addAction(_("Clear"))
        clear.triggered.connect(self.clear)
        self._show()

    @property
    def chosen(self) -> frozenset[Hashable]:
        return frozenset(action.data() for action in self._menu.actions() if action.isChecked())

    def choose(self, *values: Hashable) -> None:
        for action in self._menu.actions():
            if action.isCheckable():
                action.setChecked(action.data() in values)
        self._show()
        self.changed.emit()

    def clear(self) -> None:
        self.choose()

    def _pick(self, picked: QAction) -> None:
        if not self._several:
            for action in self._menu.actions():
                if action is not picked:
                    action.setChecked(False)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        names = [action.text().split("\t")[0] for action in self._menu.actions() if action.isChecked()]
        text = self._title
        if names:
            text = _("{title}: {value}").format(title=self._title, value=names[0])
            if len(names) > 1:
                text += f" +{len(names) - 1}"
        self.setText(text)
        self.setAccessibleName(text)
        self.setIcon(icon("chevron-down", "accent_text" if names else "muted"))
        self.setIconSize(QSize(px(12), px(12)))
        restyle(self, lit=bool(names))


class SegmentedControl(QWidget):
    """A choice between a few: exactly one is on. Arrow keys move."""

    chosen = Signal(str)

    def __init__(self, name: str, segments: Iterable[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """``segments`` are (value, text, icon name); one without a text shows its icon, and the value names it."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("segments", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(2), px(2), px(2), px(2))
        row.setSpacing(px(2))
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for value, text, icon_name in segments:
            button = QPushButton(text)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setProperty("segment", True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(f"{name}: {text or value}")
            button.setToolTip("" if text else value)
            if icon_name:
                button.setIcon(icon(icon_name))
                button.setIconSize(QSize(px(16), px(16)))
            button.clicked.connect(lambda _checked, picked=value: self.chosen.emit(picked))
            self._group.addButton(button)
            self._buttons[value] = button
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        next(iter(self._buttons.values())).setChecked(True)

    @property
    def value(self) -> str:
        return next(value for value, button in self._buttons.items() if button.isChecked())

    def set_value(self, value: str) -> None:
        self._buttons[value].setChecked(True)

    def set_enabled(self, value: str, enabled: bool) -> None:
        """Whether a segment can be chosen just now."""
        self._buttons[value].setEnabled(enabled)


class FlowLayout(QLayout):
    """Lays widgets side by side and goes on in the next line, as words do."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        gap = px(self._gap)
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        x = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if lines[-1] and x + size.width() > rect.width():
                lines.append([])
                x = 0
            lines[-1].append((item, size))
            x += size.width() + gap
        y = rect.y()
        for line in lines:
            high = max((size.height() for _item, size in line), default=0)
            x = rect.x()
            for item, size in line:
                if move:
                    item.setGeometry(QRect(QPoint(x, y + (high - size.height()) // 2), size))
                x += size.width() + gap
            y += high + gap
        return y - gap - rect.y()


class FilterBar(QWidget):
    """Search and chips in a row that wraps; "Clear all" while anything is chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[FilterChip] = []
        self._flow = FlowLayout(self)
        self._clear = QPushButton(_("Clear all"), self)
        self._clear.setProperty("kind", "link")
        self._clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._clear.setAccessibleName(_("Clear all filters"))
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self.updateGeometry)

    def add(self, widget: QWidget) -> None:
        """Add a search field, a chip or anything else."""
        self._flow.removeWidget(self._clear)
        self._flow.addWidget(widget)
        self._flow.addWidget(self._clear)
        if isinstance(widget, FilterChip):
            self._chips.append(widget)
            widget.changed.connect(self._chip_changed)

    def clear(self) -> None:
        for chip in self._chips:
            chip.blockSignals(True)
            chip.clear()
            chip.blockSignals(False)
        self._chip_changed()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.setMinimumHeight(self._flow.heightForWidth(self.width()))
        return super().event(event)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self._flow.heightForWidth(self.width()))

    def _chip_changed(self) -> None:
        self._clear.setVisible(any(chip.chosen for chip in self._chips))
        self.changed.emit()
