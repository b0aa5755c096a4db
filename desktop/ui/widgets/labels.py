"""Text: a role for its size and weight, a token for its colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.theme.icons import paint_icon


class Label(QLabel):
    """A label in one of the theme's kinds of text. Plain text unless asked otherwise: names of people may hold anything."""

    def __init__(
        self, text: str = "", role: Role = Role.BODY, token: str = "text", parent: QWidget | None = None, *, wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._token = token
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(wrap)
        self._restyle()
        theme().changed.connect(self._restyle)

    def set_token(self, token: str) -> None:
        if token != self._token:
            self._token = token
            self._restyle()

    def _restyle(self) -> None:
        self.setFont(font(self._role))
        palette = self.palette()
        palette.setColor(self.foregroundRole(), colour(self._token))
        self.setPalette(palette)


class ElidedLabel(Label):
    """One line that ends in an ellipsis where there is no room; the whole text is its tooltip then."""

    def __init__(self, text: str = "", role: Role = Role.BODY, token: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, role, token, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).averageCharWidth() * 6, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        self.setToolTip(self.text() if shown != self.text() else "")


class Picture(QWidget):
    """An icon beside words that say the same. It takes the colours of a new theme."""

    def __init__(self, name: str, token: str = "muted", parent: QWidget | None = None, *, side: int = 16) -> None:
        super().__init__(parent)
        self._side = side
        self._measure()
        self.show_icon(name, token)
        theme().changed.connect(self._measure)

    def show_icon(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        side = px(self._side)
        paint_icon(QPainter(self), QRectF(0, (self.height() - side) / 2, side, side), self._name, colour(self._token))

    def _measure(self) -> None:
        self.setFixedSize(px(self._side), px(self._side + 4))
