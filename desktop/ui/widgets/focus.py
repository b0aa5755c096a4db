"""The focus ring: around whatever the keyboard has reached, and only then; a mouse click shows none.

Qt tells why the focus moved only in the focus event itself, and a filter on every event of the application, in Python, would cost far
more than a ring is worth. So the windows say when Tab was pressed (:meth:`FocusRing.follow` from ``focusNextPrevChild``).
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFocusFrame, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from desktop.ui.theme import colour, px

PLAIN = (QAbstractItemView, QPlainTextEdit, QTextEdit)
"""These show where one is themselves: a current row, a text cursor."""


class FocusRing(QFocusFrame):
    """The ring of one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._leave)

    def follow(self) -> None:
        """Tab has moved the focus: put the ring where it is now."""
        now = QApplication.focusWidget()
        if now is not None and not isinstance(now, PLAIN):
            self.setWidget(now)

    def _leave(self, _before: QWidget | None, _now: QWidget | None) -> None:
        if not isValid(self._window):
            return  # the focus leaves because the window goes, and the ring goes with it
        self.setWidget(None)  # type: ignore[arg-type] # no widget: hidden
        self.setParent(self._window)  # Qt had moved it beside the widget, with which it would be deleted

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.mask().isEmpty():
            self.clearMask()  # Qt cuts out the widget's rectangle, and with it the inside of round corners
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("focus"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))
