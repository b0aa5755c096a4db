"""Things that other things lie on: cards, hairlines, popovers, dialogs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.ui.theme import Role, colour, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.widgets.labels import Label


class Card(QFrame):
    """A raised area with a hairline; ``body`` is its layout."""

    def __init__(self, parent: QWidget | None = None, *, padding: int = 20) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(px(padding), px(padding), px(padding), px(padding))
        self.body.setSpacing(px(8))


class Hairline(QFrame):
    """A line between things."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("hairline", True)


class Popover(QFrame):
    """A small window that hangs from a button and goes away when something else is clicked, or with Escape."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName(name)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(12), px(12), px(12), px(12))
        self.panel = QFrame(self)
        self.panel.setProperty("popover", True)
        outer.addWidget(self.panel)
        self.body = QVBoxLayout(self.panel)
        self.body.setContentsMargins(px(16), px(14), px(16), px(14))
        self.body.setSpacing(px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_shadow(QPainter(self), self.panel.geometry(), px(10))

    def show_above(self, anchor: QWidget) -> None:
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(anchor.width(), 0))
        self.move(corner.x() - self.width() + px(12), corner.y() - self.height() + px(6))
        self.show()


def paint_shadow(painter: QPainter, box: QRect, spread: int = 12) -> None:
    """Lift a box off what is under it. Painted, because a graphics effect renders all of the box again at each change inside."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    shade = QColor(colour("shadow"))
    shade.setAlphaF(shade.alphaF() / spread * 1.6)
    painter.setBrush(shade)
    for step in range(spread):
        grown = QRectF(box).adjusted(-step, -step, step, step).translated(0, spread / 3)
        painter.drawRoundedRect(grown, px(10) + step, px(10) + step)
    painter.restore()


class Dialog(QDialog):
    """A question that needs an answer before this can go on. Always shown with :meth:`open`; it says what happened by signals."""

    def __init__(self, title: str, text: str = "", parent: QWidget | None = None, *, width: int = 460) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self._ring = FocusRing(self)
        self.setMinimumWidth(px(width))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(24), px(22), px(24), px(20))
        outer.setSpacing(0)
        outer.addWidget(Label(title, Role.HEADING, parent=self, wrap=True))
        if text:
            outer.addSpacing(px(6))
            outer.addWidget(Label(text, Role.BODY, "muted", self, wrap=True))
        outer.addSpacing(px(16))
        self.body = QVBoxLayout()
        self.body.setSpacing(px(12))
        outer.addLayout(self.body, 1)
        outer.addSpacing(px(20))
        self.footer = QHBoxLayout()
        self.footer.setSpacing(px(8))
        self.footer.addStretch(1)
        outer.addLayout(self.footer)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.adjustSize()  # only now are the heights of wrapped text known

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        self._ring.follow()
        return moved

    def add_button(self, text: str, kind: str, pressed: Callable[[], object]) -> Button:
        """Add a button at the right of the footer; the primary one answers Enter."""
        button = Button(text, kind, parent=self)
        button.setDefault(kind == "primary")
        button.clicked.connect(lambda _checked: pressed())
        self.footer.addWidget(button)
        return button


def confirm(parent: QWidget, title: str, text: str, verb: str, confirmed: Callable[[], object]) -> Dialog:
    """Ask before something destructive. ``verb`` is what the button does ("Delete course"); Cancel has the focus."""
    dialog = Dialog(title, text, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    cancel = dialog.add_button(_("Cancel"), "quiet", dialog.reject)
    dialog.add_button(verb, "destructive", dialog.accept)
    dialog.accepted.connect(confirmed)
    dialog.open()
    cancel.setFocus(Qt.FocusReason.TabFocusReason)
    return dialog
