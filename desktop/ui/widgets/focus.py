"""The focus ring: around whatever the keyboard has reached, and only then; a mouse click shows none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFocusFrame, QPlainTextEdit, QTextEdit, QWidget

from desktop.ui.theme import colour, px

BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class FocusRing(QFocusFrame):
    """Follows the keyboard focus within one window. Lists and tables show the current row instead."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self._window = window
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def _follow(self, widget: QWidget | None) -> None:
        self.setWidget(widget)  # type: ignore[arg-type] # none means: hide

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.gotFocus() and isinstance(watched, QWidget) and self._window.isAncestorOf(watched):
            plain = isinstance(watched, QAbstractItemView | QPlainTextEdit | QTextEdit)
            self._follow(watched if event.reason() in BY_KEYBOARD and not plain else None)
        elif event.type() in (QEvent.Type.FocusOut, QEvent.Type.MouseButtonPress) and watched is self.widget():
            self._follow(None)
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("focus"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))
