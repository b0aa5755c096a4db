"""Sign-in with one click, for the sample workspace only: its people, each with what they come to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.widgets.labels import ElidedLabel


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in with one click. ``line`` says what they come to do."""

    login: str
    name: str
    line: str


def initials(name: str) -> str:
    """First and last initial: what stands for a face where there is no picture."""
    words = name.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else ""


class PersonButton(QAbstractButton):
    """A whole row that is one button: initials, name, what the person comes to do."""

    def __init__(self, person: Person, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person = person
        self.setObjectName(f"person.{person.login}")
        self.setText(person.name)
        self.setAccessibleName(_("Sign in as {name}").format(name=person.name))
        self.setAccessibleDescription(person.line)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (ElidedLabel(person.name, Role.STRONG, parent=self), ElidedLabel(person.line, Role.CAPTION, "muted", self)):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        self._row = QHBoxLayout(self)
        self._row.addLayout(words, 1)
        self._measure()
        theme().changed.connect(self._measure)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isDown():
            painter.setBrush(colour("pressed"))
        elif self.underMouse() and self.isEnabled():
            painter.setBrush(colour("hover"))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            painter.setPen(colour("focus"))
        painter.drawRoundedRect(ground, px(8), px(8))
        side = px(36)
        face = QRectF(px(12), (self.height() - side) / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent_soft"))
        painter.drawEllipse(face)
        painter.setPen(colour("accent_text"))
        painter.setFont(font(Role.STRONG))
        painter.drawText(face, Qt.AlignmentFlag.AlignCenter, initials(self.person.name))

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _measure(self) -> None:
        self._row.setContentsMargins(px(60), px(8), px(12), px(8))
        self.setFixedHeight(px(56))


class PeopleList(QWidget):
    """The sample people, in the order given. Arrow keys move, Enter and Space sign in."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_people(self, people: tuple[Person, ...]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for person in people:
            button = PersonButton(person, self)
            button.clicked.connect(lambda _checked=False, chosen=person: self.chosen.emit(chosen))
            self._column.addWidget(button)
        self._column.addStretch(1)
