"""Buttons. One primary button a page; the rest is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget
from shiboken6 import isValid

from desktop.ui.theme import px, theme
from desktop.ui.theme.icons import icon

TINTS = {"primary": "on_accent", "destructive": "on_danger", "link": "accent_text"}


@contextmanager
def disabled(widget: QWidget) -> Iterator[None]:
    """Take no second press while the first is carried out. The widget may be gone when it ends: its page was made anew, or closed."""
    widget.setEnabled(False)
    try:
        yield
    finally:
        if isValid(widget):
            widget.setEnabled(True)


class Button(QPushButton):
    """A button with text. ``kind``: ``primary``, ``quiet`` (an outline), ``plain`` (text only), ``link`` or ``destructive``.

    Clicking does not take the keyboard focus; Tab does.
    """

    def __init__(self, text: str, kind: str = "quiet", icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind == "link" else Qt.CursorShape.ArrowCursor)
        if icon_name:
            self.setIcon(icon(icon_name, TINTS.get(kind, "muted")))
        self.setAccessibleName(text)
        self._resize_icon()
        theme().changed.connect(self._resize_icon)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)

    def _resize_icon(self) -> None:
        self.setIconSize(QSize(px(16), px(16)))


class ActionButton(Button):
    """A button for an action: its text, tooltip and whether it can be done are the action's."""

    def __init__(self, action: QAction, kind: str = "quiet", icon_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(action.text(), kind, icon_name, parent)
        self._action = action
        self.setObjectName(f"button.{action.objectName()}")
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class IconButton(QToolButton):
    """A button that is only an icon; its name is its tooltip."""

    def __init__(self, icon_name: str, name: str, parent: QWidget | None = None, *, side: int = 30, token: str = "muted") -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIcon(icon(icon_name, token))
        self._side = side
        self.set_name(name)
        self._resize()
        theme().changed.connect(self._resize)

    def set_name(self, name: str) -> None:
        self.setToolTip(name)
        self.setAccessibleName(name)

    def _resize(self) -> None:
        self.setFixedSize(px(self._side), px(self._side))
        self.setIconSize(QSize(px(18), px(18)))
