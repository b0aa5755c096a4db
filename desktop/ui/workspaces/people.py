"""The people of a sample workspace, who sign in with one click."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.theme import Role, colour, font, px
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.badges import paint_avatar


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up. ``description`` says what they do in the association."""

    login: str
    name: str
    description: str


class PersonButton(QAbstractButton):
    """One of them: portrait, name, what they do."""

    def __init__(self, person: Person, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person = person
        self.setObjectName(f"person.{person.login}")
        self.setText(person.name)
        self.setAccessibleName(f"{person.name}, {person.description}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(420), px(64))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = self.underMouse() or self.isDown()
        painter.setPen(QPen(colour("line_strong" if hovered else "line"), 1))
        painter.setBrush(colour("hover" if hovered else "raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(10), px(10))
        side = px(38)
        paint_avatar(painter, QRectF(px(14), (self.height() - side) / 2, side, side), self.person.name)
        arrow = px(16)
        tint = colour("accent_text" if hovered else "faint")
        paint_icon(painter, QRectF(self.width() - arrow - px(14), (self.height() - arrow) / 2, arrow, arrow), "chevron-right", tint)
        room = self.width() - px(66) - px(44)
        y = self.height() / 2
        lines = ((self.person.name, Role.STRONG, "text", -1), (self.person.description, Role.CAPTION, "muted", 0))
        for text, role, token, above in lines:
            painter.setFont(font(role))
            painter.setPen(colour(token))
            metrics = QFontMetrics(painter.font())
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(px(66), y + above * metrics.height() + (1 if above == 0 else -1), room, metrics.height()), shown)


class PeopleList(QWidget):
    """Sample people, one below the other."""

    chosen = Signal(object)

    def __init__(self, people: Iterable[Person], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        for person in people:
            button = PersonButton(person, self)
            button.clicked.connect(partial(self.chosen.emit, person))
            column.addWidget(button)
